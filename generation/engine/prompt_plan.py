"""Which embedding a run uses at which denoiser call: one for all of them, unless the prompt changes while drawing."""

from collections.abc import Callable, Sequence

from generation.engine.conditioning import Conditioning
from generation.engine.prompt_schedule import texts_by_step
from generation.engine.prompt_syntax import Syntax
from generation.engine.sampler_names import SECOND_ORDER

Plan = tuple[tuple[int, Conditioning], ...]
"""For one pass: (number of denoiser calls after which it ends, embedding), in order."""


def make_plans(
    text: str, syntax: Syntax, sampler: str, calls: Sequence[int], encode: Callable[[str], Conditioning]
) -> list[Plan]:
    """Return a plan for each pass, which takes so many denoiser `calls`.

    Steps are counted from the first one that is done: with a strength below 1, shares are of what is left to do.
    """
    per_step = 2 if sampler in SECOND_ORDER else 1
    plans = []
    for number in calls:
        steps = -(-number // per_step)
        texts = texts_by_step(text, steps) if syntax == "a1111" else ((steps, text),)
        plans.append(tuple((end * per_step, encode(part)) for end, part in texts))
    return plans


def current(plan: Plan, call: int) -> Conditioning:
    """Return the embedding for the denoiser call that comes after `call` others; the last one once all are done."""
    return next((embedding for end, embedding in plan if call < end), plan[-1][1])
