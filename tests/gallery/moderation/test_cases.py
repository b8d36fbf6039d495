"""Cases: one of a kind for each post, claimed by one moderator at a time, and nobody's own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.errors import InvalidTransition, NotAllowed
from gallery.models import Case
from gallery.models.review import CaseKind, CaseState, Outcome
from gallery.moderation.cases import claim, claim_next, free_for, held, open_case, release, settle, waiting
from tests.factories import make_user
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def moderator():
    return make_user(role="moderator")


def refusal(act, *args):
    with pytest.raises((NotAllowed, InvalidTransition)) as caught:
        act(*args)
    return caught.value.code


def test_a_second_report_joins_the_open_case_and_makes_it_as_urgent():
    post = bare_post()
    first = open_case(CaseKind.REPORT, post=post, facts={"a": 1})
    again = open_case(CaseKind.REPORT, post=post, facts={"b": 2}, urgency=5)
    assert (again.pk, again.facts, again.urgency) == (first.pk, {"a": 1, "b": 2}, 5)
    assert open_case(CaseKind.FLAG, post=post).pk != first.pk
    settle(again, moderator(), Outcome.KEPT, "fine")
    assert open_case(CaseKind.REPORT, post=post).pk != first.pk


def test_the_database_holds_one_open_case_of_a_kind():
    post = bare_post()
    Case.objects.create(kind=CaseKind.SCAN, post=post)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(kind=CaseKind.SCAN, post=post)


def test_the_urgent_come_first_then_the_oldest_and_undecidable_posts_rest():
    old, urgent, new = (open_case(CaseKind.REPORT, post=bare_post(), urgency=level) for level in (0, 9, 0))
    for status in ("withdrawn", "quarantined"):
        open_case(CaseKind.REPORT, post=bare_post(status=status))
    assert list(waiting()) == [urgent, old, new]


def test_a_claim_holds_for_ten_minutes_and_can_be_given_back():
    case, one, other = open_case(CaseKind.REPORT, post=bare_post()), moderator(), moderator()
    claim(one, case)
    assert refusal(claim, other, case) == "case_claimed"
    assert claim_next(other) is None
    assert claim_next(one) == case
    release(other, case)
    assert refusal(claim, other, case) == "case_claimed"
    release(one, case)
    assert claim(other, case).claimed_by == other
    Case.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert held(other, case).pk == case.pk  # ran out, but nobody else took it
    assert claim(one, case).claimed_by == one
    assert refusal(held, other, case) == "case_not_claimed"


def test_who_is_no_moderator_any_more_holds_nothing():
    case, one = open_case(CaseKind.REPORT, post=bare_post()), moderator()
    claim(one, case)
    one.role = "member"
    one.save()
    assert refusal(held, one, case) == "moderators_only"
    assert refusal(claim, one, case) == "moderators_only"


def test_a_decided_case_can_be_neither_claimed_nor_decided():
    case, one = open_case(CaseKind.REPORT, post=bare_post()), moderator()
    settle(case, one, Outcome.KEPT, "fine")
    assert refusal(claim, one, case) == "case_closed"
    assert refusal(held, one, case) == "case_closed"


@pytest.mark.parametrize("role", ["moderator", "admin", "owner"])
def test_nobody_claims_their_own_matter_while_there_are_others(role):
    author, other = make_user(role=role), moderator()
    about_post = open_case(CaseKind.REPORT, post=bare_post(author))
    about_person = open_case(CaseKind.REPORT, person=author)
    assert list(free_for(author)) == []
    for case in (about_post, about_person):
        assert refusal(claim, author, case) == "own_case"
        assert claim(other, case).claimed_by == other


def test_a_sole_owner_decides_their_own_matters():
    owner = make_user(role="owner")
    make_user(role="moderator", is_active=False)
    case = open_case(CaseKind.REPORT, post=bare_post(owner))
    assert claim(owner, case) == case


def test_the_next_can_be_of_chosen_kinds_and_not_the_one_left():
    one = moderator()
    flag, report = open_case(CaseKind.FLAG, post=bare_post()), open_case(CaseKind.REPORT, post=bare_post())
    assert claim_next(one, [CaseKind.REPORT]) == report
    assert claim_next(one, after=flag.pk) == report
    assert claim_next(one) == flag


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_the_next_at_once_get_two():
    cases = {open_case(CaseKind.REPORT, post=bare_post()).pk for _ in range(2)}
    people = [moderator(), moderator()]
    found = at_once(*(lambda who=who: claim_next(who) for who in people))
    assert {case.pk for case in found} == cases


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_one_case_at_once_do_not_both_get_it():
    case, people = open_case(CaseKind.REPORT, post=bare_post()), [moderator(), moderator()]
    found = at_once(*(lambda who=who: claim(who, case) for who in people))
    assert sorted(type(result).__name__ for result in found) == ["Case", "InvalidTransition"]


def test_a_closed_case_has_a_decision():
    case = open_case(CaseKind.REPORT, post=bare_post())
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state=CaseState.DECIDED)
