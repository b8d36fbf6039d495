"""A comparison as its page shows it: a table with what can be said about each picture now."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.cards import ratio_class
from generation.errors import failure_sentence
from generation.lab.axes import Axis
from generation.lab.drawing import axes_of, can_be_redrawn
from generation.models import Job, JobPreview, Lab, LabCell, Take
from generation.models.queue import JobState
from generation.queueing import queue
from generation.queueing.standstill import standstill
from generation.wording import waiting_line

LIVE = {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True)
class Shown:
    """One picture. `take` is None until it came out, and once it is in the bin."""

    cell: LabCell
    job: Job
    take: Take | None
    label: str
    line: str
    preview_step: int | None
    may_redraw: bool
    ratio: str

    @property
    def live(self) -> bool:
        """Whether it will still change by itself."""
        return self.job.state in LIVE


@dataclass(frozen=True)
class Row:
    """A row of the table with the value that all of its pictures have; None where there is one row alone."""

    label: str | None
    cells: list[Shown | None]


@dataclass(frozen=True)
class Grid:
    """The table."""

    lab: Lab
    columns: Axis
    rows_axis: Axis | None
    headers: list[str]
    rows: list[Row]
    standstill: str

    @property
    def shown(self) -> list[Shown]:
        """All pictures, row by row."""
        return [cell for row in self.rows for cell in row.cells if cell is not None]

    @property
    def live(self) -> bool:
        """Whether any of it will still change by itself."""
        return any(cell.live for cell in self.shown)

    @property
    def done(self) -> int:
        """How many pictures are there."""
        return sum(cell.take is not None for cell in self.shown)

    @property
    def count(self) -> int:
        """How many there are to be."""
        return len(self.shown)


def grid_of(lab: Lab) -> Grid:
    """The table of a comparison, as of now."""
    columns, rows = axes_of(lab)
    cells = list(lab.cells.select_related("request__checkpoint"))
    jobs = {
        job.request_id: job
        for job in Job.objects.filter(request__lab_cell__lab=lab)
        .select_related("take__asset", "take__post")
        .prefetch_related("take__asset__files")
    }
    waiting = [job.pk for job in jobs.values() if job.state == JobState.QUEUED]
    places = queue.positions(waiting) if waiting else {}
    previews = dict(JobPreview.objects.filter(job__in=jobs.values()).values_list("job_id", "step"))
    found: dict[tuple[int, int], Shown] = {}
    for cell in cells:
        job = jobs.get(cell.request_id)
        if job is not None:
            label = columns.shown(cell.column) + (f" × {rows.shown(cell.row)}" if rows else "")
            found[cell.column, cell.row] = _shown(cell, job, label, places, previews)
    live = next((cell for cell in cells if found and (one := jobs.get(cell.request_id)) and one.state in LIVE), None)
    return Grid(
        lab,
        columns,
        rows,
        [columns.shown(place) for place in range(len(columns.values))],
        [
            Row(
                rows.shown(row) if rows else None,
                [found.get((column, row)) for column in range(len(columns.values))],
            )
            for row in range(len(rows.values) if rows else 1)
        ],
        standstill(live.request.checkpoint) if live else "",
    )


def _shown(cell: LabCell, job: Job, label: str, places: dict[int, int], previews: dict[int, int]) -> Shown:
    take: Take | None = getattr(job, "take", None)
    if take is not None and take.purged_at is not None:
        take = None
    line = ""
    if job.state == JobState.QUEUED:
        line = waiting_line(places.get(job.pk, 1) - 1)
    elif job.state == JobState.FAILED:
        line = failure_sentence(job.error_code, job.error_params)
    ratio = ratio_class(cell.request.width, cell.request.height)
    return Shown(cell, job, take, label, line, previews.get(job.pk), can_be_redrawn(job), ratio)
