"""What is behind: pictures without a hash, and posts that were not yet held against the others.

Both go on where they were stopped. A post is compared after it was published, with all that can be seen then: of two
that are published at the same moment, the second one to be compared finds the first.
"""

import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from gallery.ingest import picture_of
from gallery.models import Asset, AssetHash, DuplicatePair, Post, UncomparedPost
from gallery.models.post import PostStatus
from gallery.pictures.pdq import pdq
from gallery.similar.hashes import write_hash
from gallery.similar.near import near_among, sought_asset
from gallery.storing import OutOfReach

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)

BATCH = 100
# Of a picture in a hundred versions, the nearest say enough.
PAIRS_EACH = 10
STANDING = Q(status__in=[PostStatus.ACTIVE, PostStatus.FLAGGED, PostStatus.PENDING, PostStatus.APPEALED])


def hash_pictures(stopping: Callable[[], bool] = lambda: False) -> int:
    """Give hashes to the pictures that have none, the oldest first, until there are none left or `stopping` says so.

    One whose file cannot be read is logged, and kept as a picture with nothing in it. Returns how many were done.
    """
    done = 0
    for asset in _each(Asset.objects.filter(hash=None)):
        if stopping():
            break
        try:
            write_hash(asset, pdq(picture_of(asset)))
        except OutOfReach:
            logger.exception("Pictures can't be had at this moment; those without a hash wait")
            break
        except OSError:
            logger.exception("The picture of asset %d can't be read; no copy of it will be found", asset.pk)
            AssetHash.objects.get_or_create(asset=asset, defaults={"pdq": 0, "mirrored": 0, "quality": 0})
        done += 1
    return done


def compare_posts(stopping: Callable[[], bool] = lambda: False) -> int:
    """Hold the posts that wait for it against all others, until none waits or `stopping` says so; returns how many.

    The newest first: somebody looks at these.
    """
    done = 0
    hashed = UncomparedPost.objects.filter(post__asset__hash__isnull=False)
    for waiting in _each(hashed, newest_first=True):
        if stopping():
            break
        done += compare(waiting.pk)
    return done


@transaction.atomic
def compare(post_id: int) -> bool:
    """Write down which posts look like this one. False if somebody else does so now, or did."""
    waiting = UncomparedPost.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=post_id).first()
    if waiting is None:
        return False
    post = Post.objects.select_related("asset").get(pk=post_id)
    found = near_among(STANDING & ~Q(pk=post_id), sought_asset(post.asset), limit=PAIRS_EACH)
    DuplicatePair.objects.bulk_create(
        [
            DuplicatePair(
                older_id=min(post_id, one.post_id),
                newer_id=max(post_id, one.post_id),
                distance=one.distance,
                turned=one.turned,
            )
            for one in found
        ],
        ignore_conflicts=True,
    )
    waiting.delete()
    return True


def _each(rows: QuerySet[Row], *, newest_first: bool = False) -> Iterator[Row]:
    """Row by row in the order of their keys, asked for in batches."""
    left = rows.order_by("-pk" if newest_first else "pk")
    while batch := list(left[:BATCH]):
        yield from batch
        left = left.filter(**{"pk__lt" if newest_first else "pk__gt": batch[-1].pk})
