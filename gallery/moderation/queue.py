"""What the pages of the review queue show of cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gallery.cards import blurred_url, placeholder_class, preview_url, ratio_class
from gallery.community.comment_markup import render_comment
from gallery.models import Case, ModerationAction, Post, Statement, User, Voice
from gallery.models.label import LabelDispute
from gallery.models.post import PostStatus
from gallery.models.review import CaseKind, CaseState, Outcome, Restriction, SiteRule, StatementState
from gallery.moderation.cases import decides_alone, free_for, is_about, is_own_matter, waiting
from gallery.moderation.decisions import choices_of, locked_away
from gallery.moderation.findings import found_in
from gallery.moderation.service_level import late_before
from gallery.moderation.things import thing_called
from gallery.moderation.waiting import same_pictures

PAST_ACTS = 8
VOICES_SHOWN = 30
# From this urgency on a case is called urgent.
URGENT = 5
# A key always means the same: with `a` all stays as it is, or what waited comes to stand; with `g` whoever objects is
# granted what they ask for.
KEYS = {
    Outcome.KEPT: "a",
    Outcome.APPROVED: "a",
    Outcome.UPHELD: "a",
    Outcome.RELABELLED: "g",
    Outcome.OVERTURNED: "g",
    Outcome.RERATED: "r",
    Outcome.REMOVED: "x",
}
VERBS = {
    Outcome.KEPT: _("Leave as it is"),
    Outcome.APPROVED: pgettext_lazy("decision", "Approve"),
    Outcome.RERATED: _("Re-rate"),
    Outcome.RELABELLED: _("Change the label"),
    Outcome.REMOVED: pgettext_lazy("decision", "Remove"),
    Outcome.QUARANTINED: _("Quarantine"),
    Outcome.OVERTURNED: _("Overturn the decision"),
    Outcome.UPHELD: _("The decision holds"),
}
OF_KIND = {
    CaseKind.LABEL: {Outcome.KEPT: _("The label is right")},
    CaseKind.RATING: {Outcome.KEPT: _("The rating is right")},
}
# What is hidden stays its maker's.
OF_THING = {Outcome.REMOVED: pgettext_lazy("decision", "Hide")}
# Of a picture that a check put out of reach.
OF_HELD = {Outcome.KEPT: _("Nothing is wrong: release it"), Outcome.QUARANTINED: _("Leave it out of reach")}
# What a statement takes from somebody, in words for others than them.
TAKEN = {
    Restriction.REMOVAL: _("Post removed"),
    Restriction.RATING: _("Post rated higher"),
    Restriction.LABEL: _("Label changed"),
    Restriction.COMMENT: _("Comment removed"),
    Restriction.STYLE: _("Style hidden"),
    Restriction.STRIKE: _("Strike"),
    Restriction.BAN: _("Account restricted"),
}
DANGEROUS = frozenset({Outcome.REMOVED, Outcome.QUARANTINED})


@dataclass(frozen=True)
class Tab:
    """One kind of case and how many of it wait; `late`: longer than the site promises."""

    kind: str
    label: str
    count: int
    late: int


@dataclass(frozen=True)
class Line:
    """A case in the list. `src` is its blurred picture, "" where there is none to show; `gist` the first thing that was
    said or found, `about` the rule that it names; `holder` whoever else has it now; `mine`: this moderator has it;
    `decidable`: this moderator may have it."""

    case: Case
    src: str
    placeholder: str
    about: str
    gist: str
    late: bool
    urgent: bool
    holder: str
    mine: bool
    decidable: bool


@dataclass(frozen=True)
class Choice:
    """A button of a case's page."""

    outcome: Outcome
    label: str
    key: str
    dangerous: bool


def waiting_by_kind() -> list[Tab]:
    """The kinds of which something waits, as `CaseKind` orders them."""
    late = Count("pk", filter=Q(opened_at__lt=late_before()))
    found = waiting().order_by().values_list("kind").annotate(number=Count("pk"), late=late)
    counts = {kind: (number, late) for kind, number, late in found}
    return [Tab(kind.value, str(kind.label), *counts[kind]) for kind in CaseKind if kind in counts]


def oldest_waits_since() -> datetime | None:
    """When the oldest case that waits was opened."""
    return waiting().order_by().aggregate(oldest=Min("opened_at"))["oldest"]


def queue_lines(kinds: list[CaseKind]) -> QuerySet[Case]:
    """What waits, with all that its line shows."""
    cases = waiting().filter(kind__in=kinds) if kinds else waiting()
    cases = cases.select_related("post__asset", "post__author", "person", "comment")
    cases = cases.select_related("claimed_by", "appeal", "label_dispute")
    first = Voice.objects.filter(case=OuterRef("pk")).order_by("pk")
    said = {"said": Count("voices"), "first_rule": Subquery(first.values("rule")[:1])}
    return cases.prefetch_related("post__asset__files").annotate(**said, first_text=Subquery(first.values("text")[:1]))


def lines_of(moderator: User, cases: Iterable[Case]) -> list[Line]:
    """The lines of these cases as this moderator sees them."""
    listed = list(cases)
    free = set(free_for(moderator).filter(pk__in=[case.pk for case in listed]).values_list("pk", flat=True))
    now, late, alone = timezone.now(), late_before(), decides_alone(moderator)
    made = []
    for case in listed:
        held = bool(case.claimed_until and case.claimed_until > now)
        mine = held and case.claimed_by_id == moderator.pk
        made.append(
            Line(
                case=case,
                src=blurred_url(case.post.asset) if case.post else "",
                placeholder=placeholder_class(case.post.asset.dominant_color) if case.post else "",
                about=str(SiteRule(rule).label) if (rule := getattr(case, "first_rule", None)) else "",
                gist="" if is_about(moderator, case) and not alone else _gist(case),
                late=case.opened_at < late,
                urgent=case.urgency >= URGENT,
                holder=case.claimed_by.username if held and not mine and case.claimed_by else "",
                mine=mine,
                decidable=case.pk in free,
            )
        )
    return made


def case_page(moderator: User, case: Case, *, shown: str) -> dict[str, Any]:
    """The context of a case's page. `shown` is what of the picture its moderator asked to see: "" a blur, "grey" it
    without its colours, "full" all of it."""
    now = timezone.now()
    is_open = case.state == CaseState.OPEN
    # Who alone holds it, so that a claim that ran out and that nobody else took still holds.
    mine = is_open and case.claimed_by_id == moderator.pk
    taken = is_open and not mine and bool(case.claimed_until and case.claimed_until > now)
    picture = locked_away(case)
    statement = Statement.objects.filter(appeal__case=case).select_related("act__actor", "appeal").first()
    return {
        "case": case,
        "post": case.post,
        "picture": _picture(case.post, shown) if case.post else None,
        "out_of_reach": picture is not None or (case.post and case.post.status == PostStatus.QUARANTINED),
        "late": is_open and case.opened_at < late_before(),
        "hours": settings.REVIEW_HOURS,
        "urgent": case.urgency >= URGENT,
        "mine": mine,
        "taken": taken,
        "claimable": is_open and not mine and not taken and free_for(moderator).filter(pk=case.pk).exists(),
        "own": _is_own(moderator, case),
        "alone": decides_alone(moderator),
        "minutes": max(1, -(-int((case.claimed_until - now).total_seconds()) // 60)) if case.claimed_until else 0,
        "choices": _choices(case),
        "asks_rating": Outcome.RERATED in choices_of(case),
        "asks_rule": Outcome.REMOVED in choices_of(case),
        "found": found_in(case),
        "same_pictures": same_pictures(case.post) if is_open and case.post and case.kind == CaseKind.POST else [],
        "commented": reported_comment(case),
        "thing": reported_thing(moderator, case),
        "voices": _voices(moderator, case),
        "dispute": LabelDispute.objects.filter(case=case).select_related("by").first(),
        "statement": statement,
        "appealed": _told(statement) if statement else None,
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


def reported_thing(moderator: User, case: Case) -> dict[str, Any] | None:
    """The thing of a case, as it stands, and what it said when it was first reported; `now` is None where it is gone or
    its maker keeps it to themselves by now."""
    if not case.thing:
        return None
    thing = thing_called(case.thing)
    thing = thing if thing is not None and thing.opens_to(moderator) else None
    first = {key: case.facts.get(key, "") for key in ("title", "text")}
    same = thing is not None and first in ({"title": thing.title, "text": thing.text}, {"title": "", "text": ""})
    return {"now": thing, "before": None if same else first}


def named_rule(case: Case) -> SiteRule | None:
    """The rule that was named first in a case; None where nobody named one."""
    rule = Voice.objects.filter(case=case).order_by("pk").values_list("rule", flat=True).first()
    return SiteRule(rule) if rule else None


def decided_sentence(case: Case) -> str:
    """What came of a case that was just decided, about what, and where it stands; as HTML."""
    link = format_html(
        '<a href="{}">{}</a>',
        reverse("gallery:review_case", args=[case.pk]),
        gettext("Case %(number)s") % {"number": case.pk},
    )
    if case.post_id:
        about = gettext("Post %(id)s") % {"id": case.post_id}
    elif case.person:
        name = case.person.username
        about = gettext("Style by %(name)s") if case.thing else "%(name)s"
        about = (gettext("Comment by %(name)s") if case.comment_id else about) % {"name": name}
    else:
        about = str(CaseKind(case.kind).label)
    return format_html("{}: {} · {}", about, Outcome(case.outcome).label, link)


def decided_words(case: Case) -> dict[str, str]:
    """Who decided a closed case and what, for whoever comes too late."""
    return {
        "name": case.decided_by.username if case.decided_by else "",
        "outcome": str(Outcome(case.outcome).label) if case.outcome else str(CaseState(case.state).label),
    }


def _gist(case: Case) -> str:
    for one_to_one, words in (("appeal", "text"), ("label_dispute", "reason")):
        if (said := getattr(case, one_to_one, None)) is not None:
            return str(getattr(said, words))
    found = found_in(case)
    return getattr(case, "first_text", None) or (found[0] if found else "")


def _voices(moderator: User, case: Case) -> list[Voice]:
    """What was said, and by whom; nothing of it to a moderator about whom it was said."""
    if is_about(moderator, case) and not decides_alone(moderator):
        return []
    return list(Voice.objects.filter(case=case).select_related("by").order_by("pk")[:VOICES_SHOWN])


def _choices(case: Case) -> list[Choice]:
    return [
        Choice(outcome, _verb(case, outcome), KEYS.get(outcome, ""), outcome in DANGEROUS)
        for outcome in choices_of(case)
    ]


def _verb(case: Case, outcome: Outcome) -> str:
    if case.post_id is None and case.kind == CaseKind.SCAN and outcome in OF_HELD:
        return str(OF_HELD[outcome])
    if case.thing and outcome in OF_THING:
        return str(OF_THING[outcome])
    return str(OF_KIND.get(CaseKind(case.kind), {}).get(outcome) or VERBS[outcome])


def _is_own(moderator: User, case: Case) -> bool:
    """Whether it is about this moderator, or they spoke in it or decided what is appealed."""
    if is_own_matter(moderator, case):
        return True
    return Statement.objects.filter(appeal__case=case, act__actor=moderator).exists()


def _picture(post: Post, shown: str) -> dict[str, Any] | None:
    asset = post.asset
    # What has no blurred file, or none at all, has nothing to show.
    if post.status == PostStatus.QUARANTINED or not asset.files.all():
        return None
    blurred = shown not in {"grey", "full"}
    return {
        "src": blurred_url(asset) if blurred else preview_url(asset, 720),
        "ratio": ratio_class(asset.width, asset.height),
        "placeholder": placeholder_class(asset.dominant_color),
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
        "statements": [_told(one) for one in statements.order_by("-pk")[:PAST_ACTS]],
        "since": person.date_joined,
    }


def _told(statement: Statement) -> dict[str, str]:
    what = TAKEN.get(Restriction(statement.restriction)) or statement.get_restriction_display()
    state = StatementState(statement.state).label if statement.state != StatementState.STANDS else ""
    return {"what": str(what), "rule": str(SiteRule(statement.rule).label), "state": str(state)}


def _other_cases(case: Case) -> QuerySet[Case]:
    same = Case.objects.exclude(pk=case.pk)
    same = same.filter(post=case.post_id) if case.post_id else same.filter(person=case.person_id, post=None)
    return same.order_by(F("decided_at").desc(nulls_first=True), "-pk")[:PAST_ACTS]
