"""Thresholds: from what confidence on a tag is suggested, and below which a picture counts as another kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tagging.tagger import Facts, KnownTag

from ..vocabulary import GROUPS, IMPLIED, TAGS

PRECISION = 0.9
LOWEST, HIGHEST = 0.3, 0.99
LEAST_RECALL, LEAST_EXAMPLES = 0.2, 5
# Of pictures of this kind, so many may be taken for another one; of pictures with a tag, so many may be doubted.
STRANGE, DOUBTED = 0.02, 0.02
# What is this sure to be of the kind is never refused, however sure the tagger is of most pictures.
SURE_ENOUGH = 0.95
GROUP_OF = {tag: name for name, members in GROUPS.items() for tag in members}


def strongest(confidences: np.ndarray) -> np.ndarray:
    """Which tags are the strongest of their group, or in none: N x tags of booleans."""
    result = np.ones(confidences.shape, bool)
    for members in GROUPS.values():
        places = [TAGS.index(tag) for tag in members]
        result[:, places] = confidences[:, places] == confidences[:, places].max(1, keepdims=True)
    return result


def suggest_from(confidences: np.ndarray, shown: np.ndarray, eligible: np.ndarray) -> float | None:
    """The lowest threshold from which on suggestions are right in nine of ten; None where there is no such one.

    All arguments are vectors over pictures: the tag's confidence, whether it is shown, whether it may be suggested.
    """
    if shown.sum() < LEAST_EXAMPLES:
        return None
    ranked = np.argsort(-confidences[eligible])
    levels, right = confidences[eligible][ranked], shown[eligible][ranked]
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    good = np.flatnonzero((precision >= PRECISION) & (levels >= LOWEST))
    if not len(good) or right[: good[-1] + 1].sum() < LEAST_RECALL * shown.sum():
        return None
    return min(HIGHEST, float(levels[good[-1]]))


def implications(tags: Sequence[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Which tags of `IMPLIED` every picture with a tag shows, read off the data set."""
    seen: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for some in tags:
        seen.update(some)
        together.update((tag, implied) for tag in some for implied in some if implied in IMPLIED and implied != tag)
    found: dict[str, tuple[str, ...]] = {}
    for tag in TAGS:
        follows = [implied for implied in IMPLIED if seen[tag] >= 10 and together[tag, implied] == seen[tag]]
        if follows:
            found[tag] = tuple(follows)
    return found


def calibrate(confidences: np.ndarray, tags: Sequence[Sequence[str]], implies: dict[str, tuple[str, ...]]) -> Facts:
    """The facts beside the network, from its outputs on held-out pictures of the kind (N x (tags + 1), 0 to 1)."""
    eligible = strongest(confidences[:, :-1])
    known = []
    for place, tag in enumerate(TAGS):
        shown = np.array([tag in some for some in tags])
        level = suggest_from(confidences[:, place], shown, eligible[:, place])
        doubt = float(np.quantile(confidences[shown, place], DOUBTED)) if shown.sum() >= LEAST_EXAMPLES else 0.0
        doubt = min(doubt, LOWEST / 2)
        known.append(KnownTag(tag, GROUP_OF.get(tag), None if level is None else round(level, 4), round(doubt, 4)))
    own_kind = min(SURE_ENOUGH, float(np.quantile(confidences[:, -1], STRANGE)))
    return Facts(tuple(known), implies, round(own_kind, 4))
