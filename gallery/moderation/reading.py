"""Statements of reasons as the person concerned reads them. Who decided is not among what they are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.cards import Card, cards
from gallery.models import Post, Statement, User
from gallery.models.post import STANDING, AiLevel
from gallery.models.review import CaseState, Restriction, SiteRule, StatementState
from gallery.moderation.rules import SENTENCES
from gallery.ratings import Rating
from gallery.visibility import reachable_posts

# What a decision means for who reads of it.
EFFECTS: dict[Restriction, Any] = {
    Restriction.REMOVAL: _("Nobody but you and moderators can open the post. Picture and recipe stay yours."),
    Restriction.RATING: _("The post is shown to those who let themselves be shown this rating. You can't lower it."),
    Restriction.LABEL: _("The post carries this label for everybody, and in its files."),
    Restriction.STRIKE: _("A strike counts for a while and then expires; several together lead to a restriction."),
    Restriction.BAN: _("As long as it lasts, you can't do here what it names."),
}


@dataclass(frozen=True)
class ToldStatement:
    """A statement, its post as a card where it can still be opened, and what can be done about it now."""

    statement: Statement
    card: Card | None
    appealable: bool
    change: str = ""
    rule_sentence: str = ""
    effect: str = ""
    answer: str = ""

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
        effect=str(EFFECTS[Restriction(statement.restriction)]),
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
