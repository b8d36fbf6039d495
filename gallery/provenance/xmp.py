"""The machine-readable label: IPTC's digital source type and AI fields, as an XMP packet.

Names and values: IPTC Photo Metadata Standard 2025.1, namespace Iptc4xmpExt.
"""

import re
from xml.sax.saxutils import escape

from gallery.provenance.recipe import Recipe

_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED_ALGORITHMIC_MEDIA = _SOURCE_TYPES + "trainedAlgorithmicMedia"
COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA = _SOURCE_TYPES + "compositeWithTrainedAlgorithmicMedia"

# What XML 1.0 cannot carry even as a reference.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
{properties}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def xmp_packet(recipe: Recipe, include_prompt: bool) -> bytes:
    """The label of a picture that a model drew, UTF-8; the prompt is part of it only where it may be read."""
    system = f"{recipe.model_name} via {recipe.generator}" if recipe.model_name else recipe.generator
    version = f"{recipe.generator} {recipe.version}"
    if recipe.model_hash:
        version += f", model {recipe.model_hash[:10]}"
    properties = {
        "DigitalSourceType": (
            COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA if recipe.composite else TRAINED_ALGORITHMIC_MEDIA
        ),
        "AISystemUsed": system,
        "AISystemVersionUsed": version,
    }
    if include_prompt and recipe.prompt:
        properties["AIPromptInformation"] = recipe.prompt
    lines = [
        f"   <Iptc4xmpExt:{name}>{escape(_NOT_XML.sub('', value))}</Iptc4xmpExt:{name}>"
        for name, value in properties.items()
    ]
    return _PACKET.format(properties="\n".join(lines)).encode("utf-8")
