"""What a copy holds, read through once before anything comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from generation.imports.archive import Archive
from generation.imports.rows import BadRow, TakeRow, post_row, take_row


@dataclass
class Plan:
    """Which takes there are, in the order in which they come, and which is above which."""

    keys: dict[int, str] = field(default_factory=dict)  # of takes, by their numbers
    posts: dict[int, str] = field(default_factory=dict)  # of posts: their take's
    parents: dict[str, tuple[str, int]] = field(default_factory=dict)
    masks: dict[str, int] = field(default_factory=dict)  # their numbers, by the key of the take
    total: int = 0

    def above(self, key: str) -> str | None:
        """The key of what is above; None where nothing is, or the copy lacks it."""
        folder, number = self.parents.get(key, ("", 0))
        return (self.keys if folder == "takes" else self.posts).get(number)

    @property
    def named(self) -> set[str]:
        """What something else is below."""
        return {above for key in self.parents if (above := self.above(key)) is not None}


def plan_of(archive: Archive) -> Plan:
    """Read through both tables once."""
    plan = Plan()
    for row in take_rows(archive):
        plan.keys[row.number] = row.key
        if row.post is not None:
            plan.posts[row.post] = row.key
        if row.parent is not None:
            plan.parents[row.key] = ("takes", row.parent)
        if row.mask is not None:
            plan.masks[row.key] = row.mask
        plan.total += 1
    for row in post_rows(archive):
        if row.number not in plan.posts:
            plan.posts[row.number] = row.key
            plan.total += 1
            if row.parent is not None:
                plan.parents[row.key] = ("posts", row.parent)
    return plan


def take_rows(archive: Archive) -> Iterator[TakeRow]:
    """What can be read of `takes.json`."""
    for raw in archive.rows("takes.json"):
        try:
            yield take_row(raw)
        except BadRow:
            continue


def post_rows(archive: Archive) -> Iterator[TakeRow]:
    """What can be read of `posts.json`."""
    for raw in archive.rows("posts.json"):
        try:
            yield post_row(raw)
        except BadRow:
            continue


def unreadable(archive: Archive) -> int:
    """How many rows say nothing that could be a take."""
    readers = (("takes.json", take_row), ("posts.json", post_row))
    found = 0
    for name, read in readers:
        for raw in archive.rows(name):
            try:
                read(raw)
            except BadRow:
                found += 1
    return found


def in_turn(archive: Archive, plan: Plan) -> Iterator[TakeRow]:
    """The rows of the takes that will be, each once: a post that is a take there comes as that one."""
    yield from take_rows(archive)
    for row in post_rows(archive):
        if plan.posts.get(row.number) == row.key:
            yield row
