"""Statements of reasons as their person reads them, the unread count, the banner, and appeals with bad input."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import Appeal, Post, Statement, User
from gallery.models.review import SiteRule
from gallery.moderation.acts import quarantine, remove, rerate, restore
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.reading import pressing
from gallery.moderation.statements import appeal
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


@pytest.fixture
def warden():
    return make_user("warden", role="moderator")


@pytest.fixture
def told(settings, tmp_path, warden):
    """A removed post of mika's, and its statement."""
    settings.MEDIA_ROOT = tmp_path
    remove(warden, make_post(make_user("mika")), "Traced from a book.", SiteRule.RIGHTS)
    return Statement.objects.get()


@pytest.fixture
def mika(client, told):
    client.force_login(told.person)
    return client


def address(statement):
    return reverse("gallery:statement", args=[statement.pk])


def answered(statement, outcome):
    """Decided by another moderator than who removed it."""
    other, case = make_user(role="moderator"), statement.appeal.case
    claim(other, case)
    decide(other, case, Decision(outcome, "I looked at the book."))
    return other


def test_a_statement_says_everything_but_who_decided(mika, told, warden):
    page = text(mika.get(address(told)))
    words = ("Your post was removed", "Traced from a book.", "Somebody else&#x27;s rights", "A moderator saw it.")
    for word in (*words, "one of the moderators", "You can appeal once", f"/posts/{told.post_id}"):
        assert word in page, word
    assert "warden" not in page


def test_of_an_automated_decision_it_says_so(mika, told):
    Statement.objects.update(automated=True, detection="automated")
    page = text(mika.get(address(told)))
    assert "A program, by itself." in page
    assert "An automated check found it." in page


def test_the_rating_before_and_after_stands_there(mika, told, warden):
    rerate(warden, make_post(told.person), "q", "Nude.")
    page = text(mika.get(address(Statement.objects.latest("pk"))))
    assert "General → Questionable" in page


def test_looking_at_it_marks_it_as_read_and_nothing_else_does(mika, told, client):
    for name in ("front", "own_statements", "own_voices"):
        page = text(mika.get(reverse(f"gallery:{name}")))
        assert 'numeric push">1<span class="visually-hidden"> unread</span>' in page
        assert "(1 unread decision)" in page
    mika.head(address(told))
    assert "Unread" in text(mika.get("/statements"))
    mika.get(address(told))
    page = text(mika.get("/statements"))
    assert "nread" not in page
    assert Statement.objects.get().seen_at is not None


def test_others_statements_answer_as_if_there_were_none(client, told, warden):
    for reader in (make_user("rin"), warden, make_user(role="owner")):
        client.force_login(reader)
        assert client.get(address(told)).status_code == 404
        assert client.post(address(told), {"reason": "Mine."}).status_code == 404
        assert "Traced" not in text(client.get("/statements"))
    assert client.get(reverse("gallery:statement", args=[2**62])).status_code == 404
    client.logout()
    assert client.get(address(told)).status_code == 302
    assert not Appeal.objects.exists()
    assert Statement.objects.get().seen_at is None


def test_a_disabled_account_reads_and_appeals_nothing(mika, told):
    User.objects.filter(pk=told.person_id).update(is_active=False)
    assert mika.get(address(told)).status_code == 302
    assert mika.post(address(told), {"reason": "No."}).status_code == 302
    assert not Appeal.objects.exists()


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("", "Say why the decision is wrong"),
        (" \n\t", "Say why the decision is wrong"),
        ("kept " + "x" * 2001, "2006 characters; 2000 are the most"),
        ("kept\x00", "Nothing was sent yet."),
    ],
)
def test_what_is_wrong_in_an_appeal_is_said_and_what_was_typed_stays(mika, told, reason, sentence):
    answer = mika.post(address(told), {"reason": reason})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert ("kept" in text(answer)) == reason.startswith("kept")
    assert not Appeal.objects.exists()


def test_an_appeal_is_sent_once_and_waits(mika, told):
    answer = mika.post(address(told), {"reason": "I drew the book."}, follow=True)
    assert "Your appeal is sent." in text(answer)
    assert "I drew the book." in text(answer)
    assert 'name="reason"' not in text(answer)
    again = mika.post(address(told), {"reason": "Really."})
    assert again.status_code == 409
    assert "can be appealed once" in text(again)
    assert Appeal.objects.count() == 1
    assert "Your appeal waits for another moderator." in text(mika.get(f"/posts/{told.post_id}"))


def test_an_appeal_after_the_limit_is_refused(mika, told):
    Statement.objects.update(appealable_until=timezone.now() - timedelta(seconds=1))
    page = text(mika.get(address(told)))
    assert "The time to appeal was over" in page
    assert 'name="reason"' not in page
    late = mika.post(address(told), {"reason": "Sorry, I was away."})
    assert late.status_code == 409
    assert "within 14 days" in text(late)
    assert "Sorry, I was away." in text(late)
    assert Post.objects.get().status == "removed"


@pytest.mark.parametrize(
    ("outcome", "status", "words"),
    [
        ("overturned", "active", ("This decision was taken back.", "A moderator took the decision back")),
        ("upheld", "removed", ("A moderator let the decision stand", "Upheld on appeal")),
    ],
)
def test_the_answer_stands_there_without_a_name(mika, told, outcome, status, words):
    appeal(told.person, told, "I drew the book.")
    told.refresh_from_db()
    other = answered(told, outcome)
    page = text(mika.get(address(told)))
    for word in (*words, "I looked at the book."):
        assert word in page
    assert other.username not in page
    assert Post.objects.get().status == status
    assert mika.post(address(told), {"reason": "Once more."}).status_code == 409


def test_of_a_quarantined_post_no_picture_and_no_link_is_left(mika, told, warden):
    quarantine(warden, told.post, "For the police.")
    page = text(mika.get(address(told))) + text(mika.get("/statements"))
    assert f"Post {told.post_id}" in page
    for gone in (f'href="/posts/{told.post_id}"', told.post.asset.key, "For the police."):
        assert gone not in page


def test_its_author_alone_is_pointed_to_the_statement_from_the_post(mika, told, client, warden):
    assert address(told) in text(mika.get(f"/posts/{told.post_id}"))
    restore(warden, told.post, "For the test.")
    for reader in (warden, make_user("rin")):
        client.force_login(reader)
        assert address(told) not in text(client.get(f"/posts/{told.post_id}"))
    client.logout()
    assert address(told) not in text(client.get(f"/posts/{told.post_id}"))


def test_the_banner_goes_when_nothing_is_left_to_do(told, warden):
    post, author, past = told.post, told.person, timezone.now() - timedelta(days=1)
    assert pressing(post, author) == told
    Statement.objects.update(seen_at=past, appealable_until=past)
    post.refresh_from_db()
    assert pressing(post, author) == told, "it still keeps the post from others"
    restore(warden, post, "For the test.")
    post.refresh_from_db()
    assert pressing(post, author) is None
    Statement.objects.update(seen_at=None)
    assert pressing(post, author) == told
    Statement.objects.update(state="overturned")
    assert pressing(post, author) is None
    assert pressing(post, warden) is None


def test_the_rules_page_says_each_rule_and_how_to_appeal(client):
    page = text(client.get("/help/rules"))
    for rule in SiteRule:
        assert f'id="rule-{rule.value}"' in page
    assert "Within 14 days you can appeal, once." in page
    assert "/statements" not in page
    assert "/help/rules" in text(client.get("/about"))
