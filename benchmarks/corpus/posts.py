"""Posts in chunks, drawn with numpy from a vocabulary, its franchises and a seed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus.franchises import EPOCHS, FRANCHISE_SHARE, Franchises
from benchmarks.corpus.vocabulary import ARTIST, CHARACTER, COPYRIGHT, META, META_SHARES, MODEL, Vocabulary

CHUNK = 20_000
HEAD = 300  # general tags of this rank or less are drawn one by one, with what they depend on
THEMES = 150
RATINGS = np.array(list("gsqe"))
RATING_SHARES = (0.34, 0.42, 0.14, 0.10)
AI_SHARE = 0.85
STATUSES, STATUS_SHARES = np.array(["active", "removed", "flagged"]), (0.968, 0.03, 0.002)
# What a picture shows, with the share of posts: the tags of one kind hardly ever meet those of another.
KINDS = (("1girl", 0.60), ("multiple_girls", 0.13), ("1boy", 0.12), ("no_humans", 0.07), ("", 0.08))
SOLO = (0.80, 0.0, 0.55, 0.01, 0.05)
STRAY = 0.00004  # somebody put the other kind's tag on it by mistake
SCENERY = [
    "scenery",
    "sky",
    "water",
    "outdoors",
    "cloud",
    "night",
    "rain",
    "food",
    "flower",
    "umbrella",
    "weapon",
    "wings",
]
CHARACTER_FREE = 3  # the kind without people
CHARACTERS = (1, 2, 1, 0, 1)


@dataclass(frozen=True)
class Posts:
    """A chunk of posts. `pairs` (n × 2) are places of posts in the chunk and of tags in the vocabulary, ascending
    by post and then by the tag's key, none twice; `rating` and `status` are places in RATINGS and STATUSES. `time` is 0
    at the site's beginning and 1 today."""

    first: int
    rating: NDArray[np.int8]
    status: NDArray[np.int8]
    ai: NDArray[np.bool_]
    model: NDArray[np.int32]
    pairs: NDArray[np.int32]
    time: NDArray[np.float64]
    random: np.random.Generator

    def __len__(self) -> int:
        return len(self.rating)


class Painter:
    """Draws the tags of posts."""

    def __init__(self, seed: int, vocabulary: Vocabulary, franchises: Franchises) -> None:
        self.seed, self.vocabulary, self.franchises = seed, vocabulary, franchises
        shares = vocabulary.general_shares
        self.head = min(HEAD, len(shares))
        self.tail = np.cumsum(shares[self.head :])
        self.dependent = self._dependent_shares(shares[: self.head])
        self.copyrights = np.cumsum(franchises.activity, axis=1)

    def _dependent_shares(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """The share of each head tag by rating and kind, (4 × kinds × head)."""
        random = np.random.default_rng(self.seed + 20)
        by_rating = np.exp(np.outer(np.linspace(-1, 1, 4), random.normal(0, 0.8, self.head)))
        by_kind = np.exp(random.normal(0, 0.25, (len(KINDS), self.head)))
        places = self.vocabulary.places
        scenery = [places[name] for name in SCENERY if places[name] < self.head]
        by_kind[CHARACTER_FREE] *= 0.12
        by_kind[CHARACTER_FREE, scenery] = 3
        factors = by_rating[:, None, :] * by_kind[None, :, :]
        kinds = np.array([share for _name, share in KINDS])
        mean = np.einsum("r,k,rkt->t", np.array(RATING_SHARES), kinds, factors)
        # What decides the kind is drawn apart.
        drawn = np.minimum(shares * factors / mean, 0.97)
        drawn[:, :, [places[name] for name, _share in KINDS if name] + [places["solo"]]] = 0
        return drawn

    def chunks(self, posts: int) -> Iterator[Posts]:
        """All posts, oldest first; the first is 1."""
        for start in range(0, posts, CHUNK):
            yield self._chunk(start, min(CHUNK, posts - start), posts)

    def _chunk(self, start: int, number: int, posts: int) -> Posts:
        random = np.random.default_rng((self.seed, start))
        time = (start + np.arange(number)) / posts
        rating = random.choice(4, number, p=RATING_SHARES).astype(np.int8)
        kind = random.choice(len(KINDS), number, p=[share for _name, share in KINDS])
        ai = random.random(number) < AI_SHARE
        model = np.minimum(random.zipf(1.6, number) - 1, self.vocabulary.size(MODEL) - 1).astype(np.int32)
        everyone = np.arange(number)
        pairs = [
            *self._kinds(random, kind),
            self._head(random, rating, kind),
            self._tail(random, number),
            *self._people(random, time, kind),
            (everyone[ai], self.vocabulary.first(MODEL) + model[ai]),
        ]
        for meta, share in enumerate(META_SHARES):
            hit = np.flatnonzero(random.random(number) < share)
            pairs.append((hit, np.full(len(hit), self.vocabulary.first(META) + meta)))
        some = np.flatnonzero(random.random(number) < 0.1)
        pairs.append((some, self.vocabulary.first(META) + random.integers(0, self.vocabulary.size(META), len(some))))
        signed = np.flatnonzero(random.random(number) < 0.5)
        artist = _zipf(random, len(signed), self.vocabulary.size(ARTIST), 0.75)
        pairs.append((signed, self.vocabulary.first(ARTIST) + artist))
        return Posts(
            first=start + 1,
            rating=rating,
            status=random.choice(3, number, p=STATUS_SHARES).astype(np.int8),
            ai=ai,
            model=model,
            pairs=self._sorted(pairs),
            time=time,
            random=random,
        )

    def _kinds(self, random: np.random.Generator, kind: NDArray[np.int64]) -> list[tuple[NDArray, NDArray]]:
        places = self.vocabulary.places
        pairs = []
        for number, (name, _share) in enumerate(KINDS):
            if name:
                hit = np.flatnonzero((kind == number) | (random.random(len(kind)) < STRAY))
                pairs.append((hit, np.full(len(hit), places[name])))
        solo = np.flatnonzero(random.random(len(kind)) < np.array(SOLO)[kind])
        return [*pairs, (solo, np.full(len(solo), places["solo"]))]

    def _head(self, random: np.random.Generator, rating: NDArray, kind: NDArray) -> tuple[NDArray, NDArray]:
        drawn = random.random((len(rating), self.head), dtype=np.float32) < self.dependent[rating, kind]
        post, tag = np.nonzero(drawn)
        return post, tag

    def _tail(self, random: np.random.Generator, number: int) -> tuple[NDArray, NDArray]:
        """Half of the rarer tags belong to the picture's theme, so that some meet often and others never."""
        post = np.repeat(np.arange(number), random.poisson(self.tail[-1], number))
        tag = np.searchsorted(self.tail, random.random(len(post)) * self.tail[-1])
        theme = random.integers(0, THEMES, number)[post]
        themed = random.random(len(post)) < 0.5
        tag = np.where(themed, tag // THEMES * THEMES + theme, tag)
        return post, np.minimum(tag, len(self.tail) - 1) + self.head

    def _people(
        self, random: np.random.Generator, time: NDArray[np.float64], kind: NDArray
    ) -> list[tuple[NDArray, NDArray]]:
        """Franchise, characters of it, and most of their looks."""
        vocabulary, franchises = self.vocabulary, self.franchises
        post = np.flatnonzero(random.random(len(time)) < FRANCHISE_SHARE)
        epoch = (time[post] * EPOCHS).astype(int)
        # One sorted row of numbers for all epochs: epoch e lies between e and e + 1.
        flat = (self.copyrights / self.copyrights[:, -1:] + np.arange(EPOCHS)[:, None]).ravel()
        found = np.searchsorted(flat, epoch + random.random(len(post)))
        franchise = np.minimum(found - epoch * vocabulary.size(COPYRIGHT), vocabulary.size(COPYRIGHT) - 1)
        pairs = [(post, vocabulary.first(COPYRIGHT) + franchise)]
        for nth in range(max(CHARACTERS)):
            some = (np.array(CHARACTERS)[kind[post]] > nth) & (random.random(len(post)) < 0.8)
            begin, end = franchises.begin[franchise[some]], franchises.begin[franchise[some] + 1]
            character = begin + np.floor((end - begin) * random.random(int(some.sum())) ** 2.5).astype(int)
            pairs.append((post[some], vocabulary.first(CHARACTER) + character))
            looks = franchises.looks[character]
            shown = random.random(looks.shape) < 0.8
            pairs.append((np.repeat(post[some], looks.shape[1])[shown.ravel()], looks[shown]))
        return pairs

    def _sorted(self, pairs: list[tuple[NDArray, NDArray]]) -> NDArray[np.int32]:
        post = np.concatenate([post for post, _tag in pairs]).astype(np.int64)
        tag = np.concatenate([tag for _post, tag in pairs]).astype(np.int64)
        keys = self.vocabulary.keys.astype(np.int64)
        place_of_key = np.empty(len(keys) + 1, np.int64)
        place_of_key[keys] = np.arange(len(keys))
        both = np.sort(post << 32 | keys[tag])
        both = both[np.concatenate([[True], both[1:] != both[:-1]])]
        return np.column_stack([both >> 32, place_of_key[both & 0xFFFFFFFF]]).astype(np.int32)


def _zipf(random: np.random.Generator, draws: int, size: int, exponent: float) -> NDArray[np.int64]:
    """Places 0 to `size` - 1, the first drawn most often."""
    edge = np.cumsum(1 / np.arange(1, size + 1) ** exponent)
    return np.searchsorted(edge, random.random(draws) * edge[-1])
