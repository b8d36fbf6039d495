"""What the label of a post was before, and what people hold against it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models.post import AiEvidence, AiLevel, Post
from gallery.models.review import Case


class LabelVersion(models.Model):
    """One state of the label of a post, numbered from 1; the newest is the post's own `ai_level` and `ai_evidence`.

    `gallery.labels` writes one for the publication and one for every act. `editor` published the post, declared its
    label or decided about it; `reason` is what they said, and open to everybody.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="label_versions")
    number = models.PositiveIntegerField()
    level = models.CharField(max_length=9, choices=AiLevel)
    evidence = models.CharField(max_length=9, choices=AiEvidence)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="label_version_numbered_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="label_version_from_one"),
            models.CheckConstraint(condition=models.Q(level__in=AiLevel.values), name="label_version_level_known"),
            models.CheckConstraint(
                condition=models.Q(evidence__in=AiEvidence.values), name="label_version_evidence_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(evidence=AiEvidence.MODERATOR) | ~models.Q(reason=""),
                name="label_version_decided_with_reason",
            ),
        ]


class DisputeState(models.TextChoices):
    """Where a dispute stands; `gallery.labels.disputes` holds the transitions."""

    OPEN = "open", _("Waits for a moderator")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Taken back")


class LabelDispute(models.Model):
    """Somebody says that a post's label is wrong, and which one would be right.

    One may be open for each post and person. `against` is the label that it was raised against; `decision` is the
    moderator's reason, told to whoever raised it and to the author of the post.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="label_disputes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="label_disputes")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="label_dispute")
    level = models.CharField(max_length=9, choices=AiLevel)
    against = models.CharField(max_length=9, choices=AiLevel)
    reason = models.TextField(max_length=2000)
    state = models.CharField(max_length=9, choices=DisputeState, default=DisputeState.OPEN)
    at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(max_length=2000, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="label_dispute_open", condition=models.Q(state=DisputeState.OPEN)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "by"], name="label_dispute_one_open", condition=models.Q(state=DisputeState.OPEN)
            ),
            models.CheckConstraint(condition=models.Q(state__in=DisputeState.values), name="label_dispute_state_known"),
            models.CheckConstraint(condition=models.Q(level__in=AiLevel.values), name="label_dispute_level_known"),
            models.CheckConstraint(condition=~models.Q(level=models.F("against")), name="label_dispute_says_otherwise"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="label_dispute_has_reason"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[DisputeState.UPHELD, DisputeState.REJECTED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~models.Q(decision="")
                | models.Q(state__in=[DisputeState.OPEN, DisputeState.WITHDRAWN], decided_by__isnull=True, decision=""),
                name="label_dispute_decided_with_reason",
            ),
        ]
