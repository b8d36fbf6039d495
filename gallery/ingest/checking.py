"""Whether rows and the files of pictures agree, in both directions, and what can be put right."""

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from gallery.ingest.missing import make_missing
from gallery.ingest.store import named, naming_models, remove
from gallery.models import Asset, AssetFile, Download
from gallery.pictures.variants import BLURRED, SIDES
from gallery.storing import OutOfReach, content_of, discard, is_there, kept_at, listed
from gallery.storing.folder import PART, walk

GRACE_SECONDS = 3600
"""A file is on the disk before the row that names it, and an upload's folder stays as long as it takes."""
_BATCH = 1000


@dataclass
class Findings:
    """Paths as rows have them. `missing` and `damaged`: named by a row, not there or with other bytes. `orphans`: named
    by nobody, and so are `leftovers` of processes that ended in the middle; `fresh` ones are too young to tell.
    `remade` and `removed`: what a repair put right. Without a repair or after one, `lost` is what it couldn't."""

    files: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    fresh: int = 0
    remade: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """What is wrong now."""
        good = {*self.remade, *self.removed}
        return [path for path in (*self.missing, *self.damaged, *self.orphans, *self.leftovers) if path not in good]


def check_media(*, digests: bool = True, progress: Callable[[int], None] = lambda _files: None) -> Findings:
    """Look at everything and change nothing. `digests` False asks only whether the files are there, which is quick.

    `progress` is told how many files that rows name were looked at. Raises `OutOfReach` when the bucket can't be asked.
    """
    found = Findings()
    # The files first: what is stored meanwhile is none of them.
    there = _all_files(found)
    unnamed = {path for path, old in there.items() if old}
    for model in naming_models():
        rows: Any = model._default_manager.order_by("pk")
        for path, digest in rows.values_list("path", "sha256").iterator(_BATCH):
            unnamed.discard(path)
            state = _state(path, digest) if digests else ("" if path in there or is_there(path) else "missing")
            # A row that went away meanwhile took its file with it.
            if state and rows.filter(path=path).exists():
                wrong = found.missing if state == "missing" else found.damaged
                if path not in wrong:
                    wrong.append(path)
            found.files += 1
            if found.files % _BATCH == 0:
                progress(found.files)
    found.orphans = sorted(unnamed - named(unnamed))
    return found


def repair(found: Findings) -> None:
    """Remove what nobody names; make lost and damaged previews anew from their originals. Notes both in `found`.

    Files that were made for a download are forgotten: whoever asks next gets a new one. What else is lost (originals,
    masks) can only come from a backup.
    """
    for path in (*found.missing, *found.damaged):
        if _remade(path, damaged=path in found.damaged):
            found.remade.append(path)
        elif _forgotten(path):
            found.removed.append(path)
    for path in found.orphans:
        moment = kept_at(path)
        if moment is not None and _is_past(moment):
            remove([path])
            moment = kept_at(path)
        if moment is None:
            found.removed.append(path)
    for path in found.leftovers:
        whole = Path(settings.MEDIA_ROOT, path)
        if whole.is_dir() and not whole.is_symlink():
            shutil.rmtree(whole, ignore_errors=True)
        else:
            whole.unlink(missing_ok=True)
        if not whole.exists():
            found.removed.append(path)


def _all_files(found: Findings) -> dict[str, bool]:
    """All files that lie where pictures do, and whether each is older than the grace period; leftovers go into `found`.

    What strangers send is opened in a folder of this machine, wherever pictures lie, so leftovers are looked for there.
    """
    there = {file.path: _is_past(file.kept_at) for file in listed()}
    found.fresh = len(there) - sum(there.values())
    root = Path(settings.MEDIA_ROOT)
    for path in walk(root):
        if path.name.startswith(PART):
            if _is_old(path):
                found.leftovers.append(str(path.relative_to(root)))
            else:
                found.fresh += 1
    return there


def _is_old(path: Path) -> bool:
    try:
        return _is_past(path.lstat().st_mtime)
    except FileNotFoundError:
        return False


def _is_past(moment: float) -> bool:
    return time.time() - moment > GRACE_SECONDS


def _state(path: str, digest: str) -> str:
    """Empty when all is well; `missing` or `damaged`."""
    try:
        return "" if hashlib.sha256(content_of(path)).hexdigest() == digest else "damaged"
    except FileNotFoundError:
        return "missing"
    except OutOfReach:
        raise  # that says nothing of this file
    except OSError:
        return "damaged"


def _remade(path: str, *, damaged: bool) -> bool:
    """Make a preview anew, for every asset that has it. False for what is no preview, or has no original to go by."""
    files = AssetFile.objects.filter(path=path)
    assets = list(Asset.objects.filter(files__in=files).distinct())
    if not assets or files.exclude(variant__in=[*SIDES, BLURRED]).exists():
        return False
    try:
        with transaction.atomic():
            files.delete()
            if damaged:
                # Out of the way, or the right bytes would find their place taken. It is a file without a row by now.
                discard(path)
            for asset in assets:
                make_missing(asset)
    except OutOfReach:
        raise  # nothing is lost: it can be made when the bucket answers again
    except OSError:
        return False
    return True


def _forgotten(path: str) -> bool:
    """Forget a file that was made for a download, with what is left of it. False for what anything else names."""
    Download.objects.filter(path=path).delete()
    if named([path]):
        return False
    remove([path])
    return not is_there(path)
