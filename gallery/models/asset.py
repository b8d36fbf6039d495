"""A picture on disk: one asset, several files made from it."""

import secrets

from django.conf import settings
from django.db import models


def new_key() -> str:
    """22 url-safe characters, 128 bits: an address nobody can guess."""
    return secrets.token_urlsafe(16)


class Asset(models.Model):
    """A safe, labelled picture made by `gallery.ingest`; it never changes. `drawn_over`: what it was made from."""

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assets")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pixel_sha256 = models.CharField(max_length=64, db_index=True)
    dominant_color = models.CharField(max_length=7)
    drawn_over = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(width__gte=1, height__gte=1), name="asset_has_pixels"),
            models.CheckConstraint(
                condition=models.Q(dominant_color__regex=r"^#[0-9a-f]{6}$"), name="asset_dominant_color_hex"
            ),
        ]


class Variant(models.TextChoices):
    """`original` carries the whole recipe; `bare` the same pixels, label and settings without prompts and seed;
    the others are previews of at most that many pixels on the long side, labelled too."""

    ORIGINAL = "original"
    BARE = "bare"
    W180 = "180"
    W360 = "360"
    W720 = "720"


class AssetFile(models.Model):
    """One file of an asset, at a content address below MEDIA_ROOT.

    `says` is the `says` of the label in it, empty where it has none or isn't signed.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="files")
    variant = models.CharField(max_length=8, choices=Variant)
    format = models.CharField(max_length=4)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    says = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "variant", "format"], name="asset_file_once"),
            models.CheckConstraint(condition=models.Q(variant__in=Variant.values), name="asset_file_variant_known"),
        ]
