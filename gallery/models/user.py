"""People: accounts, their role and what they chose to see."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from gallery.ratings import Rating


def only_general() -> list[str]:
    """The filter that everyone starts with."""
    return [Rating.GENERAL.value]


USUAL_THRESHOLD = -5
"""Comments with a lower score are folded for visitors, and for members until they choose another."""
THRESHOLDS = (-100, 10)

DELETED_NAME = "deleted-"
"""What the names of accounts begin with that were deleted; nobody else's does."""


class Role(models.TextChoices):
    """What someone may do; each role may do all that the ones before it may."""

    MEMBER = "member", _("Member")
    MODERATOR = "moderator", _("Moderator")
    ADMIN = "admin", _("Admin")
    OWNER = "owner", _("Owner")


class Zone(models.TextChoices):
    """Which pictures somebody's lists hold, by their label; `gallery.labels.zones` says which labels are where."""

    BOTH = "both", _("Both")
    AI = "ai", _("AI")
    HUMAN = "human", _("Human")


class User(AbstractUser):
    """An account. `shown_ratings` is the viewer's own filter, narrowed further by the operator's ceiling.

    `zone` is the other part of the filter: lists hold pictures by machines, by humans, or both.
    `active_filter`: the named filter (`gallery.filters`) that narrows both further; it is one of the account's own.
    `private_favourites`: nobody else learns what this account keeps.
    `comment_threshold`: comments with a lower score are folded. `comments_seen`: the newest comment of which this
    account was told that it stands on one of its own posts.
    `deleted_at`: since then nobody's
    (`gallery.accounts.deletion`); the row stays for what others refer to.
    """

    role = models.CharField(max_length=9, choices=Role, default=Role.MEMBER)
    shown_ratings = ArrayField(models.CharField(max_length=1, choices=Rating), default=only_general)
    private_favourites = models.BooleanField(default=False)
    zone = models.CharField(max_length=5, choices=Zone, default=Zone.BOTH)
    active_filter = models.ForeignKey("gallery.ViewFilter", on_delete=models.SET_NULL, null=True, related_name="+")
    comment_threshold = models.SmallIntegerField(default=USUAL_THRESHOLD, db_default=USUAL_THRESHOLD)
    comments_seen = models.BigIntegerField(default=0, db_default=0)
    deleted_at = models.DateTimeField(null=True)

    # On the object of one request: the role asks for a second factor, and the session has not shown one
    # (`gallery.accounts.second_factor`). Until it does, this is a member like any other.
    unproven = False

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=models.Q(shown_ratings__contained_by=Rating.values, shown_ratings__len__gte=1),
                name="user_shown_ratings_known",
            ),
            models.CheckConstraint(condition=models.Q(zone__in=Zone.values), name="user_zone_known"),
            models.CheckConstraint(
                condition=models.Q(comment_threshold__gte=THRESHOLDS[0], comment_threshold__lte=THRESHOLDS[1]),
                name="user_comment_threshold",
            ),
            models.UniqueConstraint(Lower("username"), name="user_name_once_in_any_case"),
            # Of somebody who left nothing is kept that tells who it was, and nobody can sign in as them.
            models.CheckConstraint(
                condition=models.Q(deleted_at=None)
                | models.Q(
                    username__startswith=DELETED_NAME,
                    email="",
                    first_name="",
                    last_name="",
                    is_active=False,
                    role=Role.MEMBER,
                    password__startswith="!",  # noqa: S106 - Django's sign for none
                ),
                name="user_deleted_is_anonymous",
            ),
        ]

    @property
    def acting_role(self) -> Role:
        """The role that counts: a member's while the account is disabled or has to show its second factor first."""
        return Role(self.role) if self.is_active and not self.unproven else Role.MEMBER

    @property
    def is_moderator(self) -> bool:
        """May re-rate, remove and restore posts."""
        return self.acting_role in {Role.MODERATOR, Role.ADMIN, Role.OWNER}

    @property
    def is_admin(self) -> bool:
        """May change roles and settings of the site."""
        return self.acting_role in {Role.ADMIN, Role.OWNER}

    @property
    def is_owner(self) -> bool:
        """Runs the site."""
        return self.acting_role == Role.OWNER


class SignInLink(models.Model):
    """A one-time sign-in link; only the SHA-256 of its token is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
