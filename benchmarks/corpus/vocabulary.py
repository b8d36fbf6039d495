"""Every tag of a corpus: its name, its category and how many posts it is meant for."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus.words import LARGEST_GENERAL, LARGEST_META, general_names, spoken

GENERAL, ARTIST, COPYRIGHT, CHARACTER, META, MODEL = 0, 1, 3, 4, 5, 6
MODELS = 150
METAS = 200
# Share of all posts by rank among general tags as counted on Danbooru; between these, straight lines on paper with two
# logarithmic axes. The ranks of meta tags are left out, so that a few ranks stand a little above.
KNOTS = (
    (1, 0.60), (2, 0.51), (3, 0.45), (10, 0.30), (30, 0.118), (100, 0.034), (300, 0.0145), (1_000, 0.0042),
    (3_000, 0.0008), (10_000, 0.00012), (100_000, 0.000002),
)  # fmt: skip
META_SHARES = (0.76, 0.25, 0.20, 0.10, 0.04, 0.02, 0.02, 0.03, 0.01, 0.008)


@dataclass(frozen=True)
class Vocabulary:
    """Tags by their place in `names`; tag `i` has the key `keys[i]`, unrelated to its rank as on a grown site.

    General tags come first, the largest of all at 0; `ranges` holds where each category begins and ends.
    """

    names: list[str]
    categories: NDArray[np.int16]
    keys: NDArray[np.int32]
    ranges: dict[int, tuple[int, int]]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each name stands."""
        return {name: place for place, name in enumerate(self.names)}

    def first(self, category: int) -> int:
        """Where a category begins."""
        return self.ranges[category][0]

    def size(self, category: int) -> int:
        """How many tags a category has."""
        begin, end = self.ranges[category]
        return end - begin

    @cached_property
    def general_shares(self) -> NDArray[np.float64]:
        """The share of all posts that each general tag is meant for."""
        return shares(self.size(GENERAL))


def shares(number: int) -> NDArray[np.float64]:
    """KNOTS for the ranks 1 to `number`."""
    ranks, values = np.log(np.array(KNOTS)).T
    return np.exp(np.interp(np.log(np.arange(1, number + 1)), ranks, values))


def make_vocabulary(seed: int, tags: int) -> Vocabulary:
    """`tags` tags: half of them general, a quarter characters, a fifth artists, a fiftieth copyrights."""
    sizes = {
        ARTIST: tags // 5,
        COPYRIGHT: tags // 50,
        CHARACTER: tags // 4,
        META: min(METAS, tags // 50),
        MODEL: min(MODELS, tags // 50),
    }
    sizes = {GENERAL: tags - sum(sizes.values())} | sizes
    if sizes[GENERAL] < len(LARGEST_GENERAL):
        raise ValueError(f"{tags} tags are too few; take 1,000 or more")
    franchises = list(islice(spoken(seed + 1), sizes[COPYRIGHT]))
    people = spoken(seed + 2)
    by_category = {
        GENERAL: list(islice(general_names(seed), sizes[GENERAL])),
        ARTIST: [f"{word}_art" for word in islice(spoken(seed + 3), sizes[ARTIST])],
        COPYRIGHT: [f"{word}_saga" for word in franchises],
        CHARACTER: [
            f"{next(people)}_({franchises[franchise]}_saga)"
            for franchise in character_franchises(sizes[CHARACTER], sizes[COPYRIGHT])
        ],
        META: [*LARGEST_META, *(f"{word}_request" for word in islice(spoken(seed + 4), sizes[META]))][: sizes[META]],
        MODEL: [f"{word}_xl_v{number % 9 + 1}" for number, word in enumerate(islice(spoken(seed + 5), sizes[MODEL]))],
    }
    names: list[str] = []
    ranges = {}
    for category, found in by_category.items():
        ranges[category] = (len(names), len(names) + len(found))
        names += found
    if len(set(names)) != len(names):
        twice = sorted(name for name, number in Counter(names).items() if number > 1)
        raise AssertionError(f"several tags have one name: {twice[:5]}")
    categories = np.repeat(np.array(list(by_category), np.int16), [len(found) for found in by_category.values()])
    keys = np.random.default_rng(seed + 6).permutation(len(names)).astype(np.int32) + 1
    return Vocabulary(names, categories, keys, ranges)


def character_franchises(characters: int, franchises: int) -> list[int]:
    """Which franchise each character belongs to: the first of them have the most, all have one at least."""
    weights = 1 / np.arange(1, franchises + 1) ** 0.6
    sizes = 1 + np.floor((characters - franchises) * weights / weights.sum()).astype(int)
    sizes[0] += characters - sizes.sum()
    return [int(place) for place in np.repeat(np.arange(franchises), sizes)]
