"""What the pages of strikes and bans show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gallery.accounts.standing import standing, standing_ban
from gallery.models import Ban, ModerationAction, Strike, User
from gallery.moderation.sanctions import may_sanction

PAST_SHOWN = 50


@dataclass(frozen=True)
class Entry:
    """A strike or a ban in somebody's history."""

    row: Strike | Ban
    is_ban: bool
    at: datetime
    stands: bool


def person_page(viewer: User, person: User) -> dict[str, Any]:
    """The context of a person's strikes and bans: what stands, what was, and what this viewer may do."""
    now = timezone.now()
    strikes = Strike.objects.filter(person=person).select_related("act__actor", "about", "voided_by")
    bans = Ban.objects.filter(person=person).select_related("act__actor", "lifted_by")
    history = [Entry(row, False, row.at, row.stands(now)) for row in strikes.order_by("-pk")[:PAST_SHOWN]]
    history += [Entry(row, True, row.since, row.stands(now)) for row in bans.order_by("-pk")[:PAST_SHOWN]]
    return {
        "person": person,
        "mine": viewer.pk == person.pk,
        "standing": standing_ban(person),
        "counting": strikes.filter(voided_at=None, expires_at__gt=now).count(),
        "needed": settings.STRIKES_TO_BAN,
        "strike_days": settings.STRIKE_DAYS,
        "ban_days": settings.STRIKE_BAN_DAYS,
        "history": sorted(history, key=lambda entry: entry.at, reverse=True),
        "may_sanction": may_sanction(viewer, person),
    }


def listed_bans(state: str, of: str, words: str) -> QuerySet[Ban]:
    """Bans, the newest first: `state` standing, over or all; `of` people, addresses or all; `words` part of a name, or
    an address that lies in the block."""
    bans = Ban.objects.select_related("person", "act__actor", "lifted_by").order_by("-pk")
    if state == "standing":
        bans = bans.filter(standing())
    elif state == "over":
        bans = bans.exclude(standing())
    if of in ("people", "addresses"):
        bans = bans.filter(person__isnull=of != "people")
    if words:
        try:
            bans = bans.filter(block__holds=str(ip_address(words)).partition("%")[0])
        except ValueError:
            bans = bans.filter(person__username__icontains=words)
    return bans


def sanction_words(act: ModerationAction) -> str:
    """What the log says of a strike, a ban or its lifting beside who and why: the addresses, and how long."""
    parts = [act.details["block"]] if act.details.get("block") else []
    if "until" in act.details:
        until = parse_datetime(act.details["until"] or "")
        parts.append(_("until %(moment)s") % {"moment": _short(until)} if until else _("for good"))
    if act.details.get("automated"):
        parts.append(_("by itself"))
    return ", ".join(parts)


def _short(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
