"""What one's takes take up, and what archive and bin would give back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from gallery.models import AssetFile, Download, User
from generation.desk.keeping import WHOLE
from generation.models import Take
from generation.models.take import Flag


@dataclass(frozen=True)
class Storage:
    """Bytes. `whole`: the files with all pixels; `small`: the pictures of lists; `made`: files made for downloads.

    `of_rejects` and `of_unpicked` are what archiving those would free, `in_bin` what goes when the bin is emptied.
    """

    whole: int
    small: int
    made: int
    of_rejects: int
    of_unpicked: int
    in_bin: int
    takes: int
    rejects: int
    unpicked: int
    archived: int
    binned: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.whole + self.small + self.made


def storage_of(user: User) -> Storage:
    """Two sums over all files of `user`'s takes, and one count."""
    files = AssetFile.objects.filter(asset__take__owner=user)
    whole = Q(variant__in=WHOLE)
    can_go = Q(asset__take__post=None, asset__take__archived_at=None, asset__take__purged_at=None)
    rejected, picked = Q(asset__take__flag=Flag.REJECT), Q(asset__take__flag=Flag.PICK)
    binned = Q(asset__take__purged_at__isnull=False)
    sums = files.aggregate(
        whole=Sum("size_bytes", filter=whole, default=0),
        small=Sum("size_bytes", filter=~whole, default=0),
        of_rejects=Sum("size_bytes", filter=whole & can_go & rejected, default=0),
        of_unpicked=Sum("size_bytes", filter=whole & can_go & ~picked, default=0),
        in_bin=Sum("size_bytes", filter=binned, default=0),
    )
    made = Download.objects.filter(asset__take__owner=user).aggregate(made=Sum("size_bytes", default=0))
    mine, free = Take.objects.filter(owner=user, erased_at=None), Q(post=None, archived_at=None, purged_at=None)
    counts = mine.aggregate(
        takes=Count("pk"),
        rejects=Count("pk", filter=free & Q(flag=Flag.REJECT)),
        unpicked=Count("pk", filter=free & ~Q(flag=Flag.PICK)),
        archived=Count("pk", filter=Q(archived_at__isnull=False, purged_at=None)),
        binned=Count("pk", filter=Q(purged_at__isnull=False)),
    )
    return Storage(**sums, **made, **counts)
