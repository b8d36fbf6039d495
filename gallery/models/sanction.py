"""What people answer for: strikes that expire, and bans of accounts and of blocks of addresses."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.models.cidr import CidrField
from gallery.models.moderation import ModerationAction
from gallery.models.review import SiteRule

PERSON = settings.AUTH_USER_MODEL


class Strike(models.Model):
    """One decision that somebody broke a rule; it stands until it expires or is voided.

    `about` is the removal that it came with, if it came with one. `act` is its row of the moderation log, which holds
    who gave it and why.
    """

    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="strikes")
    rule = models.CharField(max_length=9, choices=SiteRule)
    act = models.OneToOneField(ModerationAction, on_delete=models.PROTECT, related_name="strike")
    about = models.ForeignKey(ModerationAction, on_delete=models.PROTECT, null=True, related_name="strikes_about")
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["person", "expires_at"], name="strike_standing", condition=Q(voided_at=None)),
            models.Index(fields=["person", "-id"], name="strike_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(rule__in=SiteRule.values), name="strike_rule_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="strike_lasts"),
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_by=None) | Q(voided_at__isnull=False, voided_by__isnull=False),
                name="strike_voided_by_somebody",
            ),
        ]

    def stands(self, now: datetime | None = None) -> bool:
        """Whether it counts at this moment."""
        return self.voided_at is None and self.expires_at > (now or timezone.now())


class Scope(models.TextChoices):
    """What a ban keeps somebody from."""

    ACTS = "acts", _("Everything but reading and one's own affairs")
    VISITORS = "visitors", _("Joining, and reports by visitors")
    SIGN_IN = "sign_in", _("Joining, reports by visitors, and signing in")


class Ban(models.Model):
    """A person's account that can look, not act, or a block of addresses from which nobody joins.

    It stands from `since` until `until` (null: for good) unless it was lifted; nothing has to run for it to end. Of one
    person, and of one block, no two that were not lifted overlap in time. `automatic`: it came of itself with so many
    strikes. `recounted`: what rested on the person's rating votes was counted without them, or with them again.
    """

    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="bans")
    block = CidrField(null=True)
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.ACTS)
    rule = models.CharField(max_length=9, choices=SiteRule)
    act = models.OneToOneField(ModerationAction, on_delete=models.PROTECT, related_name="ban")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    automatic = models.BooleanField(default=False)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    recounted = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="ban_person", condition=Q(person__isnull=False)),
            models.Index(fields=["id"], name="ban_to_recount", condition=Q(recounted=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="ban_scope_known"),
            models.CheckConstraint(condition=Q(rule__in=SiteRule.values), name="ban_rule_known"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, block=None, scope=Scope.ACTS)
                | Q(person=None, block__isnull=False, scope__in=[Scope.VISITORS, Scope.SIGN_IN]),
                name="ban_of_person_or_block",
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="ban_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="ban_lifted_by_somebody",
            ),
            # A range of one number, which GiST compares without an extension.
            ExclusionConstraint(
                name="ban_one_of_a_person_at_a_time",
                expressions=[
                    (
                        Func(
                            F("person"),
                            F("person"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("since"), F("until"), function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(lifted_at=None, person__isnull=False),
            ),
            # Its index is also the one that finds the blocks which hold an address.
            ExclusionConstraint(
                name="ban_one_of_a_block_at_a_time",
                expressions=[
                    (OpClass("block", name="inet_ops"), RangeOperators.EQUAL),
                    (
                        Func(F("since"), F("until"), function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(lifted_at=None, block__isnull=False),
            ),
        ]

    def stands(self, now: datetime | None = None) -> bool:
        """Whether it holds at this moment."""
        moment = now or timezone.now()
        return self.lifted_at is None and self.since <= moment and (self.until is None or self.until > moment)
