"""What those are answered who do something too often, and what everybody reads in the headers."""

import json
import logging

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.test import AsyncClient, Client
from django.urls import reverse

from gallery.cards import preview_url
from gallery.limits import buckets, spending
from gallery.limits.acts import PROVEN, SHARED
from gallery.models import Favourite, PostVote
from tests.factories import PASSWORD, make_post, make_user
from tests.gallery.limits.given import ABROAD, HOME, NEXT_DOOR, turn_on

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def nothing_remembered():
    cache.clear()


@pytest.fixture
def limit(monkeypatch, settings, broker):
    """A function that turns limits on and returns their clock."""
    return lambda text: turn_on(monkeypatch, settings, broker, text)


def signed_in(user, address=HOME, **more):
    client = Client(REMOTE_ADDR=address, **more)
    client.force_login(user, BACKEND)
    return client


def statuses(client, count, address="/posts"):
    return [client.get(address).status_code for _ in range(count)]


def vote(client, post, **more):
    return client.post(reverse("gallery:vote", args=[post.pk]), {"score": "1"}, **more)


def test_a_flood_of_votes_has_one_effect_and_gets_one_clear_answer(limit):
    clock = limit("write=60/min,burst=3")
    posts = [make_post() for _ in range(5)]
    client = signed_in(make_user())
    answers = [vote(client, post) for post in posts]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429, 429]
    assert PostVote.objects.count() == 3
    refused = answers[-1]
    assert refused["Retry-After"] == "1"
    assert "no-store" in refused["Cache-Control"]
    assert "You can go on in 1 second; nothing is lost." in refused.content.decode()
    clock.now += 1
    assert vote(client, posts[4]).status_code == 302


def test_headers_tell_the_policy_and_what_is_left_of_it(limit):
    clock = limit("read@address=60/min,burst=10;search=off;search@address=30/min,burst=2")
    client = Client(REMOTE_ADDR=HOME)
    first = client.get("/about")
    assert first["RateLimit-Policy"] == '"read";q=10;w=10'
    assert first["RateLimit"] == '"read";r=9;t=1'
    assert "Retry-After" not in first
    told = [client.get("/posts.json") for _ in range(3)]
    assert [answer["RateLimit"] for answer in told] == [
        '"search";r=1;t=2',
        '"search";r=0;t=4',
        '"search";r=0;t=4',
    ]
    assert told[-1].status_code == 429
    assert told[-1]["Retry-After"] == "2"
    clock.now += 2
    assert client.get("/posts.json").status_code == 200


def test_programs_get_their_refusal_in_json(limit):
    limit("search@address=60/min,burst=1")
    client = Client(REMOTE_ADDR=HOME)
    client.get("/posts.json")
    refused = client.get("/posts.json")
    assert json.loads(refused.content) == {
        "success": False,
        "error": "too_often",
        "message": "That was a lot in a short time. You can go on in 1 second; nothing is lost.",
    }
    script = client.get("/posts", headers={"Accept": "application/json"})
    assert (script.status_code, script["Content-Type"]) == (429, "application/json")


def test_visitors_of_one_block_share_and_others_do_not(limit):
    limit("search@address=1/min,burst=2")
    assert statuses(Client(REMOTE_ADDR=HOME), 2) == [200, 200]
    assert statuses(Client(REMOTE_ADDR=NEXT_DOOR), 1) == [429]
    assert statuses(Client(REMOTE_ADDR=ABROAD), 1) == [200]


def test_of_ipv6_a_48_is_one_block_and_an_old_address_in_new_clothes_is_the_old_one(limit):
    limit("search@address=1/min,burst=2")
    addresses = ["2606:4700:1::1", "2606:4700:1:ffff::2", "2606:4700:1:abcd::3", "2606:4700:2::1"]
    assert [statuses(Client(REMOTE_ADDR=address), 1)[0] for address in addresses] == [200, 200, 429, 200]
    assert statuses(Client(REMOTE_ADDR=HOME), 2) == [200, 200]
    assert statuses(Client(REMOTE_ADDR=f"::ffff:{HOME}"), 1) == [429]


def test_a_forged_address_is_nobodys(limit, settings):
    limit("search@address=1/min,burst=2")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    forged = [
        Client(REMOTE_ADDR=HOME).get("/posts", headers={"X-Forwarded-For": f"9.9.{number}.1"}) for number in range(3)
    ]
    assert [answer.status_code for answer in forged] == [200, 200, 429]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    # What stands before the proxy's own entry was written by the visitor.
    passed_on = [
        Client(REMOTE_ADDR="10.0.0.2").get("/posts", headers={"X-Forwarded-For": f"9.9.{number}.1, {ABROAD}"})
        for number in range(3)
    ]
    assert [answer.status_code for answer in passed_on] == [200, 200, 429]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "fd00::1"], ids=["self", "house", "house-6"])
def test_behind_a_proxy_that_nobody_told_of_nobody_closes_the_site_for_all(limit, address):
    limit("search@address=1/min,burst=1;sign_in@address=1/min,burst=2")
    client = Client(REMOTE_ADDR=address)
    assert statuses(client, 3) == [200] * 3
    tries = [client.post("/accounts/login/", {"login": "a", "password": "b"}).status_code for _ in range(3)]
    assert tries == [200, 200, 429]


def test_a_proven_account_has_more(limit, monkeypatch):
    limit("search=1/min,burst=2")
    member, proven = make_user(), make_user()
    monkeypatch.setattr(spending, "is_trusted", lambda person: person == proven)
    assert statuses(signed_in(member), 3) == [200, 200, 429]
    assert statuses(signed_in(proven), 2 * PROVEN + 1) == [200] * 2 * PROVEN + [429]
    assert signed_in(proven, ABROAD).get("/posts").status_code == 429


def test_that_an_account_is_proven_is_remembered_for_a_while(limit, monkeypatch):
    limit("search=1/min,burst=5")
    asked = []
    monkeypatch.setattr(spending, "is_trusted", lambda person: asked.append(person) or False)
    statuses(signed_in(make_user()), 3)
    assert len(asked) == 1


def test_new_accounts_of_one_block_have_a_bucket_between_them(limit):
    limit("write=1/min,burst=1")
    post = make_post()
    answers = [vote(signed_in(make_user()), post).status_code for _ in range(SHARED + 1)]
    assert answers == [302] * SHARED + [429]
    assert vote(signed_in(make_user(), ABROAD), post).status_code == 302
    # It took no token of the one that was refused.
    assert PostVote.objects.count() == SHARED + 1


def test_moderators_moderate_as_often_as_they_like_and_others_cannot_ask_as_often(limit):
    limit("moderate=1/min,burst=1")
    moderator = signed_in(make_user(role="moderator"))
    assert [moderator.get("/moderation/queue").status_code for _ in range(5)] == [200] * 5
    assert [signed_in(make_user()).get("/moderation/queue").status_code for _ in range(1)] == [403]


def test_the_page_keeps_what_was_typed_and_sends_it_again(limit):
    clock = limit("write=60/min,burst=1")
    client = signed_in(make_user("writer"))
    post = make_post(author=make_user())
    vote(client, post)
    body = 'A long text\nof two lines, with <b>signs</b> & "quotes".'
    refused = client.post("/wiki/_edit?title=sky", {"title": "sky", "body": body, "act": "save"})
    page = refused.content.decode()
    assert refused.status_code == 429
    assert 'action="/wiki/_edit?title=sky"' in page
    assert "&lt;b&gt;signs&lt;/b&gt; &amp; &quot;quotes&quot;." in page
    assert '<input type="hidden" name="act" value="save">' in page
    assert "<b>signs</b>" not in page
    clock.now += 1
    assert client.post("/wiki/_edit?title=sky", {"title": "sky", "body": body}).status_code != 429


def test_no_password_and_no_code_is_written_into_a_page(limit):
    limit("sign_in@address=1/min,burst=1;write=1/min,burst=1")
    visitor = Client(REMOTE_ADDR=HOME)
    sent = {"login": "somebody", "password": PASSWORD}
    visitor.post("/accounts/login/", sent)
    refused = visitor.post("/accounts/login/", sent)
    assert refused.status_code == 429
    assert PASSWORD not in refused.content.decode()
    member = signed_in(make_user())
    member.post("/settings", {})
    assert "s3cret" not in member.post("/settings", {"new_password": "s3cret", "x": "y"}).content.decode()


def test_htmx_gets_a_line_beside_the_form(limit):
    limit("write=1/min,burst=1")
    client, post = signed_in(make_user()), make_post()
    vote(client, post)
    refused = vote(client, post, headers={"HX-Request": "true"})
    assert (refused.status_code, refused["HX-Retarget"], refused["HX-Reswap"]) == (429, "#toasts", "innerHTML")
    assert refused.content.decode().count("<p") == 1
    assert "You can go on in 60 seconds" in refused.content.decode()


def test_a_forged_form_costs_the_account_nothing(limit):
    limit("write=1/min,burst=1")
    client, post = signed_in(make_user(), enforce_csrf_checks=True), make_post()
    assert [vote(client, post).status_code for _ in range(3)] == [403] * 3


def test_pictures_in_a_cache_for_everybody_tell_of_nobodys_buckets(limit):
    limit("file@address=1/min,burst=2")
    post = make_post()
    address = preview_url(post.asset, 360)
    client = Client(REMOTE_ADDR=HOME)
    answers = [client.get(address) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    for answer in answers[:2]:
        assert ("public" in answer["Cache-Control"]) == ("RateLimit" not in answer)
    assert answers[2]["Content-Type"] == "text/plain; charset=utf-8"


def test_without_limits_or_without_valkey_all_goes_on(limit, settings, monkeypatch, caplog, tmp_path):
    limit("search@address=1/min,burst=1")
    gone = buckets.Buckets(buckets._client_at(f"unix://{tmp_path}/nobody.sock"))
    monkeypatch.setattr(spending, "the_buckets", lambda: gone)
    client = Client(REMOTE_ADDR=HOME)
    with caplog.at_level(logging.WARNING):
        assert statuses(client, 3) == [200] * 3
    assert [record.name for record in caplog.records] == ["gallery.limits.buckets"]
    assert "RateLimit" not in client.get("/posts")
    settings.RATE_LIMITS = {}
    assert statuses(client, 3) == [200] * 3


def test_a_cache_that_is_gone_turns_nobody_away(limit, settings, tmp_path):
    limit("search=1/min,burst=9")
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"unix://{tmp_path}/nobody.sock",
        }
    }
    assert signed_in(make_user()).get("/about").status_code == 200
    assert statuses(signed_in(make_user()), 2) == [200, 200]


def test_a_refused_act_changes_nothing(limit):
    limit("write=1/min,burst=1")
    client, posts = signed_in(make_user()), [make_post(), make_post()]
    for post in posts:
        client.post(reverse("gallery:favourite", args=[post.pk]), {"keep": "1"})
    assert Favourite.objects.count() <= 1


def test_the_sign_in_page_of_allauth_says_it_in_the_sites_words(settings):
    client = Client(REMOTE_ADDR=HOME)
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    sent = {"login": "somebody", "password": PASSWORD}
    refused = [client.post("/accounts/login/", sent) for _ in range(2)][-1]
    assert (refused.status_code, refused["Retry-After"]) == (429, "300")
    page = refused.content.decode()
    assert "You can go on in 5 minutes" in page
    assert PASSWORD not in page


@pytest.mark.django_db(transaction=True)
def test_the_asynchronous_server_counts_too(limit, settings):
    limit("search@address=1/min,burst=1")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    ask = async_to_sync(AsyncClient().get)
    first, second = (ask("/posts.json", headers={"X-Forwarded-For": HOME}) for _ in range(2))
    assert (first.status_code, first["RateLimit"]) == (200, '"search";r=0;t=60')
    assert (second.status_code, second["Retry-After"]) == (429, "60")
