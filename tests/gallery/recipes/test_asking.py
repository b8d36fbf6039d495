"""Asking for a prompt: once each, so many in a day; the author answers, and may take it back."""

from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Post, PromptRequest
from gallery.recipes import asking
from gallery.recipes.asking import (
    answers_for,
    ask_for_prompt,
    asked_by,
    asked_of,
    decline,
    grant,
    waiting_for,
    withdraw_request,
)
from gallery.visibility import may_read_prompt, readable_among, readable_prompts
from tests.factories import make_user
from tests.gallery.recipes.sent import sent_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    return sent_post(prompt_visibility="on_request")


def reads(viewer, post):
    """All three ways to ask agree."""
    fresh = Post.objects.get(pk=post.pk)
    answers = {
        may_read_prompt(viewer, fresh),
        fresh.pk in readable_among(viewer, [fresh]),
        Post.objects.filter(readable_prompts(viewer), pk=fresh.pk).exists(),
    }
    assert len(answers) == 1
    return answers.pop()


def test_a_grant_counts_while_the_prompt_is_on_request(post):
    asker = make_user()
    request = ask_for_prompt(asker, post, " please ")
    assert (request.message, request.state) == ("please", "asked")
    assert not reads(asker, post)
    assert waiting_for(post.author) == 1
    grant(post.author, request)
    assert reads(asker, post)
    assert waiting_for(post.author) == 0
    for stranger in (make_user(), AnonymousUser(), make_user(is_active=False)):
        assert not reads(stranger, post)
    for visibility, readable in (("hidden", False), ("visible", True), ("on_request", True)):
        Post.objects.filter(pk=post.pk).update(prompt_visibility=visibility)
        assert reads(asker, post) is readable
    decline(post.author, request)
    assert not reads(asker, post)
    assert reads(post.author, post)
    assert reads(make_user(role="moderator"), post)


def test_a_disabled_account_reads_nothing_that_was_granted(post):
    asker = make_user()
    grant(post.author, ask_for_prompt(asker, post))
    asker.is_active = False
    assert not reads(asker, post)


def test_only_the_author_answers(post):
    request = ask_for_prompt(make_user(), post)
    for other in (request.asker, make_user(), make_user(role="owner")):
        for answer in (grant, decline):
            with pytest.raises(NotAllowed):
                answer(other, request)
    request.refresh_from_db()
    assert request.state == "asked"


def test_there_is_something_to_ask_for_only_where_a_prompt_is_on_request(post):
    asker = make_user()
    for visibility in ("visible", "hidden"):
        with pytest.raises(Invalid):
            ask_for_prompt(asker, sent_post(prompt_visibility=visibility))
    with pytest.raises(Invalid):
        ask_for_prompt(post.author, post)
    with pytest.raises(Invalid):
        ask_for_prompt(asker, sent_post(prompt_visibility="on_request", rating="e"))
    with pytest.raises(NotAllowed):
        ask_for_prompt(make_user(is_active=False), post)
    grant(post.author, ask_for_prompt(asker, post))
    with pytest.raises(Invalid):
        ask_for_prompt(asker, post)


def test_asking_again_withdrawing_and_a_no(post):
    asker = make_user()
    first = ask_for_prompt(asker, post, "one")
    assert ask_for_prompt(asker, post, "two").pk == first.pk
    assert PromptRequest.objects.get().message == "two"
    withdraw_request(asker, post)
    assert list(asked_of(post.author)) == []
    with pytest.raises(InvalidTransition):
        grant(post.author, first)
    again = ask_for_prompt(asker, post)
    assert (again.pk, again.state) == (first.pk, "asked")
    decline(post.author, again)
    with pytest.raises(InvalidTransition):
        ask_for_prompt(asker, post)
    assert withdraw_request(asker, post) is None
    # The author may still change their mind.
    grant(post.author, again)
    assert reads(asker, post)


def test_a_grant_taken_back_is_no_refusal(post, client):
    asker, page = make_user(), f"/posts/{post.pk}"
    client.force_login(asker, "django.contrib.auth.backends.ModelBackend")
    grant(post.author, ask_for_prompt(asker, post))
    taken = decline(post.author, PromptRequest.objects.get())
    assert (taken.state, decline(post.author, taken).state) == ("revoked", "revoked")
    assert not reads(asker, post)
    assert "You can ask again." in client.get(page).content.decode()
    assert "took that back" in client.get(reverse("gallery:prompt_requests")).content.decode()
    assert ask_for_prompt(asker, post).state == "asked"
    decline(post.author, taken)
    with pytest.raises(InvalidTransition):
        ask_for_prompt(asker, post)


@pytest.mark.parametrize("looked_at", ["list", "post"])
def test_new_answers_are_counted_until_they_are_looked_at(post, client, looked_at):
    asker = make_user()
    request = ask_for_prompt(asker, post)
    assert answers_for(asker) == 0
    grant(post.author, request)
    assert (answers_for(asker), answers_for(post.author)) == (1, 0)
    client.force_login(asker, "django.contrib.auth.backends.ModelBackend")
    counted = 'push">1<'
    assert counted in client.get("/").content.decode()
    client.get(reverse("gallery:prompt_requests") if looked_at == "list" else f"/posts/{post.pk}")
    assert counted not in client.get("/").content.decode()
    decline(post.author, request)
    assert answers_for(asker) == 1
    # What one can open no longer is told of no more.
    Post.objects.filter(pk=post.pk).update(status="removed")
    assert answers_for(asker) == 0


def test_a_long_message_and_too_many_in_a_day(monkeypatch):
    monkeypatch.setattr(asking, "ASKED_A_DAY", 2)
    asker, author = make_user(), make_user()
    posts = [sent_post(author, prompt_visibility="on_request") for _number in range(3)]
    with pytest.raises(Invalid):
        ask_for_prompt(asker, posts[0], "x" * 501)
    ask_for_prompt(asker, posts[0], "x" * 500)
    ask_for_prompt(asker, posts[1])
    with pytest.raises(Invalid) as caught:
        ask_for_prompt(asker, posts[2])
    assert caught.value.code == "too_many_prompt_requests"
    # Withdrawing gives nothing back, the same post costs nothing, a day later it goes on.
    withdraw_request(asker, posts[1])
    with pytest.raises(Invalid):
        ask_for_prompt(asker, posts[2])
    ask_for_prompt(asker, posts[1])
    PromptRequest.objects.update(asked_at=timezone.now() - timedelta(days=1, minutes=1))
    ask_for_prompt(asker, posts[2])


def test_lists_hold_what_each_may_know(post):
    asker = make_user()
    ask_for_prompt(asker, post)
    assert [each.asker for each in asked_of(post.author)] == [asker]
    assert [each.post for each in asked_by(asker)] == [post]
    Post.objects.filter(pk=post.pk).update(status="removed")
    assert list(asked_by(asker)) == []
    Post.objects.filter(pk=post.pk).update(status="quarantined")
    assert list(asked_of(post.author)) == []
    assert waiting_for(post.author) == 0


@pytest.mark.django_db(transaction=True)
def test_two_at_once():
    post, asker = sent_post(prompt_visibility="on_request"), make_user()
    asked = at_once(lambda: ask_for_prompt(asker, post, "a"), lambda: ask_for_prompt(asker, post, "b"))
    assert len({each.pk for each in asked}) == 1
    answered = at_once(lambda: grant(post.author, asked[0]), lambda: grant(post.author, asked[0]))
    assert [each.state for each in answered] == ["granted", "granted"]
    assert answered[0].answered_at == answered[1].answered_at
    at_once(lambda: decline(post.author, asked[0]), lambda: decline(post.author, asked[0]))
    assert PromptRequest.objects.get().state == "revoked"


def test_more_than_a_days_number_by_asking_at_once(transactional_db, monkeypatch):
    monkeypatch.setattr(asking, "ASKED_A_DAY", 1)
    asker, author = make_user(), make_user()
    posts = [sent_post(author, prompt_visibility="on_request") for _number in range(2)]
    done = at_once(*(lambda post=post: ask_for_prompt(asker, post) for post in posts))
    assert sorted(type(each).__name__ for each in done) == ["Invalid", "PromptRequest"]


@pytest.mark.parametrize(
    "wrong",
    [{"state": "granted", "answered_at": None}, {"state": "asked", "answered_at": timezone.now()}, {"state": "maybe"}],
    ids=["granted never", "answered while waiting", "unknown state"],
)
def test_the_database_keeps_the_states(post, wrong):
    request = ask_for_prompt(make_user(), post)
    with pytest.raises(IntegrityError), transaction.atomic():
        PromptRequest.objects.filter(pk=request.pk).update(**wrong)


def test_lists_ask_once_for_all(post, django_assert_num_queries):
    asker = make_user()
    posts = [sent_post(prompt_visibility="on_request") for _number in range(3)]
    grant(posts[1].author, ask_for_prompt(asker, posts[1]))
    with django_assert_num_queries(1):
        assert readable_among(asker, posts) == {posts[1].pk}


@pytest.mark.django_db(transaction=True)
def test_an_answer_given_while_somebody_asks_again_is_not_written_over():
    post, asker = sent_post(prompt_visibility="on_request"), make_user()
    request = ask_for_prompt(asker, post)
    answered = Event()

    def answer():
        with transaction.atomic():
            grant(post.author, request)
            answered.set()
            wait_for_someone_who_waits()

    def ask_again():
        answered.wait(20)
        return ask_for_prompt(asker, post, "please")

    at_once(answer, ask_again)
    request.refresh_from_db()
    assert (request.state, request.answered_at is None) == ("granted", False)
    assert reads(asker, post)


def wait_for_someone_who_waits():
    """Until another connection stands before a lock of this one's."""
    for _try in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
        sleep(0.05)
    raise AssertionError("nobody waits")
