"""The drawing styles of the data set: each module turns a random generator into options and the tags they show.

To add a style: write a module with ``NAME``, ``SHARE`` and ``draw(rng)``, and name it in ``STYLES``. Every tag it uses
must be in ``generation.bundled.vocabulary``; new tags also go to the end of ``LATER`` there, because a tag's place is
its token number.
"""

from __future__ import annotations

import random
from types import ModuleType

from . import adventurer, big_smile, critters, landscape, planets, sprouts, toon_head
from .drawing import Drawing

STYLES: tuple[ModuleType, ...] = (toon_head, adventurer, big_smile, critters, landscape, planets, sprouts)


def draw(rng: random.Random) -> Drawing:
    """Choose a style by its share and let it choose its options and tags."""
    style = rng.choices(STYLES, weights=[module.SHARE for module in STYLES])[0]
    drawing: Drawing = style.draw(rng)
    return drawing


__all__ = ["STYLES", "Drawing", "draw"]
