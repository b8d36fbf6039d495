"""A picture's file in a format that somebody asked for."""

from django.db import models
from django.db.models.functions import Now

from gallery.models.asset import Asset
from gallery.provenance import FORMATS


class Download(models.Model):
    """Made when first asked for, kept while it is asked for and true: `digest` is that of all its label says.

    A row is only ever found by the digest of what may be said now, so what was hidden or corrected since is never given
    away, whenever its file is removed. `signed`: it holds a manifest.
    """

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="downloads")
    format = models.CharField(max_length=4)
    with_prompt = models.BooleanField()
    digest = models.CharField(max_length=64)
    signed = models.BooleanField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    size_bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    asked_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "format", "with_prompt", "digest"], name="download_once"),
            models.CheckConstraint(condition=models.Q(format__in=sorted(FORMATS)), name="download_format_known"),
        ]
        indexes = [models.Index(fields=["path"], name="download_path")]
