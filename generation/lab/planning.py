"""All pictures of a comparison before anything is queued: what each would be asked for, and what stands against it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from gallery.models import User
from gallery.refusals.judging import Hit, Verdict
from generation import door
from generation.errors import Problem
from generation.lab.applying import CellRefused, wanted_for
from generation.lab.axes import Axis
from generation.queueing.forecast import forecast
from generation.queueing.workload import workload

MOST_TOLD = 12
MOST_READ = 12
"""So many pictures are read to say how long all of them take."""
# The axes on which it depends how long a picture takes.
_OF_WORK = {"model", "sampler", "steps", "size", "strength"}


@dataclass
class Planned:
    """One picture, counted from 0; `reading` is None where its values could not even be put together."""

    column: int
    row: int
    reading: door.Reading | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """The pictures of a comparison, row by row."""

    columns: Axis
    rows: Axis | None
    cells: list[Planned]

    @property
    def verdict(self) -> Verdict:
        """What the rules on words find in any of them."""
        hits: dict[Hit, None] = {}
        for cell in self.cells:
            if cell.reading is not None and cell.reading.verdict is not None:
                hits |= dict.fromkeys(cell.reading.verdict.hits)
        return Verdict(tuple(hits))

    @property
    def problems(self) -> list[Problem]:
        """Each sentence once: at the recipe's field where it holds for all pictures, at the axis where it holds for a
        whole column or row, else with the values of the picture; not more than `MOST_TOLD` of them."""
        where: dict[Problem, list[Planned]] = defaultdict(list)
        for cell in self.cells:
            for problem in dict.fromkeys(cell.problems):
                where[problem].append(cell)
        found = [told for problem, cells in where.items() for told in self._told(problem, cells)]
        if len(found) <= MOST_TOLD:
            return found
        more = _("And %(count)s more like these.") % {"count": len(found) - MOST_TOLD}
        return [*found[:MOST_TOLD], ("", more)]

    def _told(self, problem: Problem, cells: list[Planned]) -> Iterable[Problem]:
        name, sentence = problem
        if len(cells) == len(self.cells):
            # What an axis decides stands in no field of the recipe.
            yield {axis.name: key for key, axis in self._axes.items()}.get(name, name), sentence
            return
        left = cells
        for key, axis in self._axes.items():
            side = "column" if key == "x_values" else "row"
            counts = Counter(getattr(cell, side) for cell in left)
            whole = {number for number, count in counts.items() if count * len(axis.values) == len(self.cells)}
            for number in sorted(whole):
                yield key, _at(_short(axis.shown(number)), sentence)
            left = [cell for cell in left if getattr(cell, side) not in whole]
        for cell in left:
            places = {"x_values": cell.column, "y_values": cell.row}
            shown = [_short(axis.shown(places[key]), 28) for key, axis in self._axes.items()]
            yield "", _at(" × ".join(shown), sentence)

    @property
    def _axes(self) -> dict[str, Axis]:
        """By the fields of the form that have their values."""
        return {"x_values": self.columns} | ({"y_values": self.rows} if self.rows else {})


def plan(user: User, base: Mapping[str, Any], columns: Axis, rows: Axis | None) -> Plan:
    """Read every picture of the comparison at the door that each request passes."""
    cells: list[Planned] = []
    for row in range(len(rows.values) if rows else 1):
        for column in range(len(columns.values)):
            cells.append(read_cell(user, base, columns, rows, column, row))
    return Plan(columns, rows, cells)


def read_cell(user: User, base: Mapping[str, Any], columns: Axis, rows: Axis | None, column: int, row: int) -> Planned:
    """One of them."""
    chosen = [(columns, column)] + ([(rows, row)] if rows else [])
    try:
        reading = door.read(user, wanted_for(user, base, chosen))
    except CellRefused as refusal:
        return Planned(column, row, None, [refusal.problem])
    return Planned(column, row, reading, list(reading.problems))


def seconds_for(user: User, base: Mapping[str, Any], columns: Axis, rows: Axis | None) -> float | None:
    """How long all pictures should take; None where nothing can be said. Words are not looked at, and of many pictures
    `MOST_READ` stand for all: it is asked while somebody types."""
    base = dict(base) | {"prompt": "", "negative_prompt": ""}
    axes = [axis for axis in (columns, rows) if axis is not None]
    total = len(columns.values) * (len(rows.values) if rows else 1)
    counts: Counter[tuple[Any, ...]] = Counter()
    examples: dict[tuple[Any, ...], door.Reading] = {}
    places = [range(len(axis.values)) if axis.name in _OF_WORK else range(1) for axis in axes]
    pairs = [(first, second) for first in places[0] for second in (places[1] if len(places) > 1 else range(1))]
    # 37 has no factor in common with a number of pairs: so they come from all over the table.
    pairs = [pairs[place * 37 % len(pairs)] for place in range(min(MOST_READ, len(pairs)))]
    for pair in pairs:
        chosen = [(axis, place) for axis, place in zip(axes, pair, strict=False) if axis.name in _OF_WORK]
        try:
            reading = door.read(user, wanted_for(user, base, chosen))
        except CellRefused:
            return None
        if reading.refused("model", "width", "height", "steps", "sampler", "strength", "source", "hires_scale"):
            return None
        work = workload(reading.values, reading.model)
        key = (reading.model.pk, reading.values["width"], reading.values["height"], work)
        counts[key] += 1
        examples[key] = reading
    together = 0.0
    for key, one in examples.items():
        seconds = forecast(one.model, one.values, total)
        if seconds is None:
            return None
        together += seconds * counts[key]
    return together / len(pairs)


def _at(value: str, sentence: str) -> str:
    return _("“%(value)s”: %(sentence)s") % {"value": value, "sentence": sentence}


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
