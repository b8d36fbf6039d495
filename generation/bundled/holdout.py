"""Pairs of tags that the training never shows together, so that the evaluation can ask for something truly new.

A prompt with a held-out pair is absent from training by construction, however many pictures were rendered. Which pairs
these are follows from their names alone: a tag that joins the vocabulary changes nothing for the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import product

from .vocabulary import GROUPS

# Two groups and the share of their pairs that is held out. Few pairs are possible in the last three.
TABLES: tuple[tuple[str, str, float], ...] = (
    ("hair colour", "background", 0.04),
    ("hair colour", "clothes", 0.04),
    ("clothes", "background", 0.04),
    ("skin colour", "background", 0.04),
    ("plant", "background", 0.1),
    ("planet colour", "background", 0.1),
    ("sky", "ground", 0.1),
)
# Chosen so that the pairs spread over the tags: every table holds out a few that a style can draw, and no tag loses
# more than a third of its partners in one.
SALT = 4702


def _share_of(pair: tuple[str, str], salt: int) -> float:
    """A number from 0 up to 1 that is the pair's own: its SHA-256's first 32 bits."""
    digest = hashlib.sha256(f"{salt} {pair[0]} {pair[1]}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def held_out_pairs(salt: int = SALT) -> frozenset[tuple[str, str]]:
    """All pairs that are held out, in the groups' order of ``TABLES``."""
    return frozenset(
        pair
        for first, second, share in TABLES
        for pair in product(GROUPS[first], GROUPS[second])
        if _share_of(pair, salt) < share
    )


HELD_OUT = held_out_pairs()


def held_out_pair(tags: Iterable[str]) -> tuple[str, str] | None:
    """A held-out pair among these tags (the first by name where there are several), or None."""
    shown = set(tags)
    return min((pair for pair in HELD_OUT if shown.issuperset(pair)), default=None)


def held_out(tags: Iterable[str]) -> bool:
    """Whether a picture with these tags is kept out of training."""
    return held_out_pair(tags) is not None
