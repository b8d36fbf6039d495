"""The moderation log as everybody may read it: what is done here, and nothing of whom or what one can't see.

Moderators read the whole log. Everybody else reads of each act its kind and day, and the role of who did it. A post is
named where this viewer can open it and the act is one that its own page tells of, too; then also what was changed, the
time, and the reason where it stands on that page (ratings and labels). Reasons of all others are for whom they concern.
Acts about people stand here as kinds alone. Left out altogether is what authors do themselves (withdrawals), and
quarantines: what is kept for the police may warn nobody, not even by its hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.accounts.names import HOUSE_NAME
from gallery.models import ModerationAction, Post, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiLevel
from gallery.models.review import SiteRule
from gallery.ratings import Rating
from gallery.visibility import Viewer, reachable_posts

UNTOLD = frozenset({ModerationKind.WITHDRAW, ModerationKind.QUARANTINE})
TOLD = tuple(kind for kind in ModerationKind if kind not in UNTOLD)
# Of a post that one can open, these are told with its number: its pages show as much.
NAMES_POST = frozenset(
    {ModerationKind.RERATE, ModerationKind.LABEL, ModerationKind.LOCK, ModerationKind.APPROVE, ModerationKind.RESTORE}
)
TELLS_REASON = frozenset({ModerationKind.RERATE, ModerationKind.LABEL})
FIGURES = timedelta(days=30)


@dataclass(frozen=True)
class ToldAct:
    """One act as this viewer may read it. `post` is None where it may not be named; `at` is then a day, not a time."""

    kind: str
    day: datetime
    at: datetime | None
    role: str
    change: str
    rule: str
    post: int | None
    reason: str


@dataclass(frozen=True)
class KindCount:
    """A kind of act, and how many there were lately."""

    kind: str
    label: str
    count: int


def told_acts(viewer: Viewer) -> QuerySet[ModerationAction]:
    """The acts that the public log tells of, the newest first. `names_post`: whether it may name the post to this
    viewer. This is the one place that says so."""
    can_open = Exists(Post.objects.filter(reachable_posts(viewer), pk=OuterRef("post_id")))
    acts = ModerationAction.objects.filter(kind__in=TOLD).annotate(before=KT("details__from"), after=KT("details__to"))
    # A label that stays as it is was disputed, which the author and those who disputed it are told, nobody else.
    told_on_its_pages = Q(kind__in=NAMES_POST) & ~Q(kind=ModerationKind.LABEL, before=F("after"))
    return acts.annotate(names_post=told_on_its_pages & can_open).select_related("actor").order_by("-pk")


def told(act: ModerationAction) -> ToldAct:
    """What is told of one of `told_acts`."""
    named = bool(act.names_post)  # type: ignore[attr-defined]
    kind = ModerationKind(act.kind)
    return ToldAct(
        kind=str(kind.label),
        day=act.at,
        at=act.at if named else None,
        role=_role(act),
        change=_change(kind, act.details) if named else "",
        rule=_rule(act.details) if kind == ModerationKind.REMOVE else "",
        post=act.post_id if named else None,
        reason=act.reason if named and kind in TELLS_REASON else "",
    )


def kinds_lately(chosen: str = "") -> list[KindCount]:
    """The kinds that the public log tells of, with how many acts of each there were within 30 days; those of which
    there were none are left out, but for the `chosen` one."""
    return _counted(TOLD, chosen)


def every_kind_lately(chosen: str = "") -> list[KindCount]:
    """The same of all kinds, for moderators."""
    return _counted(tuple(ModerationKind), chosen)


def _counted(kinds: tuple[ModerationKind, ...], chosen: str) -> list[KindCount]:
    lately = ModerationAction.objects.filter(kind__in=kinds, at__gte=timezone.now() - FIGURES)
    counts = dict(lately.order_by().values_list("kind").annotate(number=Count("pk")))
    listed = [kind for kind in kinds if kind in counts or kind == chosen]
    return [KindCount(kind.value, str(kind.label), counts.get(kind, 0)) for kind in listed]


def _role(act: ModerationAction) -> str:
    """Of who did it no more than the role; the role is that of now."""
    actor: User = act.actor
    if actor.username == HOUSE_NAME:
        return str(_("The site itself"))
    return str(actor.get_role_display()) if actor.is_moderator else str(_("Moderator"))


def _rule(details: dict[str, Any]) -> str:
    rule = details.get("rule", "")
    return str(SiteRule(rule).label) if rule in SiteRule.values else ""


def _change(kind: ModerationKind, details: dict[str, Any]) -> str:
    if kind == ModerationKind.LOCK:
        return str(_("Locked") if details.get("locked") else _("Unlocked"))
    before, after = details.get("from"), details.get("to")
    if kind == ModerationKind.RERATE and before in Rating.values and after in Rating.values:
        return f"{Rating(before).label} → {Rating(after).label}"
    if kind == ModerationKind.LABEL and before in AiLevel.values and after in AiLevel.values:
        return f"{AiLevel(before).label} → {AiLevel(after).label}"
    return ""
