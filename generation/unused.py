"""Pictures and masks that were sent and that no request uses: after a day they are removed."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from gallery import ingest
from gallery.models import Asset
from gallery.uploads import drop_old_drafts
from generation.models import GenerationRequest, Mask, Take
from generation.requests import one_by_one

KEPT = timedelta(days=1)
"""As long as somebody may take over the form after they sent a file."""


def remove_unused() -> int:
    """Remove what was sent more than a day ago and is used by nothing; returns how many pictures and masks that is.

    Drafts that nobody goes on with are dropped first: then nothing uses their pictures either.
    """
    drop_old_drafts(timezone.now())
    before = timezone.now() - KEPT
    owners = {*_uploads(before).values_list("owner", flat=True), *_masks(before).values_list("owner", flat=True)}
    return sum(_remove_of(owner, before) for owner in sorted(owners))


def _remove_of(owner: int, before: datetime) -> int:
    with transaction.atomic():
        # Nobody else can draw over these, and their owner's next request either stands here or comes too late.
        one_by_one(owner)
        return ingest.remove_uploads(_uploads(before).filter(owner=owner)) + _remove_masks(
            _masks(before).filter(owner=owner)
        )


def _uploads(before: datetime) -> QuerySet[Asset]:
    drawn_over = GenerationRequest.objects.filter(source_asset=OuterRef("pk"))
    return ingest.unused_uploads(before, [drawn_over, Take.objects.filter(asset=OuterRef("pk"))])


def _masks(before: datetime) -> QuerySet[Mask]:
    asked, kept = (rows.objects.filter(mask=OuterRef("pk")) for rows in (GenerationRequest, Take))
    return Mask.objects.filter(~Exists(asked), ~Exists(kept), created_at__lt=before)


def _remove_masks(unused: QuerySet[Mask]) -> int:
    locked = list(Mask.objects.filter(pk__in=unused.values("pk")).select_for_update().values_list("pk", flat=True))
    # Asked again under the lock, which whoever sends the same mask waits for.
    gone = dict(unused.filter(pk__in=locked).values_list("pk", "path"))
    Mask.objects.filter(pk__in=gone).delete()
    transaction.on_commit(partial(ingest.remove, list(gone.values())), robust=True)
    return len(gone)
