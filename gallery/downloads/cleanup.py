"""Files that no longer say what the site knows, or that nobody asks for, go away."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from gallery.downloads.labels import post_label
from gallery.ingest import remove
from gallery.models import Download

KEPT = timedelta(days=30)
"""How long a file is kept after it was asked for last; it can be made again at any time."""

AT_ONCE = 500


def remove_old_downloads(now: datetime) -> int:
    """Remove them; returns how many rows went. None is ever given away that says something untrue: rows are found by
    what may be said at the moment. This only frees the disk of them."""
    gone = [*Download.objects.filter(asked_at__lt=now - KEPT).values_list("pk", flat=True), *_untrue()]
    for start in range(0, len(gone), AT_ONCE):
        _remove(gone[start : start + AT_ONCE])
    return len(gone)


def _untrue() -> Iterator[int]:
    """Rows of posts whose label is another by now, as after an edit of the recipe or of who may read the prompt."""
    rows = Download.objects.filter(asset__post__isnull=False).select_related(
        "asset__post__author", "asset__post__generation", "asset__post__asset"
    )
    for row in rows.iterator(AT_ONCE):
        if post_label(row.asset.post, with_prompt=row.with_prompt).digest != row.digest:
            yield row.pk


def _remove(keys: list[int]) -> None:
    with transaction.atomic():
        rows = Download.objects.filter(pk__in=keys)
        paths = list(rows.values_list("path", flat=True))
        rows.delete()
        transaction.on_commit(partial(remove, paths), robust=True)
