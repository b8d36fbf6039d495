"""An account that its owner takes along or leaves: copies of it, and deletions that were asked for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models.asset import new_key


class PostsChoice(models.TextChoices):
    """What becomes of the posts of an account that is deleted."""

    WITHDRAW = "withdraw", _("Withdraw my posts and comments")
    LEAVE = "leave", _("Leave them here, without my name")


class AccountDeletion(models.Model):
    """Somebody wants their account deleted; the row is gone once it is, or once they changed their mind.

    `due_at`: until then signing in calls it off.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="deletion"
    )
    posts = models.CharField(max_length=8, choices=PostsChoice)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(posts__in=PostsChoice.values), name="deletion_choice_known"),
            models.CheckConstraint(condition=models.Q(due_at__gt=models.F("asked_at")), name="deletion_leaves_time"),
        ]


class ExportState(models.TextChoices):
    """waiting → working → ready or failed; working → waiting when whoever worked on it was lost."""

    WAITING = "waiting", _("Waiting")
    WORKING = "working", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class AccountExport(models.Model):
    """A copy of an account as a ZIP; the file lies in `EXPORTS_DIR` under the row's `key` until `expires_at`.

    `done` of `total` pictures are in it. `touched_at`: the last sign of life of whoever works on it; `fence` grows with
    every claim, so that one who was given up writes nothing any more. `trouble`: the code of a sentence in
    `gallery.errors`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    state = models.CharField(max_length=7, choices=ExportState, default=ExportState.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now_add=True)
    fence = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ExportState.values), name="export_state_known"),
            models.UniqueConstraint(
                fields=["user"],
                name="export_one_at_a_time",
                condition=models.Q(state__in=[ExportState.WAITING, ExportState.WORKING]),
            ),
            models.CheckConstraint(
                condition=models.Q(state=ExportState.READY, expires_at__isnull=False, size_bytes__gt=0)
                | (~models.Q(state=ExportState.READY) & models.Q(expires_at__isnull=True)),
                name="export_ready_expires",
            ),
        ]
