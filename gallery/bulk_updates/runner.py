"""Carrying out approved requests, a batch of posts for each transaction, so that a kill loses one batch at most.

Who runs a request holds a lease on it; the time until which it lasts is also the proof: whoever finds another time in
the row has lost it, and what they did in the open transaction is undone.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gallery.accounts.house import house_account
from gallery.bulk_updates.commands import Command
from gallery.bulk_updates.problems import PROBLEMS, sentence
from gallery.bulk_updates.script import Line, read_script
from gallery.errors import SearchTimeout, UserFacingError
from gallery.models import BulkUpdateRequest, User
from gallery.models.bulk_update import BulkUpdateStatus
from gallery.models.user import Role

logger = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(seconds=60)
MAX_SLOW, PAUSE = 3, 2.0
"""A search that takes too long is asked again so many times in all, after as many seconds each time."""
NOT_BEGUN, BEGUN = 0, -1
"""What stands for the last post before there is one: whether the line's relations are made already."""


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
    number = slow = 0
    try:
        lines = read_script(request.script)
        while request.lease_until is not None:
            if stopping():
                _let_go(request.pk, request.lease_until)
                return False
            number = lines[min(request.lines_done, len(lines) - 1)].number
            try:
                _advance(request, lines, editor)
                slow = 0
            except SearchTimeout:
                slow += 1
                if slow == MAX_SLOW:
                    raise
                time.sleep(PAUSE)
    except (LeaseLost, OperationalError, InterfaceError):
        raise
    except PROBLEMS as error:
        _fail(request.pk, request.lease_until, number, error)
    except Exception as error:
        logger.exception("Bulk update %s failed in line %s", request.pk, number)
        _fail(request.pk, request.lease_until, number, error)
    return True


def _advance(request: BulkUpdateRequest, lines: list[Line], editor: User) -> None:
    """The beginning of the next line, one batch of its posts, and its end where they are the last ones.

    Each part is a transaction of its own: the locks of one are never waited for with those of another in hand.
    """
    if request.lines_done == len(lines):
        _line_done(request, len(lines))
        return
    command = lines[request.lines_done].command
    if request.last_post_id == NOT_BEGUN:
        with _part(request) as row:
            command.check(editor)
            command.relate(editor)
            row.last_post_id = BEGUN
    if command.one_by_one:
        found = command.find(request.last_post_id, BATCH)
        for post_id in found:
            _edit_one(request, command, editor, post_id)
        is_last = len(found) < BATCH
    else:
        with _part(request) as row:
            batch = command.step(editor, row.last_post_id, BATCH)
            row.posts_done += len(batch.ids)
            row.posts_skipped += batch.skipped
            row.last_post_id = batch.ids[-1] if batch.ids else row.last_post_id
        is_last = len(batch.ids) < BATCH
        if is_last:
            _sweep(request, command, editor)
    if is_last:
        _line_done(request, len(lines), lambda: command.finish(editor))


def _sweep(request: BulkUpdateRequest, command: Command, editor: User) -> None:
    """Posts that came while the others were changed: whoever read tags before it began may have saved one since."""
    after_id, is_last = BEGUN, False
    while not is_last:
        with _part(request):
            batch = command.step(editor, after_id, BATCH)
        is_last = len(batch.ids) < BATCH
        after_id = batch.ids[-1] if batch.ids else after_id


def _edit_one(request: BulkUpdateRequest, command: Command, editor: User, post_id: int) -> None:
    with _part(request) as row:
        try:
            with transaction.atomic():
                command.edit(editor, post_id)
        except UserFacingError as error:
            logger.info("Bulk update %s leaves post %s as it is: %s", request.pk, post_id, error)
            row.posts_skipped += 1
        row.posts_done += 1
        row.last_post_id = post_id


def _line_done(request: BulkUpdateRequest, lines: int, finish: Callable[[], None] = lambda: None) -> None:
    with _part(request) as row:
        finish()
        row.lines_done, row.posts_done, row.last_post_id = min(lines, row.lines_done + 1), 0, NOT_BEGUN
        if row.lines_done == lines:
            row.status, row.finished_at = BulkUpdateStatus.APPROVED, timezone.now()


@contextmanager
def _part(request: BulkUpdateRequest) -> Iterator[BulkUpdateRequest]:
    """One transaction of a run, with the row to write down what it did; `request` is as the row afterwards."""
    with transaction.atomic():
        row = _held(request.pk, request.lease_until)
        yield row
        row.lease_until = timezone.now() + LEASE if row.status == BulkUpdateStatus.PROCESSING else None
        row.save()
    for name in ("lines_done", "last_post_id", "lease_until"):
        setattr(request, name, getattr(row, name))


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
