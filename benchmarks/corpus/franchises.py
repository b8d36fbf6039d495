"""Franchises that rise and die, their characters, and what these look like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus.vocabulary import CHARACTER, COPYRIGHT, Vocabulary, character_franchises

EPOCHS = 128
LOOKS = 6
# Looks are neither the commonest nor rare tags: hair, eyes, clothes.
FIRST_LOOK, LAST_LOOK = 12, 600
WHO = frozenset({"1girl", "2girls", "multiple_girls", "1boy", "multiple_boys", "no_humans", "solo", "scenery"})
EVERGREEN = 40
# This one had a third of a percent of all posts and has had none for most of the site's life.
DEAD = 7
DEAD_SHARE, DEAD_EPOCHS = 0.0036, (6, 20)


@dataclass(frozen=True)
class Franchises:
    """`activity` (epochs × franchises) sums to 1 in each epoch; characters of franchise f are `begin[f]` to
    `begin[f + 1]`, counted among characters; `looks` (characters × LOOKS) are places of general tags."""

    activity: NDArray[np.float64]
    begin: NDArray[np.int64]
    looks: NDArray[np.int32]


def make_franchises(seed: int, vocabulary: Vocabulary) -> Franchises:
    """Every franchise's share in every epoch, and its characters."""
    random = np.random.default_rng(seed + 10)
    number, characters = vocabulary.size(COPYRIGHT), vocabulary.size(CHARACTER)
    popularity = 1 / np.arange(1, number + 1) ** 0.9
    birth = random.uniform(-0.2, 0.98, number) * EPOCHS
    life = random.lognormal(np.log(0.05 * EPOCHS), 0.9, number)
    age = np.arange(EPOCHS)[:, None] - birth
    lives = (age >= 0) & (age < 8 * life)
    activity = np.where(lives, (1 - np.exp(-(age + 1) / 2)) * np.exp(-np.maximum(age, 0) / life), 0)
    activity[:, : min(EVERGREEN, number)] += 0.15
    activity *= popularity
    activity[:, DEAD] = 0
    activity /= activity.sum(axis=1, keepdims=True)
    begin, end = DEAD_EPOCHS
    dead = DEAD_SHARE * EPOCHS / (end - begin) / FRANCHISE_SHARE
    activity[begin:end] *= 1 - dead
    activity[begin:end, DEAD] = dead
    sizes = np.bincount(character_franchises(characters, number), minlength=number)
    fitting = [place for place in range(LAST_LOOK) if vocabulary.names[place] not in WHO]
    drawn = np.exp(random.uniform(np.log(FIRST_LOOK), np.log(len(fitting)), (characters, LOOKS)))
    looks = np.array(fitting, np.int32)[np.floor(drawn).astype(int)]
    return Franchises(activity, np.concatenate([[0], np.cumsum(sizes)]), looks)


FRANCHISE_SHARE = 0.62
"""The share of posts that belong to a franchise."""
