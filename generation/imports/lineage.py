"""Takes that were brought are put below those that they were drawn over, as they were there."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from gallery.errors import Invalid
from generation.imports import states
from generation.imports.plan import Plan
from generation.imports.work import Cut, Work
from generation.models import Take
from generation.models.take import TakeKind

AT_ONCE = 500


def link(work: Work, plan: Plan) -> int:
    """Write the edges of what came; returns how many. What was below one that was left out stands below the next above.

    No take ends below itself, whatever a copy says. Raises `Cut`.
    """
    nearest = nearest_above(plan, work.here)
    wanted = {
        child: parent
        for key, child in work.here.items()
        if child is not None and (parent := nearest[key]) is not None and parent != child
    }
    mine = Take.objects.filter(owner=work.user)
    # What its maker drew here is no copy's to move. What was brought may have come in another order than it stands.
    free = set(mine.filter(kind=TakeKind.IMPORTED).values_list("pk", flat=True))
    wanted = {child: parent for child, parent in wanted.items() if child in free}
    above = mine.exclude(parent=None).values_list("pk", "parent_id")
    there = {child: parent for child, parent in above if child not in wanted}
    kept = without_circles(there, wanted)
    if len(kept) < len(wanted):
        work.note(Invalid("bring_circle", count=len(wanted) - len(kept)))
    edges = sorted(kept.items())
    for start in range(0, len(edges), AT_ONCE):
        with transaction.atomic():
            if not states.mine(work.run):
                raise Cut
            for child, parent in edges[start : start + AT_ONCE]:
                Take.objects.filter(pk=child, owner=work.user).update(parent=parent)
    _drop_odd_masks(work, plan, set(kept))
    return len(edges)


def nearest_above(plan: Plan, here: dict[str, int | None]) -> dict[str, int | None]:
    """For each take that is here, by its key, the take that is next above, passing by those that aren't here; None at
    the top, and for a circle of what isn't. Each is passed once, however many stand below it."""
    found: dict[str, int | None] = {}
    for key in [key for key, take in here.items() if take is not None]:
        path, seen, above = [key], {key}, plan.above(key)
        while above is not None and above not in seen and above not in found and here.get(above) is None:
            path.append(above)
            seen.add(above)
            above = plan.above(above)
        nearest = None if above is None else here.get(above) or found.get(above)
        found |= dict.fromkeys(path, nearest)
    return found


def without_circles(there: dict[int, int], wanted: dict[int, int]) -> dict[int, int]:
    """The edges of `wanted`, from child to parent, but for those that close a circle, also through `there`."""
    edges, kept = {**there, **wanted}, dict(wanted)
    done: set[int] = set()
    for start in list(edges):
        path: list[int] = []
        on_path: set[int] = set()
        one: int | None = start
        while one is not None and one not in done and one not in on_path:
            path.append(one)
            on_path.add(one)
            one = edges.get(one)
        if one is not None and one in on_path:
            circle = path[path.index(one) :]
            # One edge less opens it; what was here before has none.
            loose = next((child for child in reversed(circle) if child in kept), None)
            if loose is not None:
                del kept[loose]
                edges.pop(loose)
        done |= on_path
    return kept


def _drop_odd_masks(work: Work, plan: Plan, children: set[int]) -> None:
    """A mask of another size than the picture that it lay on is none of that picture."""
    rows = Take.objects.filter(pk__in=children, kind=TakeKind.IMPORTED, mask__isnull=False)
    whole = rows.filter(mask__width=F("parent__asset__width"), mask__height=F("parent__asset__height"))
    odd = set(rows.exclude(pk__in=whole.values("pk")).values_list("pk", flat=True))
    Take.objects.filter(pk__in=odd).update(mask=None)
    for key, take in work.here.items():
        if take in odd and (number := plan.masks.get(key)) is not None:
            work.note(Invalid("bring_no_mask", number=number))
