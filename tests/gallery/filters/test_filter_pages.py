"""The pages of filters: what was typed is kept, a visitor's cookie, the age notice, the line above a list."""

import random

import pytest
from django.test import Client
from django.urls import reverse

from gallery.filters import acts, visitors
from gallery.filters.spec import Rules, Said
from gallery.models import User, ViewFilter
from gallery.ratings import Rating
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = "gallery:filter_new"


@pytest.fixture
def member() -> User:
    return make_user("mika", shown_ratings="gs")


@pytest.fixture
def client(member: User) -> Client:
    browser = Client()
    browser.force_login(member, BACKEND)
    return browser


def post(tags: str, rating: str = "g") -> None:
    author = make_user(shown_ratings="gsqe")
    return make_post(author, asset=make_asset_row(author), tags=tags.split(), rating=rating)


def test_a_filter_is_made_and_in_force(client, member):
    post("spider")
    sent = {"name": "Calm", "hide": "Spider\ncat  -dog", "blur": "clown", "rating_s": "blur", "activate": "on"}
    assert client.post(reverse(NEW), sent).status_code == 302
    row = ViewFilter.objects.get(owner=member)
    assert (row.hide_rules, row.blur_rules, row.blurred_ratings) == (["spider", "cat -dog"], ["clown"], ["s"])
    page = client.get(reverse("gallery:posts"))
    assert "Your filter hides 1 post of this search." in page.text
    assert page.context["cards"] == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_rule_that_cannot_be_read_is_refused_with_its_line_and_everything_typed_is_kept(client, language):
    sent = {"name": "Calm", "hide": "spider\n(cat", "blur": "clown", "muted": ""}
    response = client.post(reverse(NEW), sent, headers={"Accept-Language": language})
    assert response.status_code == 422
    for typed in ("spider\n(cat", "clown", 'value="Calm"', "<mark>(</mark>"):
        assert typed in response.text
    assert ViewFilter.objects.count() == 0


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        pytest.param({"name": ""}, "Give the filter a name.", id="no name"),
        pytest.param({"name": "x", "muted": "nobody_here"}, "There is nobody called “nobody_here”.", id="nobody"),
        pytest.param({"name": "x", "muted": "mika"}, "You can&#x27;t mute yourself.", id="oneself"),
        pytest.param({"name": "x", **{f"rating_{r}": "hide" for r in "gsqe"}}, "every list would be empty", id="all"),
        pytest.param({"name": "x", "hide": "\n".join(f"t{n}" for n in range(5001))}, "5001 rules", id="too many"),
        pytest.param({"name": "x", "rating_g": "burn"}, "Nothing was saved yet.", id="no such choice"),
        pytest.param({"name": "x", "hide": "cat\x00"}, "Nothing was saved yet.", id="NUL"),
    ],
)
def test_what_cannot_be_saved_is_answered_clearly(client, sent, words):
    response = client.post(reverse(NEW), sent)
    assert (response.status_code, words in response.text) == (422, True)
    assert ViewFilter.objects.count() == 0


def test_a_form_from_another_tab_does_not_overwrite(client, member):
    row = acts.create(member, "Calm", Said(rules=Rules(("spider",))))
    acts.change(member, row, "Calm", Said(rules=Rules(("spider", "snake"))))
    response = client.post(reverse("gallery:filter_edit", args=[row.pk]), {"name": "Calm", "hide": "owl", "seen": "1"})
    assert response.status_code == 422
    assert "owl" in response.text
    row.refresh_from_db()
    assert row.hide_rules == ["spider", "snake"]


def test_a_visitor_turns_sensitive_on_and_hides_tags():
    kept, lost, sensitive = post("owl"), post("spider"), post("owl", "s")
    browser = Client()
    assert browser.post(reverse("gallery:filters"), {"rating_s": "show", "hide": "spider"}).status_code == 302
    listed = [card.post.pk for card in browser.get(reverse("gallery:posts")).context["cards"]]
    assert listed == [sensitive.pk, kept.pk]
    assert lost.pk not in listed


def test_a_visitors_filter_has_a_size_and_a_signature():
    browser = Client()
    many = "\n".join(f"tag_with_a_long_name_{n * 7919 % 1000:x}{n}" for n in range(101))
    assert browser.post(reverse("gallery:filters"), {"hide": many}).status_code == 422
    dice = random.Random(5)
    long = "\n".join("".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=60)) for _ in range(90))
    refused = browser.post(reverse("gallery:filters"), {"hide": long})
    assert refused.status_code == 422
    assert visitors.COOKIE not in browser.cookies
    post("owl", "s")
    browser.cookies[visitors.COOKIE] = "eyJzIjp0cnVlfQ:forged:forged"
    assert browser.get(reverse("gallery:posts")).context["cards"] == []


def test_the_age_notice_stands_before_questionable_once_a_session(client, member, settings):
    settings.MAX_PUBLIC_RATING = "explicit"
    asked = client.post(reverse("gallery:settings"), {"shown_ratings": ["g", "q"], "private_favourites": "on"})
    assert asked["Location"] == reverse("gallery:age_notice")
    member.refresh_from_db()
    assert (member.shown_ratings, member.private_favourites) == (["g"], True)
    assert "Questionable" in client.get(reverse("gallery:age_notice")).text
    client.post(reverse("gallery:age_notice"), {"old_enough": "0"})
    member.refresh_from_db()
    assert member.shown_ratings == ["g"]
    client.post(reverse("gallery:settings"), {"shown_ratings": ["g", "q"]})
    client.post(reverse("gallery:age_notice"), {"old_enough": "1"})
    member.refresh_from_db()
    assert member.shown_ratings == ["g", "q"]
    saved = client.post(reverse("gallery:settings"), {"shown_ratings": ["g", "q", "e"]})
    assert saved["Location"] == reverse("gallery:settings")  # told already


def test_a_shared_filter_is_copied_and_used(client, member):
    owner = make_user("owner_of_it")
    row = acts.create(owner, "Calm", Said(rules=Rules(("spider",)), muted=(make_user("muted_one").pk,)))
    key = acts.share(owner, row, shared=True).shared_key
    page = client.get(reverse("gallery:filter_shared", args=[key]))
    assert "spider" in page.text
    assert "muted_one" not in page.text
    client.post(reverse("gallery:filter_shared", args=[key]), {"use": "1"})
    member.refresh_from_db()
    assert (member.active_filter.name, member.active_filter.muted_ids) == ("Calm", [])


def test_the_owner_is_told_of_a_rule_that_broke(client, member):
    post("owl")
    row = acts.create(member, "Calm", Said(rules=Rules(("cat score:>1",))))
    acts.choose(member, row)
    ViewFilter.objects.filter(pk=row.pk).update(hide_rules=["((gone"], hide_queries=["((gone"])
    for address in (
        reverse("gallery:posts"),
        reverse("gallery:filters"),
        reverse("gallery:filter_edit", args=[row.pk]),
    ):
        assert "((gone" in client.get(address).text
    assert client.get(reverse("gallery:posts")).context["cards"] == []


def test_muting_stands_on_a_profile(client, member):
    author = make_user("loud")
    make_post(author, asset=make_asset_row(author), tags=["owl"])
    client.post(reverse("gallery:mute", args=["loud"]), {"mute": "1"})
    assert client.get(reverse("gallery:posts")).context["cards"] == []
    assert 'aria-pressed="true"' in client.get(reverse("gallery:profile", args=["loud"])).text


def shared_filter(said: Said) -> str:
    maker = make_user("maker")
    row = acts.create(maker, "Calm", said)
    acts.share(maker, row, shared=True)
    row.refresh_from_db()
    return reverse("gallery:filter_shared", args=[row.shared_key])


def test_a_visitor_takes_a_shared_filter_into_the_browser():
    post("spider")
    said = Said(blurred_ratings=frozenset({Rating.GENERAL, Rating.EXPLICIT}), rules=Rules(hide=("spider",)))
    address, browser = shared_filter(said), Client()
    assert "Use it in this browser" in browser.get(address).text
    assert browser.post(address, {"use": "1"}).status_code == 302
    kept = visitors.read_cookie(browser.cookies[visitors.COOKIE].value)
    assert (kept.sensitive, kept.said.rules.hide) == (False, ("spider",))
    assert kept.said.blurred_ratings == {Rating.GENERAL}
    assert browser.get(reverse("gallery:posts")).context["cards"] == []


def test_a_shared_filter_that_no_browser_keeps_is_refused_in_words():
    address, browser = shared_filter(Said(rules=Rules(hide=tuple(f"tag_{n}" for n in range(101))))), Client()
    answer = browser.post(address, {"use": "1"})
    assert answer.status_code == 422
    assert "101 rules" in answer.text
    assert visitors.COOKIE not in browser.cookies
    address = reverse("gallery:filter_shared", args=[ViewFilter.objects.get().shared_key])
    assert browser.post(address).url.startswith(reverse("account_login"))


def test_large_tiles_that_a_filter_blurs_have_no_picture_without_an_address(client, member):
    for _each in range(6):
        post("spider")
    acts.choose(member, acts.create(member, "Calm", Said(rules=Rules(blur=("spider",)))))
    page = client.get(reverse("gallery:front"))
    assert len(page.context["mosaic"]) == 5
    assert 'src=""' not in page.text
