"""The append-only log of what moderators and authors did to posts, and admins to people and the queue."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gallery.models.post import Post


class ModerationKind(models.TextChoices):
    """What was done."""

    RERATE = "rerate", _("Re-rated")
    REMOVE = "remove", _("Removed")
    RESTORE = "restore", _("Restored")
    APPROVE = "approve", _("Approved")
    KEEP = "keep", _("Left as it is")
    QUARANTINE = "quarantine", _("Quarantined")
    OVERTURN = "overturn", _("Overturned on appeal")
    UPHOLD = "uphold", _("Upheld on appeal")
    LOCK = "lock", _("Rating locked or unlocked")
    STRIKE = "strike", _("Strike")
    VOID = "void", _("Strike voided")
    BAN = "ban", _("Banned")
    UNBAN = "unban", _("Ban lifted")
    RULE = "rule", _("Rule changed")
    COMMENT = "comment", pgettext_lazy("act", "Comment")
    STYLE = "style", pgettext_lazy("act", "Style")
    WITHDRAW = "withdraw", _("Withdrawn")
    LABEL = "label", _("Label")
    ROLE = "role", _("Role changed")
    QUEUE = "queue", _("Queue")
    ACCOUNT = "account", _("Account")


# Nobody in particular, or a block of addresses.
ABOUT_NOBODY = [ModerationKind.QUEUE, ModerationKind.RULE, ModerationKind.BAN, ModerationKind.UNBAN]


class ModerationAction(models.Model):
    """One act: who, what, to which post or person, why. A trigger refuses UPDATE, DELETE and TRUNCATE.

    An act on the queue concerns a person whose jobs were touched, or nobody in particular.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ModerationKind)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="moderation_actions")
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(max_length=2000)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ModerationKind.values), name="moderation_kind_known"),
            models.CheckConstraint(
                condition=models.Q(post__isnull=False)
                | models.Q(subject__isnull=False)
                | models.Q(
                    kind__in=[ModerationKind.QUEUE, ModerationKind.RULE, ModerationKind.BAN, ModerationKind.UNBAN]
                ),
                name="moderation_has_object",
            ),
        ]


class AuditLink(models.Model):
    """A link of the chain that the moderation log is: the digest of one act together with the digest of the one before.

    A trigger writes it when the transaction of the act ends, and others refuse to change it. `gallery.moderation.audit`
    says what the digest is made of, and verifies the chain.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    act = models.OneToOneField(ModerationAction, on_delete=models.PROTECT, related_name="link")
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(digest__regex="^[0-9a-f]{64}$"), name="audit_link_has_digest"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="audit_links_count_from_one"),
        ]
