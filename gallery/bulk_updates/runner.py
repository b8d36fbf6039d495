"""Carrying out approved requests, a batch of posts for each transaction, so that a kill loses one batch at most.

Who runs a request holds a lease on it; the time until which it lasts is also the proof: whoever finds another time in
the row has lost it, and what they did in the open transaction is undone.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gallery.accounts.house import house_account
from gallery.bulk_updates.problems import PROBLEMS, sentence
from gallery.bulk_updates.script import Line, read_script
from gallery.models import BulkUpdateRequest, User
from gallery.models.bulk_update import BulkUpdateStatus
from gallery.models.user import Role

logger = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(seconds=60)


class LeaseLost(Exception):  # noqa: N818 (no error: another one goes on)
    """Somebody else runs this request now."""


def never() -> bool:
    """For runs that nobody asks to stop."""
    return False


def run_waiting(stopping: Callable[[], bool] = never) -> int:
    """Runs what waits, oldest decision first, until nothing does or `stopping` says so; returns how many ended."""
    ended = 0
    while not stopping():
        request = claim()
        if request is None:
            break
        try:
            ended += run(request, stopping)
        except LeaseLost:
            logger.info("Another worker goes on with bulk update %s.", request.pk)
    return ended


@transaction.atomic
def claim() -> BulkUpdateRequest | None:
    """The oldest request that is to be carried out and that nobody holds, with a lease; None if there is none."""
    now = timezone.now()
    free = BulkUpdateRequest.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now), status=BulkUpdateStatus.PROCESSING
    )
    request = free.select_for_update(skip_locked=True, of=("self",)).order_by("decided_at", "pk").first()
    if request is not None:
        request.lease_until = now + LEASE
        request.save(update_fields=["lease_until"])
    return request


def run(request: BulkUpdateRequest, stopping: Callable[[], bool] = never) -> bool:
    """Carries out the claimed `request` from where it stands; True when it ended, False if told to stop before.

    Raises LeaseLost. When the database goes away the request is left to whoever finds its lease run out.
    """
    editor = system_editor()
    lease = request.lease_until
    number = 0
    try:
        lines = read_script(request.script)
        while lease is not None:
            if stopping():
                _let_go(request.pk, lease)
                return False
            line = lines[min(request.lines_done, len(lines) - 1)]
            number = line.number
            lease = _advance(request, lease, lines, editor)
    except (LeaseLost, OperationalError, InterfaceError):
        raise
    except PROBLEMS as error:
        _fail(request.pk, lease, number, error)
    except Exception as error:
        logger.exception("Bulk update %s failed in line %s", request.pk, number)
        _fail(request.pk, lease, number, error)
    return True


@transaction.atomic
def _advance(request: BulkUpdateRequest, lease: datetime, lines: list[Line], editor: User) -> datetime | None:
    """One batch of the next line, and its beginning and end where they fall into it. Returns the longer lease, None
    once the request is done."""
    row = _held(request.pk, lease)
    if row.lines_done < len(lines):
        command = lines[row.lines_done].command
        if row.last_post_id == 0:
            command.check(editor)
            command.relate(editor)
        changed = command.step(editor, row.last_post_id, BATCH)
        row.posts_done += len(changed)
        if len(changed) == BATCH:
            row.last_post_id = changed[-1]
        else:
            command.finish(editor)
            row.lines_done, row.posts_done, row.last_post_id = row.lines_done + 1, 0, 0
    if row.lines_done == len(lines):
        row.status, row.finished_at, row.lease_until = BulkUpdateStatus.APPROVED, timezone.now(), None
    else:
        row.lease_until = timezone.now() + LEASE
    row.save()
    request.lines_done = row.lines_done
    return row.lease_until


def _held(pk: int, lease: datetime | None) -> BulkUpdateRequest:
    row = BulkUpdateRequest.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.status != BulkUpdateStatus.PROCESSING or row.lease_until != lease:
        raise LeaseLost
    return row


@transaction.atomic
def _let_go(pk: int, lease: datetime | None) -> None:
    row = _held(pk, lease)
    row.lease_until = None
    row.save(update_fields=["lease_until"])


@transaction.atomic
def _fail(pk: int, lease: datetime | None, line: int, error: Exception) -> None:
    """What was done before stays done; the cause is kept in the site's language."""
    row = _held(pk, lease)
    with translation.override(settings.LANGUAGE_CODE):
        problem = sentence(error) if isinstance(error, PROBLEMS) else _("something went wrong that nobody foresaw.")
        row.error = _("Line %(line)d: %(problem)s") % {"line": line, "problem": problem}
    row.status, row.finished_at, row.lease_until = BulkUpdateStatus.FAILED, timezone.now(), None
    row.save()


def system_editor() -> User:
    """The house account, which the edits are recorded under, with a moderator's rights for as long as it runs."""
    editor = house_account()
    editor.role = Role.MODERATOR  # on this object alone; nobody can sign in to the account
    return editor
