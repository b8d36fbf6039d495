"""Programs that sign a picture with their name and say no more: only where the name can mean nothing else."""

import re

from gallery.provenance.readers import names
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.found import Found, found
from gallery.provenance.readers.xmp_properties import PHOTOSHOP, XMP, xmp_properties

_PROGRAMS = (
    (re.compile(r"Adobe Firefly\b[ v]*([\d.]*)"), names.FIREFLY),
    (re.compile(r"DALL[·.\- ]?E\b[ ]*([\d.]*)"), names.DALL_E),
    (re.compile(r"OpenAI (?:DALL|API|ChatGPT|gpt-image)\b()"), names.DALL_E),
    (re.compile(r"Midjourney\b[ v]*([\d.]*)"), names.MIDJOURNEY),
)
_CREDITS = ((re.compile(r"Made with Google AI\b"), names.GOOGLE),)


def read(blocks: Blocks) -> Found | None:
    """The program that the software fields name; a recipe with nothing in it."""
    properties = xmp_properties(blocks.xmp)
    tools = [blocks.text("Software"), blocks.exif.get("Software", ""), *properties.get(f"{XMP}CreatorTool", [])]
    for tool in tools:
        for pattern, name in _PROGRAMS:
            if said := pattern.match(tool[:200]):
                return found(Facts(), name, said[1], tool)
    for credit in properties.get(f"{PHOTOSHOP}Credit", []):
        for pattern, name in _CREDITS:
            if pattern.match(credit[:200]):
                return found(Facts(), name, "", credit)
    return None
