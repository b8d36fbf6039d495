"""What files take up: counted once a day, since a million posts have ten million files; and what the disk has left."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from gallery.dashboard.periods import Period
from gallery.models import AssetFile, StorageCount, User
from gallery.models.asset import Variant
from gallery.storing.files import place
from gallery.storing.folder import MediaFolder

LARGEST = 10
WHOLE = Q(variant__in=[Variant.ORIGINAL, Variant.BARE])


@dataclass(frozen=True)
class Disk:
    """Of the disk that the pictures lie on, in bytes."""

    free: int
    size: int


@dataclass(frozen=True)
class Storage:
    """The newest count, who has most of it (name, bytes), and the disk; None where it isn't this machine's."""

    counted: StorageCount | None
    largest: list[tuple[str, int]]
    disk: Disk | None


def count_storage(now: datetime | None = None) -> bool:
    """Count today's row, UTC, if there is none; whether it was counted. One pass over all files."""
    day = (now or timezone.now()).astimezone(UTC).date()
    if StorageCount.objects.filter(day=day).exists():
        return False
    rows = (
        AssetFile.objects.order_by()
        .values_list("asset__owner")
        .annotate(
            whole=Sum("size_bytes", filter=WHOLE, default=0),
            rest=Sum("size_bytes", filter=~WHOLE, default=0),
            pictures=Count("pk", filter=Q(variant=Variant.ORIGINAL)),
        )
    )
    originals = previews = pictures = 0
    owners: list[tuple[int, int]] = []
    for owner, whole, rest, number in rows:
        originals, previews, pictures = originals + whole, previews + rest, pictures + number
        owners.append((owner, whole + rest))
    largest = sorted(owners, key=lambda one: (-one[1], one[0]))[:LARGEST]
    with transaction.atomic():
        # Who had most before is nobody's business any more.
        StorageCount.objects.exclude(largest=[]).update(largest=[])
        StorageCount.objects.update_or_create(
            day=day,
            defaults={"originals": originals, "previews": previews, "pictures": pictures, "largest": largest},
        )
    return True


def storage() -> Storage:
    """The newest count and the disk now."""
    counted = StorageCount.objects.order_by("-day").first()
    listed = counted.largest if counted else []
    names = dict(User.objects.filter(pk__in=[pk for pk, _bytes in listed]).values_list("pk", "username"))
    return Storage(counted, [(names[pk], size) for pk, size in listed if pk in names], _disk())


def by_day(period: Period) -> tuple[list[int], list[int]]:
    """Originals and previews at the end of each column; one without a count has what the one before had."""
    whole, rest = [0] * period.columns, [0] * period.columns
    for row in StorageCount.objects.filter(day__range=(period.first, period.today)).order_by("day"):
        whole[period.place(row.day)], rest[period.place(row.day)] = row.originals, row.previews
    for column in range(1, period.columns):
        if not whole[column] and not rest[column]:
            whole[column], rest[column] = whole[column - 1], rest[column - 1]
    return whole, rest


def _disk() -> Disk | None:
    folder = place()
    if not isinstance(folder, MediaFolder):
        return None
    try:
        usage = shutil.disk_usage(folder.location)
    except OSError:
        return None
    return Disk(usage.free, usage.total)
