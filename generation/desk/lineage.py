"""All relatives of a take: what it comes from, and what was drawn over any of that. They are a tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection

from gallery.models import User
from generation.desk.pages import loaded
from generation.models import Take

MAX_DEPTH = 100
MAX_RELATIVES = 400

# Up to the first of them, then down from there. A take has one parent, so both ways end; what an import might bring in
# a circle ends at the depth.
_RELATIVES = """
    WITH RECURSIVE up (id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM generation_take WHERE id = %(take)s AND owner_id = %(owner)s
        UNION ALL
        SELECT above.id, above.parent_id, up.depth + 1 FROM generation_take above
        JOIN up ON above.id = up.parent_id WHERE above.owner_id = %(owner)s AND up.depth < %(deep)s
    ),
    down (id, parent_id, depth) AS (
        (SELECT id, NULL::bigint, 0 FROM up ORDER BY depth DESC LIMIT 1)
        UNION ALL
        SELECT below.id, below.parent_id, down.depth + 1 FROM generation_take below
        JOIN down ON below.parent_id = down.id WHERE below.owner_id = %(owner)s AND down.depth < %(deep)s
    )
    SELECT id, parent_id, depth FROM down LIMIT %(most)s
"""


@dataclass
class Relative:
    """One take of the tree and what was drawn over it. `line`: it is the take asked about, or above it."""

    take: Take
    depth: int
    line: bool = False
    children: list[Relative] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """The tree as a template goes through it: a relative, whether a list opens below it, and how many lists close."""

    relative: Relative
    opens: bool
    closes: range


@dataclass(frozen=True)
class Lineage:
    """The tree of a take. `cut`: there are more than are shown."""

    root: Relative
    here: Relative
    count: int
    cut: bool

    @property
    def steps(self) -> list[Step]:
        """From the first to the last, each before what was drawn over it."""
        flat: list[Relative] = []
        waiting = [self.root]
        while waiting:
            one = waiting.pop()
            flat.append(one)
            waiting.extend(reversed(one.children))
        after = [one.depth for one in flat[1:]] + [0]
        return [
            Step(one, following > one.depth, range(max(0, one.depth - following)))
            for one, following in zip(flat, after, strict=True)
        ]

    @property
    def line(self) -> list[Relative]:
        """From the first take down to the one asked about."""
        path, one = [], self.root
        while True:
            path.append(one)
            below = next((child for child in one.children if child.line), None)
            if one is self.here or below is None:
                return path
            one = below


def lineage_of(user: User, take: Take) -> Lineage:
    """The relatives of `user`'s own take, four hundred at most; those in the bin and those erased keep their places."""
    known = {"take": take.pk, "owner": user.pk, "deep": MAX_DEPTH, "most": MAX_RELATIVES + 1}
    with connection.cursor() as cursor:
        cursor.execute(_RELATIVES, known)
        rows = cursor.fetchall()
    cut = len(rows) > MAX_RELATIVES
    takes = loaded(user, [pk for pk, _parent, _depth in rows[:MAX_RELATIVES]])
    relatives: dict[int, Relative] = {}
    for pk, parent, depth in rows[:MAX_RELATIVES]:
        # A circle comes round to what is there already.
        if pk not in takes or pk in relatives or (parent is not None and parent not in relatives):
            continue
        relatives[pk] = Relative(takes[pk], depth)
        if parent is not None:
            relatives[parent].children.append(relatives[pk])
    # Among very many relatives the take itself may not be there any more.
    here = relatives.get(take.pk) or Relative(take, 0)
    root = next(iter(relatives.values()), here)
    above: int | None = take.pk
    parents = {pk: parent for pk, parent, _depth in rows}
    while above is not None and above in relatives and not relatives[above].line:
        relatives[above].line = True
        above = parents.get(above)
    for one in relatives.values():
        one.children.sort(key=lambda child: child.take.pk)
    return Lineage(root, here, len(relatives) or 1, cut)
