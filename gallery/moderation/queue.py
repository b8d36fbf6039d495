"""What the pages of the review queue show of cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from gallery.cards import media_url, preview_url, ratio_class
from gallery.community.comment_markup import render_comment
from gallery.models import Case, ModerationAction, Post, Statement, User, Voice
from gallery.models.asset import Variant
from gallery.models.label import LabelDispute
from gallery.models.post import PostStatus
from gallery.models.review import CaseKind, CaseState, Outcome
from gallery.moderation.cases import free_for, waiting
from gallery.moderation.decisions import choices_of

PAST_ACTS = 8
VOICES_SHOWN = 30


@dataclass(frozen=True)
class Tab:
    """One kind of case and how many of it wait."""

    kind: str
    label: str
    count: int


def waiting_by_kind() -> list[Tab]:
    """The kinds of which something waits, as `CaseKind` orders them."""
    counts = dict(waiting().order_by().values_list("kind").annotate(number=Count("pk")))
    return [Tab(kind.value, str(kind.label), counts[kind]) for kind in CaseKind if counts.get(kind)]


def queue_lines(kinds: list[CaseKind]) -> QuerySet[Case]:
    """What waits, with all that its line shows."""
    cases = waiting().filter(kind__in=kinds) if kinds else waiting()
    cases = cases.select_related("post__asset", "post__author", "person", "claimed_by", "comment")
    return cases.prefetch_related("post__asset__files").annotate(said=Count("voices"))


def case_page(moderator: User, case: Case, *, shown: str) -> dict[str, Any]:
    """The context of a case's page. `shown` is what of the picture its moderator asked to see: "" a blur, "grey" it
    without its colours, "full" all of it."""
    now = timezone.now()
    mine = case.claimed_by_id == moderator.pk
    taken = bool(case.claimed_by_id and not mine and case.claimed_until and case.claimed_until > now)
    return {
        "case": case,
        "post": case.post,
        "picture": _picture(case.post, shown) if case.post else None,
        "mine": mine and case.state == CaseState.OPEN,
        "taken": taken,
        "claimable": case.state == CaseState.OPEN and not taken and free_for(moderator).filter(pk=case.pk).exists(),
        "minutes": max(0, int((case.claimed_until - now).total_seconds() // 60)) if case.claimed_until else 0,
        "choices": choices_of(case),
        "asks_rating": Outcome.RERATED in choices_of(case),
        "asks_rule": Outcome.REMOVED in choices_of(case),
        "commented": reported_comment(case),
        "voices": Voice.objects.filter(case=case).select_related("by").order_by("pk")[:VOICES_SHOWN],
        "dispute": LabelDispute.objects.filter(case=case).select_related("by").first(),
        "statement": Statement.objects.filter(appeal__case=case).select_related("act__actor", "appeal").first(),
        "post_history": _acts(post=case.post) if case.post else [],
        "author_history": _about(case.post.author if case.post else case.person),
        "other_cases": _other_cases(case),
    }


def reported_comment(case: Case) -> dict[str, Any] | None:
    """The comment of a case, as it stands and as it was when it was first reported."""
    if case.comment is None:
        return None
    first = case.facts.get("comment", case.comment.text)
    return {
        "comment": case.comment,
        "html": render_comment(case.comment.text),
        "before": first if first != case.comment.text else "",
    }


def _picture(post: Post, shown: str) -> dict[str, Any] | None:
    if post.status == PostStatus.QUARANTINED:
        return None
    asset = post.asset
    blurred = shown not in {"grey", "full"}
    return {
        "src": media_url(asset, Variant.B360, "webp") if blurred else preview_url(asset, 720),
        "ratio": ratio_class(asset.width, asset.height),
        "blurred": blurred,
        "grey": shown != "full",
    }


def _acts(**about: Any) -> list[ModerationAction]:
    return list(ModerationAction.objects.filter(**about).select_related("actor").order_by("-pk")[:PAST_ACTS])


def _about(person: User | None) -> dict[str, Any]:
    """What was decided about somebody's posts and about themselves, in numbers and the newest."""
    if person is None:
        return {}
    statements = Statement.objects.filter(person=person)
    return {
        "person": person,
        "posts": person.posts.count(),
        "removed": person.posts.filter(status=PostStatus.REMOVED).count(),
        "statements": statements.select_related("act").order_by("-pk")[:PAST_ACTS],
        "since": person.date_joined,
    }


def _other_cases(case: Case) -> QuerySet[Case]:
    same = Case.objects.exclude(pk=case.pk)
    same = same.filter(post=case.post_id) if case.post_id else same.filter(person=case.person_id, post=None)
    return same.order_by(F("decided_at").desc(nulls_first=True), "-pk")[:PAST_ACTS]
