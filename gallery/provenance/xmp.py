"""The machine-readable label: IPTC's digital source type and AI fields, as an XMP packet.

Names and values: IPTC Photo Metadata Standard 2025.1, namespace Iptc4xmpExt; China's mark by GB 45438-2025, namespace
TC260.
"""

import json
import re
from html import escape

from gallery.provenance.label import Label
from gallery.provenance.recipe import Recipe
from gallery.provenance.source_types import COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA, TRAINED_ALGORITHMIC_MEDIA

# What XML 1.0 cannot carry even as a reference.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_NAMESPACES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
}
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""{namespaces}>
{properties}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""

# TC260's degrees: it is a model's work, or it may be in part.
_IS, _MAY_BE = "1", "2"


def label_packet(label: Label) -> bytes:
    """`label` as XMP, UTF-8; empty bytes where it has nothing to say."""
    shown = label.shown
    properties = {
        "Iptc4xmpExt:DigitalSourceType": label.source_type,
        "Iptc4xmpExt:AISystemUsed": label.system,
        "Iptc4xmpExt:AISystemVersionUsed": label.system_version,
        "Iptc4xmpExt:AIPromptInformation": shown.prompt if shown is not None else "",
        "Iptc4xmpExt:AIPromptWriterName": label.prompt_writer,
        "TC260:AIGC": _aigc(label),
    }
    said = {name: value for name, value in properties.items() if value}
    if not said:
        return b""
    prefixes = dict.fromkeys(name.split(":")[0] for name in said)
    namespaces = "".join(f' xmlns:{prefix}="{_NAMESPACES[prefix]}"' for prefix in prefixes)
    lines = [f"   <{name}>{escape(_NOT_XML.sub('', value), quote=False)}</{name}>" for name, value in said.items()]
    return _PACKET.format(namespaces=namespaces, properties="\n".join(lines)).encode("utf-8")


def xmp_packet(recipe: Recipe, include_prompt: bool) -> bytes:
    """The label of a picture that was drawn here; the prompt is part of it only where it may be read."""
    return label_packet(Label.of_drawn(recipe, include_prompt=include_prompt))


def _aigc(label: Label) -> str:
    degree = {TRAINED_ALGORITHMIC_MEDIA: _IS, COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA: _MAY_BE}.get(label.source_type)
    if not label.producer or degree is None:
        return ""
    if label.drawn_here:
        degree = _IS
    produced = label.producer if label.drawn_here else ""
    fields = {
        "Label": degree,
        "ContentProducer": produced,
        "ProduceID": label.number if produced else "",
        "ReservedCode1": "",
        "ContentPropagator": label.producer if label.published else "",
        "PropagateID": label.number if label.published else "",
        "ReservedCode2": "",
    }
    return json.dumps(fields, ensure_ascii=False)
