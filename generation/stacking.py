"""Stacks: takes of one recipe that differ in their seeds alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def stack_of(recipe: dict[str, Any], *, prompt: str, negative_prompt: str, over: str = "") -> str:
    """The SHA-256, in hex, of what takes of a stack share: `recipe` (as `Recipe.to_dict` makes it) but for the seed,
    the prompts as they were typed, wildcards undrawn, and `over`, which names the picture and the mask that it was
    drawn over."""
    shared = {name: value for name, value in recipe.items() if name not in {"seed", "version"} and value not in OF_NONE}
    shared |= {"prompt": prompt, "negative_prompt": negative_prompt, "over": over}
    return hashlib.sha256(json.dumps(shared, sort_keys=True, default=str).encode()).hexdigest()


# A field that a later version of `Recipe` adds leaves what was stacked before in its stack.
OF_NONE: tuple[Any, ...] = (None, "", [], {}, False)
