"""Copies of accounts that members bring along from other sites, and what came of each picture in them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models.asset import new_key
from generation.models.take import Take


class ImportState(models.TextChoices):
    """receiving → waiting → working → done or failed; working → waiting when it goes on later."""

    RECEIVING = "receiving", _("Being sent")
    WAITING = "waiting", _("Waiting")
    WORKING = "working", _("Being read")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")


UNDER_WAY = (ImportState.RECEIVING, ImportState.WAITING, ImportState.WORKING)


class AccountImport(models.Model):
    """One copy of an account that is brought in. Its file lies in `IMPORTS_DIR` under the row's `key` until it is read.

    `label` tells the file apart from others while it comes in pieces: `received_bytes` of `size_bytes` are here.
    `place` is the site that it says it comes from. `counted`: against what the account may send in a day, which an
    operator's import isn't. `done` of `total` takes were looked at. `touched_at`, `fence`: as with `AccountExport`. It
    does not go on before `not_before`. `trouble`: code and params of a sentence in `gallery.errors`; `notes`: the same
    of what else was left out.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_imports")
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    state = models.CharField(max_length=9, choices=ImportState, default=ImportState.RECEIVING)
    label = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=300, blank=True)
    counted = models.BooleanField(default=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    received_bytes = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    trouble = models.JSONField(null=True)
    notes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ImportState.values), name="import_state_known"),
            models.UniqueConstraint(
                fields=["user"], name="import_one_at_a_time", condition=models.Q(state__in=UNDER_WAY)
            ),
            models.CheckConstraint(
                condition=models.Q(received_bytes__lte=models.F("size_bytes")), name="import_no_more_than_said"
            ),
        ]


class Brought(models.TextChoices):
    """What became of a take of another site."""

    CAME = "came", _("Came")
    KNOWN = "known", _("Was here already")
    LEFT_OUT = "left_out", _("Left out")


class BroughtTake(models.Model):
    """What a picture of another site is here, so that it comes only once.

    `site` and `account` are what the copy says; `key` is the take's (`t12`) or post's (`p5`) number there with the
    moment that it was made, since a site that was set up anew counts from 1 again. `reason`: code and params.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="brought")
    run = models.ForeignKey(AccountImport, null=True, on_delete=models.SET_NULL, related_name="brought")
    site = models.CharField(max_length=200)
    account = models.CharField(max_length=150)
    key = models.CharField(max_length=80)
    outcome = models.CharField(max_length=8, choices=Brought)
    reason = models.JSONField(null=True)
    take = models.ForeignKey(Take, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "site", "account", "key"], name="brought_once"),
            models.CheckConstraint(condition=models.Q(outcome__in=Brought.values), name="brought_outcome_known"),
        ]
