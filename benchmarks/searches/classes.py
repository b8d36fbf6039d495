"""Fifteen kinds of searches, drawn from a corpus by a seed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

import numpy as np
import psycopg

from benchmarks.corpus.franchises import DEAD
from benchmarks.corpus.rows import SAMPLERS
from benchmarks.corpus.vocabulary import CHARACTER, COPYRIGHT, MODEL, Vocabulary
from benchmarks.searches.asked import Asked

VIEWERS = ("visitor", "member", "everything")
WILDCARD_TAGS = 100
TRIES = 200
NEVER_MEET = ("1girl", "no_humans")
WILDCARDS = ("*_hair", "red_*", "*_dress", "glowing_*", "*_sword", "frilled_*", "*ribbon*", "wooden_*")


@dataclass
class Draw:
    """Picks tags by how many posts they have."""

    connection: psycopg.Connection
    vocabulary: Vocabulary
    posts: int
    random: np.random.Generator

    def __post_init__(self) -> None:
        rows = self.connection.execute(
            "SELECT name, post_count FROM tagging_tag WHERE category = 0 AND post_count > 0"
            " ORDER BY post_count DESC, name"
        ).fetchall()
        self.names = [name for name, _count in rows]
        self.share = np.array([count / self.posts for _name, count in rows])

    def tags(self, number: int, least: float, most: float) -> tuple[str, ...]:
        """General tags with a share of posts between `least` and `most`, none twice; on a small site the nearest."""
        fitting = np.flatnonzero((self.share >= least) & (self.share <= most))
        if len(fitting) < number:
            distance = np.abs(np.log(self.share) - np.log(least * most) / 2)
            fitting = np.argsort(distance, kind="stable")[: 5 * number]
        found = self.random.choice(fitting, number, replace=False)
        return tuple(self.names[place] for place in found)

    def common(self, number: int = 1) -> tuple[str, ...]:
        """Tags of every tenth post or more."""
        return self.tags(number, 0.1, 1)

    def rare(self, number: int = 1) -> tuple[str, ...]:
        """Tags of one in five thousand posts to one in fifty thousand."""
        return self.tags(number, 0.00002, 0.0002)

    def together(self, number: int, least: float, most: float) -> tuple[str, ...]:
        """Tags that some post has all of; what is not found in many tries is looked for less strictly."""
        shares = dict(zip(self.names, self.share, strict=True))
        for tries in count():
            if tries and tries % TRIES == 0:
                least, most = least / 2, most * 2
            [(keys,)] = self.connection.execute(
                "SELECT tag_ids FROM gallery_post WHERE id = %s", [int(self.random.integers(1, self.posts + 1))]
            ).fetchall()
            rows = self.connection.execute("SELECT name FROM tagging_tag WHERE id = ANY (%s) ORDER BY id", [keys])
            fitting = [name for (name,) in rows if least <= shares.get(name, 0) <= most]
            if len(fitting) >= number:
                return tuple(self.random.permutation(fitting)[:number].tolist())
        raise AssertionError

    def apart(self, number: int, least: float, most: float, met: int) -> tuple[str, ...]:
        """Tags that at most `met` posts have all of, though each has many."""
        for tries in count():
            names = self.tags(number, least, most)
            [(found,)] = self.connection.execute(
                "SELECT count(*) FROM (SELECT FROM gallery_post WHERE tag_ids @>"
                " (SELECT array_agg(id) FROM tagging_tag WHERE name = ANY (%s)) LIMIT %s) AS few",
                [list(names), met + 1],
            ).fetchall()
            if found <= met + tries // TRIES:
                return names
        raise AssertionError

    def expand(self, pattern: str) -> tuple[str, ...]:
        """The largest tags that a wildcard fits."""
        rows = self.connection.execute(
            "SELECT name FROM tagging_tag WHERE name LIKE %s ORDER BY general_count DESC, name LIMIT %s",
            [pattern.replace("_", r"\_").replace("*", "%"), WILDCARD_TAGS],
        ).fetchall()
        return tuple(name for (name,) in rows)

    def days(self) -> tuple[date, date]:
        """One to four months of the site's life."""
        begin = date(2020, 1, 1).toordinal() + int(self.random.integers(0, 5 * 365))
        return date.fromordinal(begin), date.fromordinal(begin + int(self.random.integers(30, 120)))

    def model(self) -> str:
        """One of the twenty most used models."""
        return self.vocabulary.names[self.vocabulary.first(MODEL) + int(self.random.integers(0, 20))]

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.random.integers(low, high + 1))


def searches(connection: psycopg.Connection, vocabulary: Vocabulary, posts: int, seed: int, each: int) -> list[Asked]:
    """`each` searches of every kind, the viewers taking turns."""
    draw = Draw(connection, vocabulary, posts, np.random.default_rng(seed + 100))
    found = []
    for kind, make in KINDS.items():
        for number in range(each):
            asked = make(draw, number)
            expanded = draw.expand(asked.wildcard) if asked.wildcard else ()
            found.append(replace(asked, kind=kind, viewer=VIEWERS[number % len(VIEWERS)], expanded=expanded))
    return found


def _new(**parts: object) -> Asked:
    return Asked(kind="", viewer="", **parts)  # type: ignore[arg-type]


def _or_group(draw: Draw, number: int) -> Asked:
    group = draw.tags(draw.number(2, 4), 0.005, 0.08)
    return _new(some=(group,), every=draw.common() if number % 2 else ())


def _by_score(draw: Draw, number: int) -> Asked:
    tags = (draw.common(), draw.tags(1, 0.005, 0.03), draw.common(2), draw.tags(1, 0.0005, 0.003))
    return _new(every=tags[number % 4], by_score=True)


def _far_away(draw: Draw, number: int) -> Asked:
    if number % 2:
        return _new(every=draw.tags(1, 0.02, 0.5), page=draw.number(50, 150))
    return _new(every=draw.tags(1, 0.005, 0.5), days=draw.days())


def _empty(draw: Draw, number: int) -> Asked:
    if number == 0:
        return _new(every=NEVER_MEET, name="near-disjoint pair")
    if number == 1:
        return _new(every=draw.apart(3, 0.004, 0.03, 5), name="near-empty three tags")
    return _new(every=draw.apart(3, 0.004, 0.03, 5))


def _recipe(draw: Draw, number: int) -> Asked:
    tag = draw.tags(1, 0.01, 0.6)
    sampler = SAMPLERS[draw.number(0, len(SAMPLERS) - 1)]
    parts: tuple[dict[str, object], ...] = (
        {"every": tag, "steps": (26, 30)},
        {"every": tag, "sampler": sampler},
        {"model": draw.model(), "steps": (40, 50)},
        {"every": tag, "model": draw.model(), "sampler": sampler},
    )
    return _new(**parts[number % 4])


def _dead_franchise(draw: Draw, number: int) -> Asked:
    names = draw.vocabulary.names
    franchise = names[draw.vocabulary.first(COPYRIGHT) + DEAD]
    begin, end = draw.vocabulary.ranges[CHARACTER]
    character = next(name for name in names[begin:end] if name.endswith(f"_({franchise})"))
    parts = ((franchise,), (franchise, "1girl"), (character,), (franchise, *draw.common()))
    return _new(every=parts[number % 4], name="dead franchise" if number == 0 else "")


KINDS: dict[str, Callable[[Draw, int], Asked]] = {
    "01 one common tag": lambda draw, number: _new(every=draw.common()),
    "02 two common": lambda draw, number: _new(every=draw.common(2)),
    "03 common and rare": lambda draw, number: _new(every=(*draw.common(), *draw.rare())),
    "04 rare and rare": lambda draw, number: _new(every=draw.together(2, 0.00002, 0.0006)),
    "05 three to six tags": lambda draw, number: _new(every=draw.together(draw.number(3, 6), 0.004, 0.6)),
    "06 common without common": lambda draw, number: _new(every=draw.common(), no=draw.common()),
    "07 one of several": _or_group,
    "08 wildcard": lambda draw, number: _new(
        wildcard=WILDCARDS[number % len(WILDCARDS)], every=draw.common() if number % 2 else ()
    ),
    "09 rating and tag": lambda draw, number: _new(every=draw.tags(1, 0.005, 0.3), rating="gsg"[number % 3]),
    "10 order:score": _by_score,
    "11 dates, page 50 to 150": _far_away,
    "12 empty or nearly": _empty,
    "13 without ten tags": lambda draw, number: _new(every=draw.common(), no=draw.tags(10, 0.002, 0.2)),
    "14 AI metatags": _recipe,
    "15 dead franchise": _dead_franchise,
}
