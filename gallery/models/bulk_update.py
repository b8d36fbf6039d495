"""Requests to change many tags or posts at once: proposed, discussed, decided, then run in the background."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BulkUpdateStatus(models.TextChoices):
    """pending → rejected | processing → approved | failed; `gallery.bulk_updates` holds the transitions."""

    PENDING = "pending", _("Open")
    PROCESSING = "processing", _("Running")
    APPROVED = "approved", _("Done")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Failed")


class BulkUpdateRequest(models.Model):
    """A script of one command a line: `lines_done` lines are carried out, and of the next one `posts_done` posts.

    `posts_skipped` posts in all could not take the change. `last_post_id` is 0 before the next line is begun.
    `error` is empty unless it failed: then a sentence for its readers.
    """

    title = models.CharField(max_length=200)
    script = models.TextField(max_length=20_000)
    reason = models.TextField(max_length=5_000, blank=True)
    status = models.CharField(max_length=10, choices=BulkUpdateStatus, default=BulkUpdateStatus.PENDING)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bulk_updates")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lines_done = models.PositiveIntegerField(default=0)
    posts_done = models.PositiveIntegerField(default=0)
    posts_skipped = models.PositiveIntegerField(default=0)
    last_post_id = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BulkUpdateStatus.values), name="bulk_update_status_known"),
            models.CheckConstraint(
                condition=Q(status=BulkUpdateStatus.PENDING) | Q(approver__isnull=False, decided_at__isnull=False),
                name="bulk_update_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status=BulkUpdateStatus.FAILED) | ~Q(error=""), name="bulk_update_failed_has_cause"
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="bulk_update_newest")]

    def __str__(self) -> str:
        return self.title


class BulkUpdateVote(models.Model):
    """One member's opinion of a request."""

    request = models.ForeignKey(BulkUpdateRequest, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    score = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "user"], name="bulk_update_vote_once"),
            models.CheckConstraint(condition=Q(score__in=[1, -1]), name="bulk_update_vote_is_one"),
        ]


class BulkUpdateComment(models.Model):
    """A contribution to the discussion of a request."""

    request = models.ForeignKey(BulkUpdateRequest, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(max_length=5_000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="bulk_update_comment_not_empty")]
