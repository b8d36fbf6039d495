"""Decisions: each is an act, the end of the cases that it answers, and a statement of reasons that can be appealed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import moderation
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.labels.disputes import dispute, uphold, withdraw_dispute
from gallery.models import Case, ModerationAction, Post, Statement
from gallery.models.review import CaseKind, CaseState, Outcome, Restriction, SiteRule, StatementState
from gallery.moderation.audit import verify
from gallery.moderation.cases import claim, open_case
from gallery.moderation.decisions import CHOICES, Decision, decide
from gallery.moderation.statements import appeal, mark_seen, statements_of, unseen
from tests.factories import make_user
from tests.gallery.labels.test_disputes import sent
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def moderator():
    return make_user(role="moderator")


def claimed(kind, post, who):
    return claim(who, open_case(kind, post=post))


def state(post):
    return Post.objects.values_list("status", "rating").get(pk=post.pk)


ABOUT_POSTS = [kind for kind in CaseKind if kind not in {CaseKind.LABEL, CaseKind.APPEAL}]
AFTER = {
    Outcome.APPROVED: ("active", "g"),
    Outcome.KEPT: ("active", "g"),
    Outcome.RERATED: ("active", "q"),
    Outcome.REMOVED: ("removed", "g"),
    Outcome.QUARANTINED: ("quarantined", "g"),
}


@pytest.mark.parametrize(
    ("kind", "outcome"), [(kind, outcome) for kind in ABOUT_POSTS for outcome in CHOICES[kind]], ids=str
)
def test_what_comes_of_each_choice(kind, outcome):
    waits = kind in {CaseKind.POST, CaseKind.STUCK}
    post = bare_post(status="pending" if waits else "flagged" if kind == CaseKind.FLAG else "active")
    one = moderator()
    case = claimed(kind, post, one)
    decided = decide(one, case, Decision(outcome, "because", rating="q", rule=SiteRule.SPAM))
    assert (decided.state, decided.outcome, decided.reason, decided.decided_by) == ("decided", outcome, "because", one)
    expected = AFTER[outcome]
    assert state(post) == expected
    assert ModerationAction.objects.filter(post=post, actor=one).exists()
    told = [(row.person_id, row.restriction, row.rule) for row in Statement.objects.all()]
    assert told == {
        Outcome.RERATED: [(post.author_id, "rating", "rating")],
        Outcome.REMOVED: [(post.author_id, "removal", "spam")],
    }.get(outcome, [])


@pytest.mark.parametrize("kind", list(CaseKind))
def test_nothing_else_can_be_decided(kind):
    one, post = moderator(), bare_post()
    case = claimed(kind, post, one)
    for outcome in set(Outcome) - set(CHOICES[kind]):
        with pytest.raises(Invalid) as caught:
            decide(one, case, Decision(outcome, "because"))
        assert caught.value.code == "unknown_outcome"
    assert not ModerationAction.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "closed"),
    [
        (Outcome.REMOVED, {"report", "flag", "rating", "scan"}),
        (Outcome.KEPT, {"report", "flag", "scan"}),
        (Outcome.RERATED, {"report", "rating", "scan"}),
    ],
)
def test_a_decision_answers_the_other_cases_that_it_can(outcome, closed):
    one, post = moderator(), bare_post()
    for kind in (CaseKind.FLAG, CaseKind.RATING, CaseKind.SCAN, CaseKind.LABEL):
        open_case(kind, post=post)
    decide(one, claimed(CaseKind.REPORT, post, one), Decision(outcome, "because", rating="s"))
    assert set(Case.objects.filter(state=CaseState.DECIDED).values_list("kind", flat=True)) == closed


def test_a_case_without_a_reason_stays_as_it_is():
    one, post = moderator(), bare_post()
    case = claimed(CaseKind.REPORT, post, one)
    with pytest.raises(Invalid) as caught:
        decide(one, case, Decision(Outcome.REMOVED, "  "))
    assert caught.value.code == "reason_needed"
    case.refresh_from_db()
    assert (case.state, state(post)) == ("open", ("active", "g"))


def test_nobody_decides_without_a_claim_or_twice():
    one, other, post = moderator(), moderator(), bare_post()
    case = claimed(CaseKind.REPORT, post, one)
    for who, code in ((other, "case_not_claimed"), (make_user(), "moderators_only")):
        with pytest.raises((InvalidTransition, NotAllowed)) as caught:
            decide(who, case, Decision(Outcome.KEPT, "fine"))
        assert caught.value.code == code
    decide(one, case, Decision(Outcome.KEPT, "fine"))
    with pytest.raises(InvalidTransition) as caught:
        decide(one, case, Decision(Outcome.REMOVED, "spam"))
    assert caught.value.code == "case_closed"


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_have_one_effect():
    one, post = moderator(), bare_post()
    case = claimed(CaseKind.REPORT, post, one)
    found = at_once(*(lambda: decide(one, case, Decision(Outcome.REMOVED, "spam")) for _ in range(2)))
    assert sorted(type(result).__name__ for result in found) == ["Case", "InvalidTransition"]
    assert Statement.objects.count() == ModerationAction.objects.count() == 1
    assert verify()[1] is None


def removed_post():
    post = bare_post(tags=["cat"])
    first = moderator()
    moderation.remove(first, post, "it is spam", SiteRule.SPAM)
    return post, first, Statement.objects.get()


def test_an_appeal_overturned_restores_the_post():
    post, first, told = removed_post()
    raised = appeal(post.author, told, "It is not.")
    assert state(post)[0] == "appealed"
    with pytest.raises(NotAllowed) as caught:
        claim(first, raised.case)
    assert caught.value.code == "own_case"
    other = moderator()
    claim(other, raised.case)
    decide(other, raised.case, Decision(Outcome.OVERTURNED, "right"))
    told.refresh_from_db()
    assert (told.state, state(post)[0]) == (StatementState.OVERTURNED, "active")
    assert list(ModerationAction.objects.order_by("pk").values_list("kind", flat=True)) == [
        "remove",
        "restore",
        "overturn",
    ]


def test_an_appeal_upheld_leaves_the_post_removed_and_cannot_be_repeated():
    post, _first, told = removed_post()
    raised, other = appeal(post.author, told, "It is not."), moderator()
    claim(other, raised.case)
    decide(other, raised.case, Decision(Outcome.UPHELD, "it is"))
    told.refresh_from_db()
    assert (told.state, state(post)[0]) == (StatementState.UPHELD, "removed")
    with pytest.raises(InvalidTransition) as caught:
        appeal(post.author, told, "Again.")
    assert caught.value.code == "appealed_before"


@pytest.mark.parametrize("restored", [True, False], ids=["restored between", "removed while appealed"])
def test_an_appeal_overturned_leaves_a_later_removal_as_it_is(restored):
    post, _first, told = removed_post()
    raised, second, third = appeal(post.author, told, "It is not."), moderator(), moderator()
    if restored:
        moderation.restore(second, post, "it is not")
    moderation.remove(second, post, "hateful words in it", SiteRule.HATE)
    claim(third, raised.case)
    decide(third, raised.case, Decision(Outcome.OVERTURNED, "no spam"))
    assert state(post)[0] == "removed"
    again = appeal(post.author, Statement.objects.latest("pk"), "There are none.")
    claim(third, again.case)
    decide(third, again.case, Decision(Outcome.OVERTURNED, "right"))
    assert state(post)[0] == "active"


def test_an_overturned_rating_goes_back_unless_something_else_was_decided_since():
    for since, expected in ((None, "g"), ("e", "e")):
        post, first, other = bare_post(), moderator(), moderator()
        moderation.rerate(first, post, "q", "nude")
        told = Statement.objects.get(post=post)
        assert told.restriction == Restriction.RATING
        raised = appeal(post.author, told, "A statue.")
        if since:
            moderation.rerate(other, post, since, "worse")
        claim(other, raised.case)
        decide(other, raised.case, Decision(Outcome.OVERTURNED, "right"))
        assert state(post)[1] == expected


def test_a_lower_rating_takes_nothing_from_anybody():
    post = bare_post(rating="q")
    moderation.rerate(moderator(), post, "g", "harmless")
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("another", "not_your_statement"),
        ("disabled", "not_your_statement"),
        ("late", "appeal_too_late"),
        ("nothing", "appeal_text_needed"),
        ("long", "reason_too_long"),
    ],
)
def test_appeals_that_are_refused_change_nothing(how, code):
    post, _first, told = removed_post()
    who, text = post.author, "It is not."
    if how == "another":
        who = make_user()
    elif how == "disabled":
        who.is_active = False
        who.save()
    elif how == "late":
        Statement.objects.update(appealable_until=timezone.now() - timedelta(seconds=1))
    else:
        text = " \x00" if how == "nothing" else "x" * 2001
    with pytest.raises((NotAllowed, InvalidTransition, Invalid)) as caught:
        appeal(who, told, text)
    assert caught.value.code == code
    assert (state(post)[0], Case.objects.count()) == ("removed", 0)


@pytest.mark.django_db(transaction=True)
def test_two_appeals_at_once_are_one():
    post, _first, told = removed_post()
    found = at_once(*(lambda: appeal(post.author, told, "It is not.") for _ in range(2)))
    assert sorted(type(result).__name__ for result in found) == ["Appeal", "InvalidTransition"]


def test_statements_are_the_persons_own_and_count_until_they_look():
    post, first, told = removed_post()
    assert (unseen(post.author), unseen(first)) == (1, 0)
    mark_seen(first, told)
    assert unseen(post.author) == 1
    mark_seen(post.author, told)
    assert (unseen(post.author), list(statements_of(post.author))) == (0, [told])


def test_a_label_dispute_is_a_case_that_ends_with_it():
    post = sent("human")
    raised, one = dispute(make_user(), post, "generated", "Hands."), moderator()
    assert (raised.case.kind, raised.case.state) == (CaseKind.LABEL, CaseState.OPEN)
    decide(one, claim(one, raised.case), Decision(Outcome.RELABELLED, "six fingers"))
    raised.refresh_from_db()
    post.refresh_from_db()
    assert (raised.state, raised.case.outcome, post.ai_level) == ("upheld", Outcome.RELABELLED, "generated")
    told = Statement.objects.get()
    assert (told.person, told.restriction) == (post.author, Restriction.LABEL)
    other = moderator()
    raised = appeal(post.author, told, "Five.")
    decide(other, claim(other, raised.case), Decision(Outcome.OVERTURNED, "five indeed"))
    post.refresh_from_db()
    assert (post.ai_level, post.ai_evidence) == ("human", "moderator")


def test_disputes_decided_on_the_posts_own_page_end_their_cases_too():
    post, one = sent("human"), moderator()
    first = dispute(make_user(), post, "generated", "Hands.")
    dispute(make_user(), post, "generated", "Fingers.")
    third = dispute(make_user(), post, "assisted", "Sky.")
    uphold(one, first, "six fingers")
    withdraw_dispute(third.by, third)
    assert list(Case.objects.order_by("pk").values_list("state", "outcome")) == [
        ("decided", "relabelled"),
        ("decided", "relabelled"),
        ("moot", ""),
    ]
