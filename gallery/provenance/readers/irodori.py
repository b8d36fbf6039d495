"""Our own files, read back. Format: `gallery.provenance.parameters` and `gallery.provenance.xmp`."""

from dataclasses import replace

from gallery.provenance.readers import names
from gallery.provenance.readers.a1111 import fill, infotexts
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.infotext import read_infotext, read_settings
from gallery.provenance.readers.xmp_properties import IPTC_EXT, xmp_properties
from gallery.provenance.recipe import GENERATOR

_COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
_UPSCALERS = {"Latent": "latent", "Lanczos": "lanczos"}


def read(blocks: Blocks) -> Found | None:
    """The recipe that was written; what the file doesn't say (mask, margins) is lost.

    Prompt and negative prompt stand in one text, and either may look like the mark between them: the XMP packet holds
    the prompt alone and says where it ends.
    """
    for text in infotexts(blocks):
        above, _break, line = text.rpartition("\n")
        version = read_settings(line).get("Version")
        if not isinstance(version, str) or version.split(" ")[0] != GENERATOR:
            continue
        parts = read_infotext(text)
        properties = xmp_properties(blocks.xmp)
        for prompt in properties.get(f"{IPTC_EXT}AIPromptInformation", []):
            rest = above.removeprefix(prompt)
            if above.startswith(prompt) and (not rest or rest.startswith("\nNegative prompt: ")):
                parts = replace(parts, prompt=prompt, negative_prompt=rest.removeprefix("\nNegative prompt: "))
                break
        facts = Facts()
        fill(facts, parts)
        upscaler = facts.parts.get("hires_upscaler")
        if upscaler in _UPSCALERS:
            facts.parts["hires_upscaler"] = _UPSCALERS[upscaler]
        sources = properties.get(f"{IPTC_EXT}DigitalSourceType", [])
        facts.parts["composite"] = any(source.endswith(f"/{_COMPOSITE}") for source in sources)
        return found(facts, names.IRODORI, version.removeprefix(GENERATOR), text)
    return None
