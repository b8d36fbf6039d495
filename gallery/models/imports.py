"""Imports from elsewhere: how far each has come, and what became of each picture."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models.post import Post

MAX_PLACE = 600
MAX_QUERY = 500


class ImportRun(models.Model):
    """One import: from where, what for, in whose name, and the last picture that is behind it.

    The same place, query and owner are the same run, whenever it is asked for again.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    place = models.CharField(max_length=MAX_PLACE)
    query = models.CharField(max_length=MAX_QUERY, blank=True)
    after = models.CharField(max_length=500, blank=True)
    finished = models.BooleanField(default=False)
    trouble = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "place", "query"], name="import_run_once")]


class ImportOutcome(models.TextChoices):
    """What became of a picture."""

    POSTED = "posted", _("Posted")
    KNOWN = "known", _("Known before")
    REFUSED = "refused", _("Refused")


class ImportedItem(models.Model):
    """A picture of another place that an account imported; `post` is what it is here, if it is there still."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="items")
    place = models.CharField(max_length=MAX_PLACE)
    key = models.CharField(max_length=500)
    number = models.CharField(max_length=40, blank=True)
    parent_number = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=7, choices=ImportOutcome)
    reason = models.TextField(blank=True)
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "place", "key"], name="imported_item_once"),
            models.CheckConstraint(condition=models.Q(outcome__in=ImportOutcome.values), name="import_outcome_known"),
        ]
        indexes = [
            models.Index(fields=["owner", "place", "number"], name="imported_item_number"),
            models.Index(fields=["owner", "place", "parent_number"], name="imported_item_parent"),
        ]
