"""Who may act here: the one question that every write asks, whatever door it comes through.

An account that is banned can sign in, look, read what was decided, object, and see to its own affairs. A ban ends by
itself with its time: nothing has to run for that.
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gallery.errors import NotAllowed
from gallery.models import Ban, User
from gallery.models.sanction import Scope
from gallery.visibility import Viewer, signed_in


def standing(now: datetime | None = None) -> Q:
    """Bans that hold at this moment, as a condition on `Ban`."""
    moment = now or timezone.now()
    return Q(lifted_at=None, since__lte=moment) & (Q(until=None) | Q(until__gt=moment))


def standing_bans() -> QuerySet[Ban]:
    """The bans of people and of addresses that hold at this moment."""
    return Ban.objects.filter(standing())


def standing_ban(viewer: Viewer) -> Ban | None:
    """The ban that keeps this account from acting now, with its act; None for none."""
    if not isinstance(viewer, User) or viewer.pk is None:
        return None
    return standing_bans().filter(person=viewer).select_related("act__statement").first()


def standing_block(address: str, scope: Scope | None = None) -> Ban | None:
    """The ban of a block of addresses that holds this one now; with `scope` one of that scope. None for none, and where
    the server tells no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    bans = standing_bans().filter(block__holds=str(parsed).partition("%")[0])
    if scope is not None:
        bans = bans.filter(scope=scope)
    # The longest of them is what somebody has to wait for.
    return max(bans.select_related("act"), key=lambda ban: (ban.until is None, ban.until or ban.since), default=None)


def banned_people() -> QuerySet[Ban, int | None]:
    """The numbers of the accounts that may not act now, for `exclude(by__in=...)`: their votes don't count."""
    return standing_bans().filter(person__isnull=False).values_list("person_id", flat=True)


def may_act(viewer: Viewer) -> bool:
    """Whether this account may write anything that others see or that costs the site: one in use, and not banned."""
    return signed_in(viewer) and standing_ban(viewer) is None


def require_may_act(viewer: Viewer) -> None:
    """Raises NotAllowed for a disabled account, and `Banned` for a banned one."""
    if not signed_in(viewer):
        raise NotAllowed("account_disabled")
    ban = standing_ban(viewer)
    if ban is not None:
        raise Banned(ban)


class Banned(NotAllowed):
    """This account may not act now: until when, why, and how to object."""

    def __init__(self, ban: Ban) -> None:
        words = {"until": until_words(ban), "reason": ban.act.reason}
        super().__init__("banned_until" if ban.until else "banned_for_good", **words)
        self.ban = ban


class AddressBanned(NotAllowed):
    """Nobody joins or reports without an account from this address now."""

    def __init__(self, ban: Ban) -> None:
        words = {"until": until_words(ban), "mail": settings.DEFAULT_FROM_EMAIL}
        super().__init__("address_banned_until" if ban.until else "address_banned", **words)
        self.ban = ban


def end_words(ban: Ban) -> str:
    """`until 3 March 2026, 12:00`, or `for good`."""
    return _("until %(moment)s") % {"moment": until_words(ban)} if ban.until else _("for good")


def until_words(ban: Ban) -> str:
    """When it ends, in the reader's language and the site's time zone; empty for one for good."""
    return date_format(timezone.localtime(ban.until), "DATETIME_FORMAT") if ban.until else ""
