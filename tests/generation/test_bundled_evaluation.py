"""The bundled model's evaluation at toy size: pairs held out, questions, probe, limits and the report."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from generation.bundled import styles
from generation.bundled.holdout import HELD_OUT, TABLES, held_out, held_out_pair
from generation.bundled.vocabulary import GROUPS


def test_held_out_pairs_are_few_and_spread_over_the_tags() -> None:
    rng = random.Random(3)
    drawings = [styles.draw(rng) for _ in range(6000)]
    assert 0.03 < sum(held_out(drawing.tags) for drawing in drawings) / len(drawings) < 0.15
    for first, second, _ in TABLES:
        tags = [set(drawing.tags) for drawing in drawings]
        possible = {
            (one, other)
            for shown in tags
            for one in shown.intersection(GROUPS[first])
            for other in shown.intersection(GROUPS[second])
        }
        assert possible & HELD_OUT
        partners = Counter(tag for pair in possible for tag in pair)
        lost = Counter(tag for pair in possible & HELD_OUT for tag in pair)
        assert all(lost[tag] <= partners[tag] / 3 for tag in lost)


def test_a_held_out_pair_is_found_among_other_tags() -> None:
    first, second = sorted(HELD_OUT)[0]
    assert held_out_pair(["1girl", second, "smile", first]) == (first, second)
    assert held_out_pair([first, "smile"]) is None
    assert held_out([first, second])
    assert not held_out([])


@pytest.mark.parametrize("pair", sorted(HELD_OUT))
def test_a_held_out_pair_is_two_tags_of_two_groups(pair: tuple[str, str]) -> None:
    tables = [(first, second) for first, second, _ in TABLES if pair[0] in GROUPS[first] and pair[1] in GROUPS[second]]
    assert len(tables) == 1
