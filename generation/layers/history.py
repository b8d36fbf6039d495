"""The line of pictures that a take goes back to, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from gallery.models import Asset
from gallery.provenance import Recipe
from generation.layers.naming import name_of
from generation.models import Take
from generation.models.take import TakeKind

MOST_STEPS = 2000
MOST_PIXELS = 500_000_000
"""Of all pictures of a line together: about a minute's work. What is older lies in the lowest layer, as it looks."""

Margins = tuple[int, int, int, int]
_ABOVE = """
    WITH RECURSIVE line (id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM generation_take WHERE id = %s
        UNION ALL
        SELECT above.id, above.parent_id, depth + 1 FROM generation_take above JOIN line ON above.id = line.parent_id
        WHERE above.owner_id = %s AND above.purged_at IS NULL AND above.archived_at IS NULL AND depth + 1 < %s
    )
    SELECT id FROM line ORDER BY depth
"""


@dataclass(frozen=True)
class Step:
    """One picture of the line, what its layer is called, and how it lies on the one before it.

    `margins`: what was added to that at the left, top, right and bottom; None where this one was drawn at another
    size, or is the first. `texts` are those that were written on it.
    """

    asset: Asset
    name: str
    margins: Margins | None = None
    texts: tuple[Any, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.asset.width, self.asset.height


def line_of(take: Take) -> list[Step]:
    """The take's own line, the oldest first, at least the take itself.

    It goes up until there is no take above, or one that is in the bin, archived or another member's: the oldest picture
    that is left is the lowest. Below a take that was drawn over its owner's own file lies that file.
    """
    takes = _takes_above(take)
    pixels, steps = 0, list[Step]()
    for number, one in enumerate(takes):
        pixels += one.asset.width * one.asset.height
        if steps and pixels > MOST_PIXELS:
            left_out = len(takes) - number
            steps[-1] = replace(
                steps[-1],
                name=_("%(name)s · with the %(count)d steps before it") % {"name": steps[-1].name, "count": left_out},
            )
            break
        steps.append(_step(one))
    else:
        file = _own_file_below(takes[-1])
        if file is not None:
            steps.append(Step(file, _("Your own file")))
    steps.reverse()
    return fitted(steps)


def fitted(steps: list[Step]) -> list[Step]:
    """The same line where margins are those by which each picture really grew; the first has none."""
    return [
        replace(step, margins=_grown(steps[number - 1], step) if number else None) for number, step in enumerate(steps)
    ]


def places(steps: list[Step]) -> Iterator[tuple[int, int]]:
    """Where the left top corner of each picture lies on the last one's.

    Margins at the left and top move all that was there before. A picture that was drawn anew at another size starts a
    canvas of its own: what lies below keeps its place on the one before.
    """
    for number in range(len(steps)):
        left = top = 0
        for later in steps[number + 1 :]:
            if later.margins is None:
                break
            left, top = left + later.margins[0], top + later.margins[1]
        yield left, top


def _takes_above(take: Take) -> list[Take]:
    """The take and those above it, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [take.pk, take.owner_id, MOST_STEPS])
        keys = [key for (key,) in cursor.fetchall()]
    found = Take.objects.select_related("asset", "job__request__source_asset").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _step(take: Take) -> Step:
    left, top, right, bottom = take.margins or (0, 0, 0, 0)
    texts = tuple(take.lettering) if take.kind == TakeKind.LETTERED else ()
    return Step(take.asset, name_of(take, Recipe.from_dict(take.recipe)), (left, top, right, bottom), texts)


def _grown(before: Step, after: Step) -> Margins | None:
    left, top, right, bottom = after.margins or (0, 0, 0, 0)
    width, height = before.size
    return after.margins if after.size == (left + width + right, top + height + bottom) else None


def _own_file_below(oldest: Take) -> Asset | None:
    """The file of the owner's own that the oldest take was drawn over, if it was no take and no post."""
    if oldest.job is None or oldest.parent_id is not None:
        return None
    request = oldest.job.request
    file = request.source_asset
    if file is None or request.source_post_id is not None or file.owner_id != oldest.owner_id:
        return None
    return None if Take.objects.filter(asset=file).exists() else file
