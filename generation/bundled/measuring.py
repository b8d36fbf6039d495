"""From the probe's logits to claims ("this picture shows red hair"), and how often claims are right or wrong.

Every matrix here is pictures x tags, with the tags in the order of ``TAGS``. ``shown`` says what a picture is known to
show, ``able`` which tags a picture of its kind could show: a planet without glasses says nothing about glasses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .probe import PLACE, labels_of
from .vocabulary import GROUPS, SINGLES

FALSE_POSITIVES = 0.05
# Limits are set on some pictures and reported on others; aiming a little lower keeps those within the bound as well.
AIM = 0.04
MEASURED = (*(tag for members in GROUPS.values() for tag in members), *SINGLES)
PLACES = {name: [PLACE[tag] for tag in members] for name, members in GROUPS.items()}


def matrix_of(tags: Sequence[Sequence[str]]) -> np.ndarray:
    """Tags as a matrix of booleans, pictures x tags."""
    return labels_of(tags).numpy() > 0


@dataclass(frozen=True)
class Kinds:
    """What the drawing styles can show, learned from a sample: per style its tags and how often each is shown."""

    shares: dict[str, np.ndarray]
    may_be_absent: frozenset[str]

    @classmethod
    def of(cls, styles: Sequence[str], shown: np.ndarray) -> Kinds:
        """Learn from pictures of known style.

        A group may be absent where some style that shows one of its tags sometimes shows none of them.
        """
        names = np.array(styles)
        shares = {name: shown[names == name].mean(axis=0) for name in sorted(set(styles))}
        absent = set()
        for group, places in PLACES.items():
            for share in shares.values():
                if 0 < share[places].sum() < 1 - 1e-9:
                    absent.add(group)
        return cls(shares, frozenset(absent))

    def able(self, styles: Iterable[str]) -> np.ndarray:
        """Which tags a picture of one of these styles could show; of a group all or none."""
        able = np.any([self.shares[style] > 0 for style in styles], axis=0)
        for places in PLACES.values():
            able[places] = able[places].any()
        return able

    def fitting(self, tags: np.ndarray) -> list[str]:
        """The styles that can show all of these tags (one row of a matrix)."""
        return [style for style, share in self.shares.items() if (share[tags] > 0).all()]


def limit(present: np.ndarray, absent: np.ndarray) -> float:
    """The logit above which a tag counts as shown, given those of pictures with and without it.

    Among the logits that at most 4 % of the pictures without the tag exceed, the one that tells both kinds apart best
    (Youden's J); where a gap lies between the kinds, its middle.
    """
    if not len(absent):
        return 0.0
    low, values = float(np.quantile(absent, 1 - AIM, method="higher")), np.unique(np.concatenate([present, absent]))
    if not len(present):
        return low
    between = (values[1:] + values[:-1]) / 2
    candidates = between[between > low]
    if not len(candidates):
        return low
    hits = len(present) - np.searchsorted(np.sort(present), candidates, side="right")
    alarms = len(absent) - np.searchsorted(np.sort(absent), candidates, side="right")
    return float(candidates[np.argmax(hits / len(present) - alarms / len(absent))])


def limits_of(logits: np.ndarray, shown: np.ndarray, able: np.ndarray) -> np.ndarray:
    """The limit of every measured tag; of tags that are not measured 0."""
    limits = np.zeros(logits.shape[1])
    for tag in MEASURED:
        place = PLACE[tag]
        column, has = logits[:, place], shown[:, place]
        limits[place] = limit(column[has], column[~has & able[:, place]])
    return limits


def claims_of(logits: np.ndarray, limits: np.ndarray, limited: Iterable[str]) -> np.ndarray:
    """What the probe claims: single tags above their limit, and of each group the strongest tag.

    In the groups ``limited`` the strongest counts only above its limit: else some tag would win where none is shown.
    """
    claims = logits > limits
    for group in GROUPS:
        places = PLACES[group]
        strongest = np.zeros((len(logits), len(places)), dtype=bool)
        strongest[np.arange(len(logits)), logits[:, places].argmax(axis=1)] = True
        claims[:, places] = strongest & claims[:, places] if group in limited else strongest
    return claims


Count = tuple[int, int]


def recall(claims: np.ndarray, asked: np.ndarray, tag: str) -> Count:
    """(claimed, all) among the pictures that should show the tag."""
    of = asked[:, PLACE[tag]]
    return int(claims[of, PLACE[tag]].sum()), int(of.sum())


def false_positives(claims: np.ndarray, shown: np.ndarray, able: np.ndarray, tag: str) -> Count:
    """(claimed, all) among the pictures that could show the tag and do not."""
    return recall(claims, able & ~shown, tag)


def claimed_for_none(strict_claims: np.ndarray, shown: np.ndarray, group: str) -> Count:
    """(claimed, all): how often some tag of the group is claimed above its limit where a picture shows none of them."""
    none = ~shown[:, PLACES[group]].any(axis=1)
    return int(strict_claims[none][:, PLACES[group]].any(axis=1).sum()), int(none.sum())


def unasked(claims: np.ndarray, asked: np.ndarray, kinds: Kinds, tag: str) -> tuple[Count, float]:
    """How often a tag is drawn for prompts that fit a style with this tag and ask for none of its group.

    Returns (drawn, all) and, to compare, the share of real pictures of those styles that show the tag.
    """
    place = PLACE[tag]
    rivals = next((PLACES[group] for group, members in GROUPS.items() if tag in members), [place])
    drawn = total = 0
    usual = 0.0
    for row, wanted in zip(claims, asked, strict=True):
        styles = kinds.fitting(wanted)
        if wanted[rivals].any() or not styles or not kinds.able(styles)[place]:
            continue
        drawn, total = drawn + int(row[place]), total + 1
        usual += float(np.mean([kinds.shares[style][place] for style in styles]))
    return (drawn, total), usual / total if total else 0.0
