"""Uploads that were neither drawn over nor are waiting to be posted go away again."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, QuerySet

from gallery.ingest.store import remove
from gallery.ingest.uploads import uploads
from gallery.models import Asset, AssetFile


def unused_uploads(before: datetime, used_by: Sequence[QuerySet[Any]]) -> QuerySet[Asset]:
    """Uploads that were sent before that moment and that nothing uses; a draft of a post is a use.

    `used_by`: what refers to assets from above this floor, each filtered by `OuterRef("pk")` of the asset.
    """
    unused = uploads().filter(created_at__lt=before, draft=None)
    for rows in used_by:
        unused = unused.filter(~Exists(rows))
    return unused


def remove_uploads(unused: QuerySet[Asset]) -> int:
    """Remove the rows of `unused`, and their files once that is certain; returns how many.

    Whoever calls this sees to it that none comes into use meanwhile. One that is sent again at this moment stays.
    """
    with transaction.atomic():
        locked = list(Asset.objects.filter(pk__in=unused.values("pk")).select_for_update().values_list("pk", flat=True))
        # Asked again under the lock, which whoever sends the same picture waits for.
        gone = list(unused.filter(pk__in=locked).values_list("pk", flat=True))
        paths = list(AssetFile.objects.filter(asset__in=gone).values_list("path", flat=True))
        Asset.objects.filter(pk__in=gone).delete()
        transaction.on_commit(partial(remove, paths), robust=True)
    return len(gone)
