"""A picture on disk: one asset, several files made from it."""

import secrets

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_key() -> str:
    """22 url-safe characters, 128 bits: an address nobody can guess."""
    return secrets.token_urlsafe(16)


class Origin(models.TextChoices):
    """How a picture came here."""

    DRAWN = "drawn", _("drawn here")
    SENT = "sent", _("sent")
    BROUGHT = "brought", _("brought with a copy of an account")


class Asset(models.Model):
    """A safe picture made by `gallery.ingest`; it never changes. What was drawn here is labelled in every file.

    `drawn_over`: what it was made from. `pixel_sha256` is of the RGB pixels, what is transparent on white; `thumbhash`
    (Base64) of the same. Assets from before it was computed have none, until `manage.py make_variants` has been there.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assets")
    origin = models.CharField(max_length=7, choices=Origin, default=Origin.DRAWN, db_default=Origin.DRAWN)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pixel_sha256 = models.CharField(max_length=64, db_index=True)
    dominant_color = models.CharField(max_length=7)
    drawn_over = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    thumbhash = models.CharField(max_length=40, default="", db_default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(width__gte=1, height__gte=1), name="asset_has_pixels"),
            models.CheckConstraint(
                condition=models.Q(dominant_color__regex=r"^#[0-9a-f]{6}$"), name="asset_dominant_color_hex"
            ),
            models.CheckConstraint(condition=models.Q(origin__in=Origin.values), name="asset_origin_known"),
        ]


class Variant(models.TextChoices):
    """`original` carries the whole recipe; `bare` the same pixels, label and settings without prompts and seed (of a
    picture that was sent: the pixels alone); the numbers and `sample` (850) are previews of at most that many pixels on
    the long side; `b360` is blurred until nothing but colours is left."""

    ORIGINAL = "original"
    BARE = "bare"
    W180 = "180"
    W360 = "360"
    W720 = "720"
    SAMPLE = "sample"
    B360 = "b360"


FORMATS = ("png", "jpg", "webp", "avif")


class AssetFile(models.Model):
    """One file of an asset, at a content address in `gallery.storing`.

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
    says = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "variant", "format"], name="asset_file_once"),
            models.CheckConstraint(condition=models.Q(variant__in=Variant.values), name="asset_file_variant_known"),
            models.CheckConstraint(condition=models.Q(format__in=FORMATS), name="asset_file_format_known"),
        ]
        # Whether anybody names a file is asked while uploads wait. Paths are only ever compared as a whole, and long.
        indexes = [HashIndex(fields=["path"], name="asset_file_path")]


class AssetOrigin(models.Model):
    """The file that a picture to be posted came in, and what it said about itself. Its bytes aren't kept.

    `blocks`: what it claims about its origin (`claims_of`); `found`: what the readers made of its texts, or null;
    `c2pa`: state and summary of a manifest that came with it, or null; `removed`: which kinds of private data stood in
    it (`gallery.pictures.private`), never what they said. All of it is for its owner and for `gallery` alone.
    """

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, primary_key=True, related_name="arrival")
    file_sha256 = models.CharField(max_length=64, db_index=True)
    file_name = models.CharField(max_length=255, blank=True)
    file_format = models.CharField(max_length=4)
    blocks = models.JSONField(default=dict)
    found = models.JSONField(null=True)
    c2pa = models.JSONField(null=True)
    removed = models.JSONField(default=list, db_default=models.Value([], output_field=models.JSONField()))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(file_sha256__regex=r"^[0-9a-f]{64}$"), name="asset_origin_file_sha256_hex"
            ),
            models.CheckConstraint(condition=models.Q(file_format__in=FORMATS), name="asset_origin_format_known"),
        ]
