"""A style as a recipe to draw with: its text and LoRAs stand in the boxes, where everybody can see and change them."""

from __future__ import annotations

from typing import Any

from generation.access import Viewer
from generation.models import StylePage
from generation.style_pages.seeing import checkpoint_of, loras_of
from generation.styles import PLACE, added


def drawing_with(style: StylePage, viewer: Viewer, words: str = "") -> dict[str, Any]:
    """Values for the recipe form: the style around `words`, with those of its LoRAs that `viewer` may use.

    Its words are none of a prompt before somebody wrote some: what `{prompt}` stands for is left out then.
    """
    model = checkpoint_of(style, viewer)
    prompt = added(style.prompt, words) if words.strip() else _alone(style.prompt)
    networks = [f"<lora:{one.resource.slug}:{one.weight:g}>" for one in loras_of(style, viewer)]
    recipe: dict[str, Any] = {
        "prompt": ", ".join([part for part in [prompt.strip(), *networks] if part]),
        "negative_prompt": style.negative_prompt,
        "style_page": style.slug,
    }
    return recipe | ({"model": model.slug} if model is not None else {})


def _alone(text: str) -> str:
    before, place, after = text.partition(PLACE)
    if not place:
        return text
    return ", ".join(part for part in (before.strip(" ,"), after.replace(PLACE, "").strip(" ,")) if part)
