"""What a copy goes through from its first byte to its report: one function and one transaction for each transition."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gallery.accounts.standing import require_may_act
from gallery.bell import wake_gardener
from gallery.errors import Invalid, InvalidTransition, NotNow, UserFacingError
from gallery.models import User
from generation.models import AccountImport, BroughtTake
from generation.models.account_import import UNDER_WAY, Brought, ImportState

Stopping = Callable[[], bool]
"""Whether the process ends."""

TASK = "generation.account_import"
PIECE_BYTES = 8 * 2**20
"""What a page sends at a time."""
MAX_PIECE_BYTES = 50 * 2**20
LOST_AFTER = timedelta(minutes=10)
"""Without a sign of life for so long, another goes on."""
MAX_CLAIMS = 5
KEPT = timedelta(days=1)
"""As long as somebody may go on with a transfer."""
SPARE_BYTES = 500 * 2**20
"""What stays free on the disk, whatever is brought."""
_BLOCK = 2**20


def begin(user: User, size: int, label: str = "") -> AccountImport:
    """Begin to receive a copy of `size` bytes: the transfer of the same file that there was goes on, of another one is
    dropped.

    Raises `NotAllowed`, `InvalidTransition` (one is being read), `Invalid` (too large) and `NotNow` (no room).
    """
    require_may_act(user)
    if size < 1:
        raise Invalid("upload_empty")
    if size > settings.IMPORT_MAX_MB * 2**20:
        raise Invalid("bring_too_large", limit=settings.IMPORT_MAX_MB)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        current = AccountImport.objects.select_for_update().filter(user=user, state__in=UNDER_WAY).first()
        if current is not None and current.state != ImportState.RECEIVING and not _dead(current):
            raise InvalidTransition("bring_under_way")
        goes_on = current is not None and (current.size_bytes, current.label) == (size, label[:200])
        # Its pictures and what is made of them take about as much again.
        still_to_come = size - current.received_bytes if current is not None and goes_on else size
        if shutil.disk_usage(imports_folder()).free < size + still_to_come + SPARE_BYTES:
            raise NotNow("bring_no_room")
        if current is not None and goes_on:
            return current
        _forget(user)
        return AccountImport.objects.create(user=user, size_bytes=size, label=label[:200])


def add_piece(user: User, at: int, piece: IO[bytes]) -> AccountImport:
    """Put a piece behind the `at` bytes that are here; the last one makes the copy ready to be read.

    A piece that does not fit there changes nothing: the returned row says how many bytes are here.
    Raises `NotAllowed`, `InvalidTransition` (nothing is being received), `Invalid` and `NotNow` (no room).
    """
    require_may_act(user)
    with transaction.atomic():
        rows = AccountImport.objects.select_for_update().filter(user=user, state=ImportState.RECEIVING)
        run = rows.first()
        if run is None:
            raise InvalidTransition("bring_not_here")
        if run.received_bytes != at:
            return run
        try:
            run.received_bytes += _written(run, piece)
        except OSError as error:
            raise NotNow("bring_no_room") from error
        run.touched_at = timezone.now()
        if run.received_bytes == run.size_bytes:
            run.state = ImportState.WAITING
            transaction.on_commit(ring)
        run.save(update_fields=["received_bytes", "touched_at", "state"])
    return run


def _written(run: AccountImport, piece: IO[bytes]) -> int:
    path, copied = file_of(run), 0
    path.touch(mode=0o600)
    with path.open("r+b") as out:
        # Behind it lies what a request that was cut off had written.
        out.truncate(run.received_bytes)
        out.seek(run.received_bytes)
        while block := piece.read(_BLOCK):
            copied += len(block)
            if run.received_bytes + copied > run.size_bytes:
                raise Invalid("bring_not_here")
            out.write(block)
    return copied


def newest(user: User) -> AccountImport | None:
    """The import that counts."""
    return AccountImport.objects.filter(user=user).order_by("-pk").first()


def drop_imports(user: User) -> None:
    """Stop every import of an account, and forget its files and reports. What came stays. Also within a transaction."""
    with transaction.atomic():
        _forget(user)


def _forget(user: User) -> None:
    # Whoever works on one finds at the next picture that there is none any more.
    rows = list(AccountImport.objects.select_for_update().filter(user=user))
    # Only its report tells of what was left out; it is tried anew.
    BroughtTake.objects.filter(owner=user, outcome=Brought.LEFT_OUT).delete()
    AccountImport.objects.filter(pk__in=[row.pk for row in rows]).delete()
    transaction.on_commit(partial(_unlink, [file_of(row) for row in rows]), robust=True)


def _unlink(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def imports_folder() -> Path:
    """Where copies lie until they are read; closed to other users of the machine."""
    folder = Path(settings.IMPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def file_of(run: AccountImport) -> Path:
    """The file of an import, whether it is there or not."""
    return imports_folder() / f"{run.key}.zip"


def ring() -> bool:
    """Wake the gardener; beat does so each minute. False when the broker can't be reached, which is no error."""
    return wake_gardener(TASK)


@transaction.atomic
def claim() -> AccountImport | None:
    """The import that waits longest, for the caller alone; None where none does."""
    now = timezone.now()
    due = Q(state=ImportState.WAITING) & (Q(not_before=None) | Q(not_before__lte=now))
    lost = Q(state=ImportState.WORKING, touched_at__lt=now - LOST_AFTER)
    rows = AccountImport.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
    # An operator's file is not here.
    run = rows.filter(due | lost, counted=True).order_by("touched_at").first()
    if run is None:
        return None
    run.state, run.fence, run.touched_at, run.not_before = ImportState.WORKING, run.fence + 1, now, None
    run.save(update_fields=["state", "fence", "touched_at", "not_before"])
    return run


def begin_at_once(user: User) -> AccountImport:
    """An operator's import, claimed already; its file lies where the operator has it. Raises `InvalidTransition`."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        if AccountImport.objects.filter(user=user, state__in=UNDER_WAY).exclude(_given_up()).exists():
            raise InvalidTransition("bring_under_way")
        _forget(user)
        return AccountImport.objects.create(user=user, state=ImportState.WORKING, fence=1, counted=False)


def _dead(run: AccountImport) -> bool:
    return AccountImport.objects.filter(_given_up(), pk=run.pk).exists()


def _given_up() -> Q:
    """An operator's command that was killed: nobody else has its file."""
    return Q(counted=False, touched_at__lt=timezone.now() - LOST_AFTER)


def go_on(run: AccountImport) -> AccountImport:
    """An operator's import that was put off, claimed again by the same command."""
    AccountImport.objects.filter(pk=run.pk, state=ImportState.WAITING).update(
        state=ImportState.WORKING, fence=F("fence") + 1, not_before=None, touched_at=timezone.now()
    )
    return AccountImport.objects.select_related("user").get(pk=run.pk)


def mine(run: AccountImport) -> bool:
    """Whether the caller, who claimed it, is still the one to work on it; locked until their transaction ends."""
    rows = AccountImport.objects.select_for_update().filter(pk=run.pk, fence=run.fence, state=ImportState.WORKING)
    return rows.first() is not None


def told(run: AccountImport, done: int, total: int) -> bool:
    """Keep how far it is; False once it is nobody's business any more."""
    return _of(run).update(done=done, total=total, touched_at=timezone.now()) == 1


def put_off(run: AccountImport, until: datetime | None, why: UserFacingError | None = None) -> None:
    """Let it go on later: where the process ends, or no more may be sent today."""
    trouble = said(why) if why else None
    _of(run).update(state=ImportState.WAITING, fence=F("fence") - 1, not_before=until, trouble=trouble)


def end(run: AccountImport, trouble: UserFacingError | None = None) -> None:
    """It is read, or can't be: its file goes, its report stays."""
    state = ImportState.FAILED if trouble else ImportState.DONE
    if _of(run).update(state=state, trouble=said(trouble) if trouble else None, touched_at=timezone.now()):
        file_of(run).unlink(missing_ok=True)


def said(error: UserFacingError) -> dict[str, object]:
    """An error as it is kept: in no language yet."""
    return {"code": error.code, "params": {name: value for name, value in error.params.items() if _plain(value)}}


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float)


def _of(run: AccountImport) -> QuerySet[AccountImport]:
    return AccountImport.objects.filter(pk=run.pk, fence=run.fence, state=ImportState.WORKING)


def remove_old_files(now: datetime) -> int:
    """Drop transfers that nobody goes on with, and files that no row knows; returns how many files."""
    AccountImport.objects.filter(state=ImportState.RECEIVING, touched_at__lt=now - KEPT).delete()
    AccountImport.objects.filter(_given_up(), state__in=UNDER_WAY).update(
        state=ImportState.FAILED, trouble={"code": "bring_failed", "params": {}}
    )
    known = {f"{key}.zip" for key in AccountImport.objects.filter(state__in=UNDER_WAY).values_list("key", flat=True)}
    removed = 0
    for file in imports_folder().glob("*.zip"):
        if file.name not in known and file.stat().st_mtime < (now - timedelta(hours=1)).timestamp():
            file.unlink(missing_ok=True)
            removed += 1
    return removed
