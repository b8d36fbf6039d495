"""What is kept to find copies: the hash of every picture, and the pairs of posts that look alike."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gallery.models.asset import Asset
from gallery.models.post import Post

HASH_BITS = 256


class HashField(models.Field):  # type: ignore[type-arg]  # Django itself takes no types here
    """256 bits, a whole number in Python and PostgreSQL's `bit(256)` in the table, for which it has `#` (exclusive or)
    and `bit_count`."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return f"bit({HASH_BITS})"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """A text of zeros and ones becomes bits only when told to."""
        return f"%s::bit({HASH_BITS})"

    def get_prep_value(self, value: int | None) -> str | None:
        """As PostgreSQL writes it."""
        return None if value is None else as_bits(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> int | None:
        """As Python counts with it."""
        return None if value is None else int(value, 2)


def as_bits(value: int) -> str:
    """256 zeros and ones, the highest bit first."""
    return f"{value:0{HASH_BITS}b}"


class AssetHash(models.Model):
    """The PDQ of an asset's picture (`gallery.pictures.pdq`), and of the picture mirrored.

    A picture whose file could not be read has quality 0, like one with nothing in it: no hash finds it. The index
    and the functions by which hashes are looked up are in the migration, since Django can't describe them.
    """

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, primary_key=True, related_name="hash")
    pdq = HashField()
    mirrored = HashField()
    quality = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quality__lte=100), name="hash_quality_in_percent")]


class UncomparedPost(models.Model):
    """A post that was not yet held against the others; written with the post, gone once it was."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="+")


class DuplicatePair(models.Model):
    """Two posts whose pictures look like copies of each other, `older` the one with the lower number.

    `turned`: one is the other's mirror image. Once somebody decided that they are no duplicates, they stay apart.
    """

    older = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    newer = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    distance = models.PositiveSmallIntegerField()
    turned = models.BooleanField(default=False)
    found_at = models.DateTimeField(auto_now_add=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["older", "newer"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(older__lt=F("newer")), name="duplicate_pair_in_order"),
            models.CheckConstraint(condition=Q(distance__lte=HASH_BITS), name="duplicate_pair_distance"),
            models.CheckConstraint(
                condition=Q(dismissed_by__isnull=True, dismissed_at__isnull=True)
                | Q(dismissed_by__isnull=False, dismissed_at__isnull=False),
                name="duplicate_pair_dismissed_by_somebody",
            ),
        ]
