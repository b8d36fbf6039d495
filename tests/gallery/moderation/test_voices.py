"""Reports, flags and rating disputes: joined into cases, counted, taken back, and known to moderators alone."""

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Case, Post, Voice
from gallery.models.review import CaseKind, CaseState
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.voices import MAX_OPEN, by_receipt, dispute_rating, flag, report, report_person, take_back
from tests.factories import make_user
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def refusal(act, *args, **more):
    with pytest.raises((NotAllowed, InvalidTransition, Invalid)) as caught:
        act(*args, **more)
    return caught.value.code


def status(post):
    return Post.objects.values_list("status", flat=True).get(pk=post.pk)


def test_visitors_report_and_can_ask_what_became_of_it():
    post = bare_post()
    received = report(VISITOR, post, "rights", "My drawing.", contact="me@example.org")
    assert received.receipt
    assert received.receipt not in str(Voice.objects.values())
    assert by_receipt(received.receipt) == received.voice
    assert by_receipt("") is by_receipt("another") is None
    assert status(post) == "active"


def test_reports_of_several_people_are_one_case_as_urgent_as_the_most_urgent():
    post = bare_post()
    report(VISITOR, post, "spam", "Spam.")
    report(VISITOR, post, "spam", "Spam!")
    report(make_user(), post, "minors", "Look.")
    case = Case.objects.get()
    assert (case.voices.count(), case.urgency) == (3, 9)


def test_a_flag_marks_the_post_until_it_is_taken_back_or_decided():
    post, one, other = bare_post(), make_user(), make_user()
    mine, theirs = flag(one, post, "quality", "Six fingers."), flag(other, post, "quality", "Six!")
    assert status(post) == "flagged"
    assert refusal(take_back, other, mine) == "not_your_voice"
    take_back(one, mine)
    assert status(post) == "flagged"
    take_back(other, theirs)
    assert (status(post), Case.objects.get().state) == ("active", CaseState.MOOT)
    flag(one, post, "quality", "Still six.")
    moderator, case = make_user(role="moderator"), Case.objects.get(state=CaseState.OPEN)
    claim(moderator, case)
    decide(moderator, case, Decision("kept", "Art."))
    assert status(post) == "active"
    assert refusal(take_back, one, Voice.objects.get(case=case)) == "case_closed"


def test_a_rating_dispute_says_which_would_be_right():
    post, one = bare_post(), make_user()
    assert dispute_rating(one, post, "q", "Nude.").rating == "q"
    assert Case.objects.get().kind == CaseKind.RATING
    assert refusal(dispute_rating, make_user(), post, "general", "It is.") == "same_rating"
    assert refusal(dispute_rating, make_user(), post, "x", "It is.") == "unknown_rating"


@pytest.mark.parametrize(
    ("act", "more", "code"),
    [
        (report, {"rule": "nonsense", "text": "x"}, "unknown_rule"),
        (report, {"rule": "spam", "text": " \x00"}, "voice_text_needed"),
        (report, {"rule": "spam", "text": "x" * 2001}, "reason_too_long"),
        (report, {"rule": "spam", "text": "x", "contact": "nobody"}, "bad_contact"),
        (flag, {"rule": "nonsense", "text": "x"}, "unknown_rule"),
        (flag, {"rule": "spam", "text": ""}, "voice_text_needed"),
    ],
)
def test_what_is_refused_opens_no_case(act, more, code):
    assert refusal(act, make_user(), bare_post(), **more) == code
    assert not Case.objects.exists()


def test_nobody_flags_their_own_post_or_says_the_same_twice():
    post, one = bare_post(), make_user()
    assert refusal(flag, post.author, post, "spam", "x") == "own_flag"
    report(one, post, "spam", "x")
    assert refusal(report, one, post, "spam", "y") == "said_already"
    disabled = make_user(is_active=False)
    assert refusal(report, disabled, post, "spam", "y") == "account_disabled"


@pytest.mark.parametrize("hidden", [{"status": "removed"}, {"status": "pending"}, {"rating": "e"}])
def test_what_one_cannot_see_one_cannot_report(hidden):
    post = bare_post(**hidden)
    for who in (VISITOR, make_user()):
        assert refusal(report, who, post, "spam", "x") == "no_such_post"
    assert not Case.objects.exclude(kind="post").exists()


def test_one_person_has_so_many_open_and_no_more(monkeypatch):
    monkeypatch.setitem(MAX_OPEN, CaseKind.FLAG, 2)
    one = make_user()
    for _ in range(2):
        flag(one, bare_post(), "spam", "x")
    post = bare_post()
    assert refusal(flag, one, post, "spam", "x") == "too_many_voices"
    assert status(post) == "active"
    flag(make_user(role="moderator"), post, "spam", "x")


@pytest.mark.django_db(transaction=True)
def test_reports_at_once_are_one_case():
    post, people = bare_post(), [make_user() for _ in range(3)]
    found = at_once(*(lambda who=who: report(who, post, "spam", "x") for who in people))
    assert [type(one).__name__ for one in found] == ["Received"] * 3
    assert Case.objects.count() == 1
    found = at_once(*(lambda who=who: report_person(who, post.author, "spam", "x") for who in people))
    assert [type(one).__name__ for one in found] == ["Received"] * 3
    assert Case.objects.count() == 2
