"""Generation data that somebody pasted as a text, as programs write them into pictures."""

from __future__ import annotations

import json
from typing import NamedTuple

from gallery.provenance import Recipe
from gallery.provenance.readers import Blocks, read

LONGEST = 200_000


class Pasted(NamedTuple):
    """What a text says: the recipe, and the other keys."""

    recipe: Recipe
    rest: dict[str, str]


def read_pasted(text: str) -> Pasted | None:
    """The recipe in a text as a program writes it: AUTOMATIC1111's and its like, or the JSON of ComfyUI, NovelAI,
    InvokeAI, Fooocus and SwarmUI; None for a text that is none of them."""
    said = text[:LONGEST].replace("\r\n", "\n").strip()
    for blocks in _places(said):
        found = read(blocks)
        if found is not None:
            rest = {name: value if isinstance(value, str) else json.dumps(value) for name, value in found.rest.items()}
            return Pasted(found.recipe, rest)
    return None


def _places(text: str) -> list[Blocks]:
    """The text where each program would have put it. As a comment, a prompt alone isn't taken for generation data."""
    if not text.startswith("{"):
        return [Blocks(exif={"UserComment": text})]
    keywords = ("prompt", "workflow", "Comment", "invokeai_metadata", "parameters")
    return [Blocks(texts=((keyword, text),)) for keyword in keywords]
