"""The states of copies of accounts, one function and one transaction for each transition."""

import logging
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from gallery.accounts.exports.archive import Cut, Stopped, TooLarge, size_of, write_archive
from gallery.bell import wake_gardener
from gallery.errors import InvalidTransition, NotNow
from gallery.models import AccountExport, User
from gallery.models.account import ExportState

logger = logging.getLogger(__name__)

TASK = "gallery.account_export"
UNDER_WAY = (ExportState.WAITING, ExportState.WORKING)
EVERY = timedelta(days=1)
# Without a sign of life for so long, another goes on from the start.
LOST_AFTER = timedelta(minutes=10)
MAX_CLAIMS = 3
# What stays free on the disk, whatever is copied.
SPARE_BYTES = 500 * 2**20


def ask_for_export(user: User) -> AccountExport:
    """Have a copy made, in place of the one before.

    Raises InvalidTransition (one is being made, or there was one within a day) and NotNow (the disk is too full).
    """
    export = _asked(user)
    ring()
    return export


@transaction.atomic
def _asked(user: User) -> AccountExport:
    User.objects.select_for_update().get(pk=user.pk)
    mine = AccountExport.objects.filter(user=user)
    if mine.filter(state__in=UNDER_WAY).exists():
        raise InvalidTransition("export_under_way")
    last = mine.exclude(state=ExportState.FAILED).order_by("-asked_at").first()
    if last and last.asked_at > timezone.now() - EVERY:
        left = last.asked_at + EVERY - timezone.now()
        raise InvalidTransition("export_too_soon", hours=int(left.total_seconds() // 3600) + 1)
    if not room_for(size_of(user)):
        raise NotNow("export_no_room")
    drop_exports(user)
    return AccountExport.objects.create(user=user)


def newest(user: User) -> AccountExport | None:
    """The copy that counts."""
    return AccountExport.objects.filter(user=user).order_by("-pk").first()


def room_for(size: int) -> bool:
    """Whether a copy of that many bytes is within the limit and fits on the disk."""
    folder = exports_folder()
    return size <= settings.EXPORT_MAX_GB * 10**9 and shutil.disk_usage(folder).free > size + SPARE_BYTES


def exports_folder() -> Path:
    """Where copies lie; closed to other users of the machine."""
    folder = Path(settings.EXPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def file_of(export: AccountExport) -> Path:
    """The file of a copy, whether it is there or not."""
    return exports_folder() / f"{export.key}.zip"


def ring() -> bool:
    """Wake the gardener; beat does so each minute. False when the broker can't be reached, which is no error."""
    return wake_gardener(TASK)


def make_waiting(stopping: Callable[[], bool]) -> int:
    """Make the copies that wait, one after another; returns how many got ready."""
    made = 0
    while not stopping():
        export = _claim()
        if export is None:
            break
        made += _make(export, stopping)
    return made


@transaction.atomic
def _claim() -> AccountExport | None:
    lost = Q(state=ExportState.WORKING, touched_at__lt=timezone.now() - LOST_AFTER)
    rows = AccountExport.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
    export = rows.filter(Q(state=ExportState.WAITING) | lost).order_by("asked_at").first()
    if export is None:
        return None
    export.state, export.fence, export.done = ExportState.WORKING, export.fence + 1, 0
    export.touched_at = timezone.now()
    export.save(update_fields=["state", "fence", "done", "touched_at"])
    return export


def _make(export: AccountExport, stopping: Callable[[], bool]) -> bool:
    """Write the file beside its place and put it there once it is whole."""
    target = file_of(export)
    unfinished = target.with_suffix(f".{export.fence}.part")
    try:
        if export.fence > MAX_CLAIMS:
            raise Cut("claimed too often")
        unfinished.touch(mode=0o600)
        with unfinished.open("wb") as file:
            write_archive(export.user, file, told=partial(_told, export), stopping=stopping)
        if not _ready(export, unfinished, target):
            return False
    except Stopped:
        AccountExport.objects.filter(pk=export.pk, fence=export.fence, state=ExportState.WORKING).update(
            state=ExportState.WAITING, fence=F("fence") - 1
        )
        return False
    except Exception as error:
        logger.exception("The copy %s of account %s could not be made", export.pk, export.user_id)
        trouble = "export_no_room" if isinstance(error, TooLarge | OSError) else "export_failed"
        AccountExport.objects.filter(pk=export.pk, fence=export.fence).update(state=ExportState.FAILED, trouble=trouble)
        return False
    finally:
        unfinished.unlink(missing_ok=True)
    return True


@transaction.atomic
def _ready(export: AccountExport, unfinished: Path, target: Path) -> bool:
    current = AccountExport.objects.select_for_update().filter(pk=export.pk, fence=export.fence).first()
    if current is None or current.state != ExportState.WORKING:
        return False
    size = unfinished.stat().st_size
    unfinished.rename(target)
    current.state, current.size_bytes = ExportState.READY, size
    current.expires_at = timezone.now() + timedelta(days=settings.EXPORT_DAYS)
    current.save(update_fields=["state", "size_bytes", "expires_at"])
    return True


def _told(export: AccountExport, done: int, total: int) -> bool:
    """Keep how far it got; False once it is nobody's business any more."""
    rows = AccountExport.objects.filter(pk=export.pk, fence=export.fence, state=ExportState.WORKING)
    return rows.update(done=done, total=total, touched_at=timezone.now()) == 1


def remove_old_exports(now: datetime) -> int:
    """Remove the copies that expired, and files that no row knows; returns how many files."""
    AccountExport.objects.filter(expires_at__lte=now).delete()
    AccountExport.objects.filter(state=ExportState.FAILED, asked_at__lt=now - EVERY).delete()
    known = {f"{key}.zip" for key in AccountExport.objects.values_list("key", flat=True)}
    removed = 0
    for file in exports_folder().iterdir():
        old = file.stat().st_mtime < (now - timedelta(hours=1)).timestamp()
        if old and (
            (file.suffix == ".part" and not _worked_on(file)) or (file.suffix == ".zip" and file.name not in known)
        ):
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def _worked_on(file: Path) -> bool:
    return AccountExport.objects.filter(key=file.name.split(".")[0], state=ExportState.WORKING).exists()


def drop_exports(user: User) -> None:
    """Forget every copy of an account; the files go when that is certain. Within the caller's transaction."""
    rows = list(AccountExport.objects.select_for_update().filter(user=user))
    files = [file_of(row) for row in rows]
    AccountExport.objects.filter(pk__in=[row.pk for row in rows]).delete()
    transaction.on_commit(partial(_unlink, files), robust=True)


def _unlink(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
