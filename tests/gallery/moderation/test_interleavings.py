"""The states of a post under random acts on two connections at once: what must hold whoever comes first."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery import moderation, posts
from gallery.models import Appeal, Case, ModerationAction, Post, Statement, UnratedPost, Voice
from gallery.models.post import STANDING, PostStatus
from gallery.models.refusal import RuleEffect
from gallery.models.review import CaseKind, CaseState, Restriction, SiteRule, StatementState
from gallery.moderation.acts import keep, quarantine
from gallery.moderation.audit import verify
from gallery.moderation.cases import claim, claim_next, release
from gallery.moderation.decisions import Decision, choices_of, decide
from gallery.moderation.statements import appeal
from gallery.moderation.voices import dispute_rating, flag, report, take_back
from gallery.post_ratings.upkeep import call_moderators
from gallery.post_state import LETTING_OUT
from gallery.refusals.judging import Hit, Verdict
from gallery.refusals.posting import send_to_review
from tagging.models import Tag
from tests.factories import make_user
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.threads import at_once, one_by_one

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]

RATINGS = st.sampled_from("gsqe")
WHO = st.integers(0, 1)

# Quarantine ends a post's life here, so it comes seldom.
an_act = st.one_of(
    st.tuples(st.sampled_from(["report", "flag"]), WHO),
    st.tuples(st.just("dispute"), WHO, RATINGS),
    st.tuples(st.just("take back"), WHO),
    st.tuples(st.sampled_from(["withdraw", "appeal", "found", "call"])),
    st.tuples(st.sampled_from(["remove", "restore", "approve", "keep"]), WHO),
    st.tuples(st.just("rerate"), WHO, RATINGS),
    st.tuples(st.sampled_from(["next", "release"]), WHO),
    st.tuples(st.just("decide"), WHO, st.integers(0, 3), RATINGS),
    st.tuples(st.just("decide"), WHO, st.integers(0, 2), RATINGS),
)
a_last_act = st.one_of(an_act, st.tuples(st.just("quarantine"), WHO))

# What the log calls a step from one state to another; authors' withdrawals are there too, flags and appeals are told
# by their cases.
LOGGED = {
    ("pending", "active"): {"approve"},
    ("flagged", "active"): {"keep"},
    ("removed", "active"): {"restore"},
    ("appealed", "active"): {"restore"},
    ("appealed", "removed"): {"uphold", "remove"},
}


class World:
    """One post after another, and everybody who can do something about it."""

    def __init__(self) -> None:
        self.author = make_user(shown_ratings=list("gsqe"))
        self.members = [make_user(shown_ratings=list("gsqe")) for _number in range(2)]
        self.moderators = [make_user(role="moderator") for _number in range(2)]

    def renewed(self, status: str) -> None:
        self.post = bare_post(self.author, tags=["cat"], status=status)

    def act(self, name: str, *given: Any) -> None:
        getattr(self, "do_" + name.replace(" ", "_"))(*given)

    def do_report(self, who: int) -> None:
        report(self.members[who], self.post, "spam", "x")

    def do_flag(self, who: int) -> None:
        flag(self.members[who], self.post, "quality", "x")

    def do_dispute(self, who: int, rating: str) -> None:
        dispute_rating(self.members[who], self.post, rating, "x")

    def do_take_back(self, who: int) -> None:
        for voice in Voice.objects.filter(by=self.members[who], case__post=self.post)[:1]:
            take_back(self.members[who], voice)

    def do_withdraw(self) -> None:
        posts.withdraw(self.author, self.post)

    def do_appeal(self) -> None:
        for told in Statement.objects.filter(post=self.post, state=StatementState.STANDS).order_by("-pk")[:1]:
            appeal(self.author, told, "No.")

    def do_found(self) -> None:
        with transaction.atomic():
            post = Post.objects.select_for_update(of=("self",)).get(pk=self.post.pk)
            send_to_review(post, Verdict((Hit(name="Knives", effect=RuleEffect.REVIEW, words=("blade",)),)))

    def do_call(self) -> None:
        UnratedPost.objects.get_or_create(post=self.post, defaults={"since": "2020-01-01T00:00:00Z"})
        call_moderators()

    def do_remove(self, who: int) -> None:
        moderation.remove(self.moderators[who], self.post, "spam", SiteRule.SPAM)

    def do_restore(self, who: int) -> None:
        moderation.restore(self.moderators[who], self.post, "fine")

    def do_approve(self, who: int) -> None:
        moderation.approve(self.moderators[who], self.post, "fine")

    def do_keep(self, who: int) -> None:
        keep(self.moderators[who], self.post, "fine")

    def do_rerate(self, who: int, rating: str) -> None:
        moderation.rerate(self.moderators[who], self.post, rating, "it is")

    def do_quarantine(self, who: int) -> None:
        quarantine(self.moderators[who], self.post, "the law")

    def do_next(self, who: int) -> None:
        claim_next(self.moderators[who])

    def do_release(self, who: int) -> None:
        for case in Case.objects.filter(claimed_by=self.moderators[who], state=CaseState.OPEN)[:1]:
            release(self.moderators[who], case)

    def do_decide(self, who: int, number: int, rating: str) -> None:
        one = self.moderators[who]
        case = Case.objects.filter(post=self.post, state=CaseState.OPEN).order_by("pk").first()
        if case is not None:
            choices = choices_of(case)
            outcome = choices[number % len(choices)]
            decide(one, claim(one, case), Decision(outcome, "because", rating=rating, rule=SiteRule.SPAM))


def must_hold(post: Post) -> None:
    cases = list(Case.objects.filter(post=post))
    open_kinds = {case.kind for case in cases if case.state == CaseState.OPEN}
    acts = list(ModerationAction.objects.filter(post=post).order_by("pk"))
    kinds = [act.kind for act in acts]
    if post.status == PostStatus.PENDING:
        assert open_kinds & LETTING_OUT
    if post.status == PostStatus.FLAGGED:
        assert CaseKind.FLAG in open_kinds
    if post.status == PostStatus.REMOVED:
        assert [kind for kind in kinds if kind in ("remove", "restore", "uphold")][-1] in ("remove", "uphold")
    if post.status == PostStatus.APPEALED:
        assert CaseKind.APPEAL in open_kinds
    if post.status in (PostStatus.QUARANTINED, PostStatus.WITHDRAWN):
        assert kinds.count({"quarantined": "quarantine", "withdrawn": "withdraw"}[post.status]) == 1
    # Each decision stands once, with one row of the log or more, by who decided.
    for case in cases:
        if case.state == CaseState.DECIDED:
            assert any(act.actor_id == case.decided_by_id and act.reason == case.reason for act in acts), case.kind
    removals = [act for act in acts if act.kind == "remove"]
    told = Statement.objects.filter(post=post, restriction=Restriction.REMOVAL)
    assert sorted(one.act_id for one in told) == [act.pk for act in removals]
    assert kinds.count("restore") <= kinds.count("remove")
    for one in Appeal.objects.filter(statement__post=post).select_related("statement", "case"):
        expected = {
            "open": "appealed",
            "decided": {"overturned": "overturned", "upheld": "upheld"}.get(one.case.outcome),
        }
        assert one.statement.state == expected[one.case.state]
    tag = Tag.objects.get(name="cat")
    standing = Post.objects.filter(tag_ids__contains=[tag.pk], status__in=STANDING)
    assert (tag.post_count, tag.general_count) == (standing.count(), standing.filter(rating="g").count())


def step_is_logged(before: str, after: str, acts: list[str]) -> bool:
    """Whether a step of one act stands in the log; what people say is told by the case that it opens."""
    if before == after or (before, after) in {("active", "flagged"), ("removed", "appealed"), ("active", "pending")}:
        return True
    expected = LOGGED.get((before, after)) or {
        "removed": {"remove"},
        "quarantined": {"quarantine"},
        "withdrawn": {"withdraw"},
    }.get(after, set())
    return bool(expected & set(acts))


@pytest.fixture
def world(settings: Any) -> World:
    settings.MAX_PUBLIC_RATING = "explicit"
    Tag.objects.get_or_create(name="cat")
    return World()


STATES = st.sampled_from(["active", "pending"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    status=STATES,
    left=st.lists(an_act, min_size=1, max_size=6),
    right=st.lists(a_last_act, min_size=1, max_size=6),
)
def test_it_holds_whoever_comes_first(world: World, status: str, left: list[Any], right: list[Any]) -> None:
    world.renewed(status)
    wrong = at_once(one_by_one(world.act, left), one_by_one(world.act, right))
    assert wrong == [[], []]
    must_hold(Post.objects.get(pk=world.post.pk))
    assert verify()[1] is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=STATES, acts=st.lists(a_last_act, min_size=1, max_size=12))
def test_it_holds_after_every_act_and_every_step_is_in_the_log(world: World, status: str, acts: list[Any]) -> None:
    world.renewed(status)
    for one in acts:
        before, logged = Post.objects.get(pk=world.post.pk).status, ModerationAction.objects.count()
        assert one_by_one(world.act, [one])() == []
        post = Post.objects.get(pk=world.post.pk)
        new = list(ModerationAction.objects.order_by("pk").values_list("kind", flat=True)[logged:])
        taken_back = one[0] == "take back" and (before, post.status) == ("flagged", "active")
        assert taken_back or step_is_logged(before, post.status, new), (one, before, post.status, new)
        must_hold(post)
    assert verify()[1] is None
