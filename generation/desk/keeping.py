"""How long takes are kept: the archive, the bin, and what goes for good.

An archived take has its small pictures and its recipe; its whole files are gone, and with its seed it can be drawn
again. What lies in the bin can be taken out for thirty days. Published takes are in neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q, QuerySet, Sum
from django.utils import timezone

from gallery import ingest
from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid
from gallery.models import Asset, AssetFile, AssetHash, AssetOrigin, Download, LockedAway, User
from gallery.models.asset import Variant
from generation.desk import marks
from generation.desk.marks import MAX_TAKES, Done
from generation.models import GenerationRequest, Job, Take
from generation.models.queue import JobState
from generation.models.take import Flag
from generation.requests import one_by_one

REJECTS_KEPT = timedelta(days=30)
BIN_KEPT = timedelta(days=30)
WHOLE = (Variant.ORIGINAL, Variant.BARE)
"""The files that go when a take is archived."""
_AT_ONCE = 500


@dataclass(frozen=True)
class Archived:
    """How many takes were archived and how many bytes that freed; and how many were left as they are, and why."""

    count: int
    freed: int
    published: int = 0
    busy: int = 0


def to_bin(user: User, ids: Iterable[int]) -> Done:
    """Put takes into the bin. Published ones stay where they are."""
    now = timezone.now()

    def change(take: Take) -> None:
        take.purged_at = now

    return marks.act(user, ids, change, may=lambda take: take.purged_at is None and take.post_id is None)


def out_of_bin(user: User, ids: Iterable[int]) -> Done:
    """Take takes out of the bin again."""

    def change(take: Take) -> None:
        take.purged_at = None

    return marks.act(user, ids, change, may=lambda take: take.purged_at is not None)


@transaction.atomic
def archive(user: User, ids: Iterable[int]) -> Archived:
    """Drop the whole files of takes for good; their small pictures and recipes stay.

    Published ones, and those that a picture is being drawn over now, are left as they are.
    """
    require_may_act(user)
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MAX_TAKES:
        raise Invalid("take_too_many", limit=MAX_TAKES)
    return _archive(user.pk, Q(pk__in=wanted))


def archive_old_rejects(now: datetime) -> int:
    """Archive what was rejected thirty days ago; returns how many takes that is."""
    old = Q(flag=Flag.REJECT, flagged_at__lt=now - REJECTS_KEPT, post=None, archived_at=None, purged_at=None)
    owners = Take.objects.filter(old, _whole()).order_by("owner").values_list("owner", flat=True).distinct()
    done = 0
    for owner in owners:
        with transaction.atomic():
            done += _archive(owner, old).count
    return done


def empty_bins(now: datetime) -> int:
    """Erase what lay in a bin for thirty days; returns how many takes that is.

    What is out of reach stays: moderators decide about it. What a picture is being drawn over goes later.
    """
    old = Q(purged_at__lt=now - BIN_KEPT, erased_at=None)
    owners = Take.objects.filter(old).order_by("owner").values_list("owner", flat=True).distinct()
    done = 0
    for owner in owners:
        with transaction.atomic():
            one_by_one(owner)
            mine = Take.objects.filter(old, owner=owner).filter(~_busy(), ~_locked_away()).order_by("-pk")
            for take in mine.select_for_update(of=("self",)).select_related("asset")[:_AT_ONCE]:
                _erase(take, now)
                done += 1
    return done


def _archive(owner: int, which: Q) -> Archived:
    one_by_one(owner)
    mine = Take.objects.filter(which, owner=owner, archived_at=None, purged_at=None)
    published = mine.exclude(post=None).count()
    mine = mine.filter(post=None)
    busy = mine.filter(_busy()).count()
    free = list(mine.filter(~_busy(), ~_locked_away()).order_by("pk").select_for_update(of=("self",))[:MAX_TAKES])
    assets = [take.asset_id for take in free]
    files = AssetFile.objects.filter(asset__in=assets, variant__in=WHOLE)
    downloads = Download.objects.filter(asset__in=assets)
    freed = sum(rows.aggregate(sum=Sum("size_bytes"))["sum"] or 0 for rows in (files, downloads))
    _drop([*files.values_list("path", flat=True), *downloads.values_list("path", flat=True)])
    files.delete()
    downloads.delete()
    Take.objects.filter(pk__in=[take.pk for take in free]).update(archived_at=timezone.now())
    return Archived(len(free), freed, published, busy)


def _erase(take: Take, now: datetime) -> None:
    """Its files go; its row too, unless something stands on it."""
    number, asset = take.pk, take.asset
    paths: list[str] = []
    for rows in (AssetFile.objects.filter(asset=asset), Download.objects.filter(asset=asset)):
        paths += rows.values_list("path", flat=True)
    try:
        with transaction.atomic():
            if _stands_on(take):
                raise ProtectedError("something stands on it", set())
            _remove(take)
    except ProtectedError:
        take = Take.objects.get(pk=number)  # deleting took the number from the other one
        for model in (AssetFile, Download, AssetHash, AssetOrigin):
            model._default_manager.filter(asset=asset).delete()
        Asset.objects.filter(pk=asset.pk).update(thumbhash="")
        take.erased_at = now
        take.recipe, take.lettering, take.note, take.to_fix, take.stars = {}, [], "", [], 0
        take.flag, take.flagged_at = Flag.NONE, None
        take.save()
    _drop(paths)


def _stands_on(take: Take) -> bool:
    """Whether another take, a request or a comparison leads back to it."""
    asked = GenerationRequest.objects.filter(Q(source_take=take) | Q(source_asset=take.asset_id))
    below = Take.objects.filter(parent=take)
    over = Asset.objects.filter(drawn_over=take.asset_id)
    compared = Job.objects.filter(take=take, request__lab_cell__isnull=False)
    return any(rows.exists() for rows in (below, asked, over, compared))


def _remove(take: Take) -> None:
    job = Job.objects.select_related("request").filter(take=take).first()
    asset = take.asset
    take.delete()
    if job is not None:
        request = job.request
        job.delete()
        if not request.jobs.exists():
            request.delete()
    asset.delete()


def _drop(paths: Iterable[str]) -> None:
    """Once it is certain that no row names them."""
    transaction.on_commit(partial(ingest.remove, list(paths)), robust=True)


def _busy() -> Exists:
    """A picture waits to be drawn over it, or is being drawn."""
    return Exists(
        Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING], request__source_asset=OuterRef("asset_id"))
    )


def _locked_away() -> Exists:
    return Exists(LockedAway.objects.filter(asset=OuterRef("asset_id"), released_at=None))


def _whole() -> Exists:
    files: QuerySet[AssetFile] = AssetFile.objects.filter(asset=OuterRef("asset_id"), variant__in=WHOLE)
    return Exists(files)
