"""Statements of reasons as the person concerned reads them. Who decided is not among what they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gallery.cards import Card, cards
from gallery.models import Ban, Post, Statement, Strike, User
from gallery.models.post import STANDING, AiLevel
from gallery.models.review import CaseState, Restriction, SiteRule, StatementState
from gallery.moderation.rules import SENTENCES
from gallery.moderation.things import Thing, thing_called
from gallery.ratings import Rating
from gallery.visibility import reachable_posts


def _of_strike(statement: Statement) -> list[str]:
    """How long it counts, what comes of how many, and what it came with."""
    given: Strike | None = getattr(statement.act, "strike", None)
    if given is None:
        return []
    days = (given.expires_at - given.at).days
    said = [
        ngettext(
            "It counts for %(days)d day, until %(moment)s.", "It counts for %(days)d days, until %(moment)s.", days
        )
        % {"days": days, "moment": _moment(given.expires_at)}
    ]
    if settings.STRIKES_TO_BAN:
        said.append(
            gettext("When %(needed)d strikes count at a time, a ban of %(days)d days follows by itself.")
            % {"needed": settings.STRIKES_TO_BAN, "days": settings.STRIKE_BAN_DAYS}
        )
    if given.about is not None and given.about.post_id:
        said.append(gettext("It came with the removal of post %(id)s.") % {"id": given.about.post_id})
    elif given.about is not None and given.about.details.get("post"):
        of_comment = gettext("It came with the removal of your comment on post %(id)s.")
        said.append(of_comment % {"id": given.about.details["post"]})
    return said


def _of_ban(statement: Statement) -> list[str]:
    """Until when, and what it forbids: `gallery.accounts.barring` keeps the list that holds."""
    made: Ban | None = getattr(statement.act, "ban", None)
    if made is None:
        return []
    lasts = gettext("It lasts until %(moment)s.") % {"moment": _moment(made.until)} if made.until else ""
    said = [lasts or gettext("It lasts for good, unless it is lifted.")]
    if made.lifted_at is not None:
        said = [gettext("It ended before its time, on %(moment)s.") % {"moment": _moment(made.lifted_at)}]
    forbids = gettext(
        "While it lasts you can't draw, upload, post, edit, vote, keep favourites, comment or moderate. You can "
        "sign in, look around, report one thing at a time, appeal, take back what is yours, and copy or delete "
        "your account."
    )
    return [*said, forbids]


def _always(sentence: Any) -> Callable[[Statement], list[str]]:
    return lambda _statement: [str(sentence)]


# What a decision means for who reads of it.
EFFECTS: dict[Restriction, Callable[[Statement], list[str]]] = {
    Restriction.REMOVAL: _always(_("Nobody but you and moderators can open the post. Picture and recipe stay yours.")),
    Restriction.RATING: _always(
        _("The post is shown to those who let themselves be shown this rating. You can't lower it.")
    ),
    Restriction.LABEL: _always(_("The post carries this label for everybody, and in its files.")),
    Restriction.COMMENT: _always(_("Nobody but you and moderators can read the comment. Its words stay yours.")),
    Restriction.STYLE: _always(_("Nobody but you and moderators can open the style. Posts drawn in it stay.")),
    Restriction.STRIKE: _of_strike,
    Restriction.BAN: _of_ban,
}


@dataclass(frozen=True)
class ToldStatement:
    """A statement, its post as a card where it can still be opened, the thing that it is about where that is still
    there, and what can be done about it now."""

    statement: Statement
    card: Card | None
    appealable: bool
    change: str = ""
    rule_sentence: str = ""
    effects: tuple[str, ...] = ()
    answer: str = ""
    thing: Thing | None = None

    @property
    def overturned(self) -> bool:
        """Whether nothing is left of the decision."""
        return self.statement.state == StatementState.OVERTURNED


def told_statements(statements: Iterable[Statement], person: User) -> list[ToldStatement]:
    """These statements of this person's, in their order, with a small picture each."""
    listed = list(statements)
    posts = Post.objects.filter(reachable_posts(person), pk__in={one.post_id for one in listed if one.post_id})
    posts = posts.select_related("asset", "author", "stats").prefetch_related("asset__files")
    made = {card.post.pk: card for card in cards(posts, viewer=person)}
    return [ToldStatement(one, made.get(one.post_id or 0), _appealable(one)) for one in listed]


def statement_page(statement: Statement, person: User) -> ToldStatement:
    """All that its page shows."""
    told = told_statements([statement], person)[0]
    appeal = getattr(statement, "appeal", None)
    decided = appeal is not None and appeal.case.state == CaseState.DECIDED
    return ToldStatement(
        statement,
        told.card,
        told.appealable,
        change=_change(statement),
        rule_sentence=str(SENTENCES[SiteRule(statement.rule)]),
        effects=tuple(EFFECTS[Restriction(statement.restriction)](statement)),
        thing=thing_called(statement.act.details.get("thing", "")),
        answer=appeal.case.reason if appeal is not None and decided else "",
    )


def pressing(post: Post, author: User) -> Statement | None:
    """The decision about their own post that its author should be pointed to: unread, open to an appeal, under appeal,
    or the one that keeps the post from others."""
    found = Statement.objects.filter(post=post, person=author).exclude(state=StatementState.OVERTURNED).order_by("-pk")
    for one in found[:5]:
        if one.seen_at is None or one.state == StatementState.APPEALED or _appealable(one):
            return one
        if one.restriction == Restriction.REMOVAL and post.status not in STANDING:
            return one
    return None


def _appealable(statement: Statement) -> bool:
    return statement.state == StatementState.STANDS and statement.appealable_until >= timezone.now()


def _change(statement: Statement) -> str:
    before, after = (statement.act.details.get(key) for key in ("from", "to"))
    kind = {Restriction.RATING: Rating, Restriction.LABEL: AiLevel}.get(Restriction(statement.restriction))
    if kind is None or before not in kind.values or after not in kind.values:
        return ""
    return f"{kind(before).label} → {kind(after).label}"


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
