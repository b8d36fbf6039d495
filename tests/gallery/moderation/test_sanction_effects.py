"""What a ban keeps somebody from: votes that no longer count, reports by the dozen, and what they are told."""

from datetime import date, timedelta

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from gallery.bulk_updates import requests as bulk
from gallery.errors import Invalid, NotAllowed
from gallery.models import Ban, Case, Post, RatingVersion
from gallery.models.review import CaseKind, Outcome, SiteRule
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.lengths import Length, end_of
from gallery.moderation.sanctions import ban, unban
from gallery.moderation.voices import dispute_rating, flag, report, report_person
from gallery.post_ratings.recounting import recount_votes
from gallery.post_ratings.trust import is_trusted
from gallery.post_ratings.votes import vote
from tests.factories import make_user
from tests.gallery.moderation.test_acts import bare_post

pytestmark = pytest.mark.django_db


def banned(person, **more):
    until = timezone.now() + timedelta(days=3)
    given = {"until": until, "rule": SiteRule.SPAM, "reason": "a flood of posts"}
    return ban(make_user(role="owner"), person, **(given | more))


def rating(post):
    return Post.objects.values_list("rating", flat=True).get(pk=post.pk)


def raised(by=2):
    """A post that trusted voters, moderators that is, raised to questionable."""
    post, voters = bare_post(), [make_user(role="moderator") for _each in range(by)]
    for one, wanted in zip(voters, ("q", "e", "e", "e"), strict=False):
        if rating(post) < wanted or rating(post) == "g":
            vote(one, post, wanted)
    assert rating(post) == "q"
    return post, voters


def test_a_rating_that_rested_on_votes_of_somebody_banned_stays_until_a_moderator_looks():
    post, voters = raised()
    banned(voters[0])
    assert not is_trusted(voters[0])
    assert (recount_votes(), rating(post)) == (1, "q")
    assert list(RatingVersion.objects.filter(post=post).values_list("kind", "rating")) == [
        ("author", "g"), ("votes", "q"),
    ]  # fmt: skip
    case = Case.objects.get(post=post, kind=CaseKind.RATING)
    assert case.facts == {"votes_gone": "q"}
    assert recount_votes() == 0
    one = make_user(role="moderator")
    decide(one, claim(one, case), Decision(Outcome.RERATED, "nothing to see", rating="g"))
    assert rating(post) == "g"


def test_it_rests_on_them_again_when_the_ban_is_lifted():
    post, voters = raised()
    found = banned(voters[0])
    recount_votes()
    unban(make_user(role="owner"), found, "a mistake")
    recount_votes()
    assert rating(post) == "q"
    assert not Ban.objects.filter(recounted=False).exists()


def test_a_rating_with_other_grounds_stays():
    post, voters = raised()
    Post.objects.filter(pk=post.pk).update(rating="q")
    post.rating_sources.filter(kind="author").update(rating="q", counts="q")
    banned(voters[0])
    recount_votes()
    assert rating(post) == "q"
    assert not Case.objects.exists()


def test_votes_on_bulk_updates_of_banned_accounts_do_not_count():
    request = bulk.propose(make_user(), title="Cats", script="alias neko -> cat", reason="")
    one = make_user()
    bulk.vote(one, request, 1)
    banned(one)
    assert bulk.vote(make_user(), request, -1) == -1


def test_whoever_is_banned_has_one_report_open_at_a_time():
    one, posts = make_user(), [bare_post() for _each in range(2)]
    banned(one)
    report(one, posts[0], "law", "look at this")
    for act in (
        lambda: report(one, posts[1], "law", "and at this"),
        lambda: report_person(one, posts[1].author, "law", "and at them"),
    ):
        with pytest.raises(Invalid) as caught:
            act()
        assert (caught.value.code, caught.value.params["limit"]) == ("too_many_voices", 1)
    for act in (flag, lambda by, post, rule, text: dispute_rating(by, post, "q", text)):
        with pytest.raises(NotAllowed):
            act(one, posts[1], "spam", "I say so")


@pytest.mark.parametrize("until", ["a moment", None])
@pytest.mark.parametrize(
    "headers", [{}, {"HX-Request": "true"}, {"Accept": "application/json"}], ids=["page", "htmx", "json"]
)
def test_the_sentence_says_until_when_why_and_how_to_object(client, headers, until):
    one = make_user()
    moment = timezone.now() + timedelta(days=3)
    banned(one, until=moment if until else None)
    client.force_login(one, "django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("gallery:create_list"), {"name": "cats"}, headers=headers)
    said = response.content.decode()
    assert response.status_code == 403
    assert "a flood of posts" in said
    assert "How to object" in said
    assert (str(moment.year) in said) is bool(until) or headers == {}


def test_every_page_says_it_to_whoever_is_banned_and_to_nobody_else(client):
    one = make_user()
    found = banned(one)
    assert b"ban-banner" not in client.get(reverse("gallery:tags")).content
    client.force_login(one, "django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("gallery:tags")).content.decode()
    assert "ban-banner" in page
    assert "a flood of posts" in page
    unban(make_user(role="owner"), found, "enough")
    assert b"ban-banner" not in client.get(reverse("gallery:tags")).content


@pytest.mark.parametrize("length", [length for length in Length if length not in (Length.UNTIL, Length.GOOD)])
def test_how_long_the_choices_are(length):
    assert timedelta(days=int(length)) - (end_of(length, None) - timezone.now()) < timedelta(minutes=1)


@override_settings(TIME_ZONE="Asia/Tokyo")
def test_a_day_is_the_last_one_whole_by_the_sites_calendar():
    today = timezone.localdate()
    end = timezone.localtime(end_of(Length.UNTIL, today))
    assert (end.date(), end.hour, end.minute) == (today + timedelta(days=1), 0, 0)
    assert end_of(Length.GOOD, None) is None


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (None, "ban_end_unknown"),
        (date(1970, 1, 1), "ban_end_past"),
        (date.max, "ban_end_far"),
        (date.min, "ban_end_past"),
    ],
    ids=["none", "past", "last of all days", "first of all days"],
)
def test_days_that_can_not_be(day, code):
    with pytest.raises(Invalid) as caught:
        end_of(Length.UNTIL, day)
    assert caught.value.code == code


BAN = {"act": "ban", "rule": "spam", "reason": "A flood.", "length": "7", "scope": "visitors"}
BAD = {
    "no reason": {"reason": " "},
    "no rule": {"rule": "everything"},
    "no length": {"length": "forever"},
    "a day in the past": {"length": "until", "day": "2001-01-01"},
    "no day": {"length": "until", "day": "soon"},
    "a block too wide": {"block": "0.0.0.0/0"},
    "no block": {"block": "everybody"},
    "one's own address": {"block": "192.0.2.0/24"},
    "a scope of accounts": {"block": "203.0.113.0/24", "scope": "acts"},
    "a null": {"reason": "\x00"},
    "a ban to replace that is none": {"replaces": "9" * 30, "reason": ""},
}


@pytest.mark.parametrize("wrong", BAD)
def test_what_is_wrong_is_said_and_kept_and_nobody_is_banned(client, wrong):
    person = make_user("somebody")
    client.force_login(make_user(role="moderator"), "django.contrib.auth.backends.ModelBackend")
    response = client.post(
        reverse("gallery:person_sanctions", args=["somebody"]), BAN | BAD[wrong], REMOTE_ADDR="192.0.2.7"
    )
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert not Ban.objects.exists()
    assert person.statements.count() == 0


def test_an_account_and_addresses_are_banned_together_and_seen_bans_replaced(client):
    make_user("somebody")
    client.force_login(make_user(role="moderator"), "django.contrib.auth.backends.ModelBackend")
    url = reverse("gallery:person_sanctions", args=["somebody"])
    assert client.post(url, BAN | {"block": "203.0.113.0/24"}).status_code == 302
    first = Ban.objects.get(person__isnull=False)
    assert Ban.objects.filter(block="203.0.113.0/24").exists()
    assert client.post(url, BAN | {"length": "good"}).status_code == 409
    assert client.post(url, BAN | {"length": "good", "replaces": str(first.pk)}).status_code == 302
    assert Ban.objects.get(person__isnull=False, lifted_at=None).until is None


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"somebody", "203.0.113.0/24"}),
        ("?of=people", {"somebody"}),
        ("?of=addresses", {"203.0.113.0/24"}),
        ("?state=over", {"early"}),
        ("?q=some", {"somebody"}),
        ("?q=203.0.113.77", {"203.0.113.0/24"}),
        ("?q=203.0.114.77", set()),
        ("?q=%00&state=x&of=y", {"somebody", "203.0.113.0/24"}),
    ],
)
def test_the_list_of_bans(client, query, shown):
    one = make_user(role="moderator")
    client.force_login(one, "django.contrib.auth.backends.ModelBackend")
    for name in ("somebody", "early"):
        make_user(name)
        client.post(reverse("gallery:person_sanctions", args=[name]), BAN)
    client.post(reverse("gallery:bans"), BAN | {"block": "203.0.113.0/24"})
    early = Ban.objects.get(person__username="early")
    client.post(reverse("gallery:ban", args=[early.pk]), {"reason": "enough"})
    page = client.get(reverse("gallery:bans") + query)
    rows = [row.person.username if row.person else str(row.block) for row in page.context["listed"]]
    assert set(rows) == shown
    assert client.get(reverse("gallery:bans") + "?page=0").status_code == 422
