"""Comparisons: made with all their requests in one transaction, drawn again cell by cell, taken back."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gallery.accounts.standing import require_may_act
from gallery.errors import NotAllowed
from gallery.models import User
from gallery.refusals.counting import note
from generation import requests
from generation.door.numbers import whole
from generation.errors import RequestRefused
from generation.lab.axes import Axis
from generation.lab.planning import Plan, plan, read_cell
from generation.models import Job, Lab, LabCell
from generation.models.queue import MAX_SEED, JobState

MAX_TITLE = 120
# What a form has and no recipe.
_NOT_KEPT = {"key", "count", "shape", "mask_refused", "without_mask", "title", "x", "y", "x_values", "y_values"}


def owned(user: User) -> QuerySet[Lab]:
    """`user`'s comparisons, newest first; nobody else's can be reached through this."""
    return Lab.objects.filter(owner=user).order_by("-id")


def axes_of(lab: Lab) -> tuple[Axis, Axis | None]:
    """What differs along the columns and along the rows."""
    return Axis.from_dict(lab.columns), Axis.from_dict(lab.rows) if lab.rows else None


def draw(
    user: User, base: Mapping[str, Any], columns: Axis, rows: Axis | None, idempotency_key: str, *, title: str = ""
) -> Lab:
    """Queue every picture of a comparison, or none; the same user and key again return the first one.

    `base` is what `generation.requests.submit` takes. All pictures have its seed, one that is drawn now where it names
    none. Raises `RequestRefused` with the problems of all pictures; their fields are those of the recipe, and
    `x_values` and `y_values`.
    """
    with _counting(user):
        return _draw(user, base, columns, rows, idempotency_key, title)


def look(user: User, base: Mapping[str, Any], columns: Axis, rows: Axis | None) -> Plan:
    """What `draw` would queue, without doing it. Raises as `draw` does."""
    with _counting(user):
        planned = plan(user, base, columns, rows)
        _require(user, planned)
    return planned


def _draw(
    user: User, base: Mapping[str, Any], columns: Axis, rows: Axis | None, idempotency_key: str, title: str
) -> Lab:
    if not 1 <= len(idempotency_key) <= 64 or "\x00" in idempotency_key:
        raise RequestRefused([("", _("The form is out of date. Load the page again and send it once more."))])
    with transaction.atomic():
        requests.one_by_one(user.pk)
        before = Lab.objects.filter(owner=user, idempotency_key=idempotency_key).first()
        if before is not None:
            return before
        _require_may_act(user)
        shared = kept(base)
        planned = plan(user, shared, columns, rows)
        _require(user, planned)
        lab = Lab.objects.create(
            owner=user,
            title=title.replace("\x00", "").strip()[:MAX_TITLE],
            base=shared,
            columns=columns.to_dict(),
            rows=rows.to_dict() if rows else None,
            idempotency_key=idempotency_key,
        )
        for cell in planned.cells:
            if cell.reading is not None:
                request = requests.enqueue(user, cell.reading, _key())
                LabCell.objects.create(lab=lab, column=cell.column, row=cell.row, request=request)
    return lab


def kept(base: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe as a comparison keeps it: as JSON, with a seed."""
    shared = {name: value for name, value in base.items() if name not in _NOT_KEPT and value not in (None, "", [])}
    if "model" in shared:
        shared["model"] = getattr(shared["model"], "slug", shared["model"])
    seed = whole(shared.get("seed"), -1)
    if seed == -1:
        shared["seed"] = secrets.randbelow(MAX_SEED + 1)
    return shared


def redraw(user: User, cell: LabCell) -> bool:
    """Queue a picture of `user`'s own comparison once more that failed, was cancelled or is gone. False where it is
    there or on its way. Raises `RequestRefused`."""
    with _counting(user), transaction.atomic():
        requests.one_by_one(user.pk)
        locked = LabCell.objects.select_for_update(of=("self",)).select_related("lab").get(pk=cell.pk, lab__owner=user)
        if not can_be_redrawn(job_of(locked)):
            return False
        _require_may_act(user)
        columns, rows = axes_of(locked.lab)
        planned = read_cell(user, locked.lab.base, columns, rows, locked.column, locked.row)
        _require(user, Plan(columns, rows, [planned]))
        if planned.reading is None:
            return False
        locked.request = requests.enqueue(user, planned.reading, _key())
        locked.save(update_fields=["request"])
    return True


def job_of(cell: LabCell) -> Job:
    """The one job of a cell's request."""
    return cell.request.jobs.select_related("take").get()


def can_be_redrawn(job: Job) -> bool:
    """Whether nothing came of it, or what came of it is in the bin."""
    if job.state == JobState.DONE:
        take = getattr(job, "take", None)
        return take is None or take.purged_at is not None
    return job.state in {JobState.FAILED, JobState.CANCELLED}


def cancel(user: User, lab: Lab) -> int:
    """Cancel what is left of `user`'s own comparison; returns how many pictures that touched."""
    live = Job.objects.filter(
        request__lab_cell__lab=lab, user=user, state__in=[JobState.QUEUED, JobState.RUNNING]
    ).order_by("pk")
    return sum(requests.cancel_job(user, job) for job in live)


def remove(user: User, lab: Lab) -> None:
    """Forget `user`'s own comparison: what is left of it is cancelled, its takes stay."""
    cancel(user, lab)
    owned(user).filter(pk=lab.pk).delete()


@contextmanager
def _counting(user: User) -> Iterator[None]:
    """What a rule refuses is counted with the user, once the transaction that it was refused in is over."""
    try:
        yield
    except RequestRefused as refusal:
        if refusal.verdict is not None and refusal.verdict.refusing is not None:
            note(user, refusal.verdict.refusing)
        raise


def _key() -> str:
    """Of a request that no form asks for: the comparison has the form's key, and no form can have named this one."""
    return f"lab-{uuid.uuid4().hex}"


def _require(user: User, planned: Plan) -> None:
    full = requests.queue_full(user, len(planned.cells))
    problems = planned.problems + ([("", full)] if full else [])
    if problems:
        raise RequestRefused(problems, planned.verdict)


def _require_may_act(user: User) -> None:
    try:
        require_may_act(user)
    except NotAllowed as error:
        raise RequestRefused([("", error.message)]) from error
