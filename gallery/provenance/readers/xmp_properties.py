"""The properties in an XMP packet. Format: XMP specification part 1 (ISO 16684-1), 7."""

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gallery.provenance.readers.text import clean

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LONGEST = 1_000_000
_MOST = 2_000
_WRAPPER = re.compile(r"<\?x(?:packet|ml)\b[^>]{0,300}\?>")

DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
EXIF = "{http://ns.adobe.com/exif/1.0/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
IPTC_EXT = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
TC260 = "{http://www.tc260.org.cn/ns/AIGC/1.0/}"


def xmp_properties(packet: str) -> dict[str, list[str]]:
    """Values by `{namespace}name`: of attributes, elements, `rdf:resource` and the members of lists.

    Empty for what is no XML, defines entities or is longer than a million characters.
    """
    text = _WRAPPER.sub("", packet[: _LONGEST + 1]).strip(" \t\r\n\ufeff\0")
    if not text or len(packet) > _LONGEST:
        return {}
    try:
        # One root for all: a JPEG's long packet goes on in a second document.
        root = fromstring(f"<packets>{text}</packets>".encode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return {}
    found: dict[str, list[str]] = {}
    for description in root.iter(f"{_RDF}Description"):
        for name, value in description.attrib.items():
            _keep(found, name, value)
        for child in description:
            for value in _values(child):
                _keep(found, child.tag, value)
        if len(found) > _MOST:
            break
    return found


def _values(element: Element) -> list[str]:
    if resource := element.get(f"{_RDF}resource"):
        return [resource]
    members = [member for container in element for member in container if member.tag == f"{_RDF}li"]
    if members:
        return [member.text or member.get(f"{_RDF}resource") or "" for member in members[:_MOST]]
    return [element.text or ""]


def _keep(found: dict[str, list[str]], name: str, value: str) -> None:
    text = clean(value).strip()
    if text and not name.startswith(_RDF):
        found.setdefault(name, []).append(text)
