"""What a filter hides is told by no address of the site, and what it blurs is given to nobody who did not ask."""
# ruff: noqa: F811 - a fixture is imported

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.filters import acts
from gallery.filters.spec import Rules, Said
from gallery.filters.visitors import COOKIE, VisitorsFilter, write_cookie
from gallery.models import Post
from gallery.models.asset import Variant
from gallery.ratings import Rating
from tests.factories import make_post, make_user
from tests.test_leaks import Hidden, addresses, everything_said, hidden, picture, recipe  # noqa: F401

BACKEND = "django.contrib.auth.backends.ModelBackend"
VEILED = Said(rules=Rules(hide=("zxveiled",)))
BLURRED = Said(blurred_ratings=frozenset({Rating.GENERAL}))


def browser(kind: str, said: Said) -> Client:
    """A visitor's with the filter in its cookie, or a member's whose filter it is."""
    client = Client()
    if kind == "visitor":
        client.cookies[COOKIE] = write_cookie(VisitorsFilter(True, said))
    else:
        someone = make_user("viewer", shown_ratings="gs")
        acts.choose(someone, acts.create(someone, "Calm", said))
        client.force_login(someone, BACKEND)
    return client


@pytest.fixture
def veiled(hidden: Hidden) -> Post:
    """A post that everybody may see, with secrets of its own; it stands among the addresses that are asked."""
    made = recipe("v")
    post = make_post(
        hidden.maker, asset=picture(hidden.maker, made), recipe=made, tags=["1girl", "umbrella", "zxveiled"],
        title="zxtitlev", commentary="zxcommentaryv",
    )  # fmt: skip
    hidden.public.append(post)
    return post


def secrets(post: Post) -> dict[str, bytes]:
    words = {
        "title": "zxtitlev",
        "commentary": "zxcommentaryv",
        "prompt": "zxpromptv",
        "negative prompt": "zxnegativev",
        "key": post.asset.key,
        "link": f'href="{reverse("gallery:post", args=[post.pk])}"',
        "link in a search": f'href="{reverse("gallery:post", args=[post.pk])}?',
        "number in JSON": f'"id": {post.pk}, "created_at"',
    }
    for file in post.asset.files.all():
        words[f"digest of {file.variant}.{file.format}"] = file.sha256
    return {name: word.encode() for name, word in words.items()}


def told(client: Client, hidden: Hidden, post: Post) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for address in addresses(hidden):
        response = client.get(address)
        assert response.status_code != 500, address
        said = everything_said(response)
        leaked = [name for name, word in secrets(post).items() if word in said and word.decode() not in address]
        if leaked:
            found[address] = leaked
    return found


def test_the_secrets_are_there_for_who_has_no_filter(db: None, hidden: Hidden, veiled: Post) -> None:
    found = {name for names in told(Client(), hidden, veiled).values() for name in names}
    assert {"title", "commentary", "prompt", "key", "link", "number in JSON"} <= found


@pytest.mark.parametrize("kind", ["visitor", "member"])
def test_no_address_tells_of_what_a_filter_hides(kind: str, hidden: Hidden, veiled: Post) -> None:
    client = browser(kind, VEILED)
    assert told(client, hidden, veiled) == {}
    counted = client.get(reverse("gallery:api_counts"), {"tags": "1girl"}).json()["counts"]["posts"]
    assert counted == Client().get(reverse("gallery:api_counts"), {"tags": "1girl"}).json()["counts"]["posts"] - 1


@pytest.mark.parametrize("kind", ["visitor", "member"])
def test_no_file_but_the_blurred_one_is_given_of_what_a_filter_blurs(
    kind: str,
    hidden: Hidden,
    veiled: Post,
) -> None:
    client = browser(kind, BLURRED)
    files = {
        reverse("gallery:media", args=[post.asset.key, file.variant, file.format])
        for post in hidden.public
        for file in post.asset.files.all()
        if file.variant not in (Variant.B360, Variant.BARE)
    }
    assert files
    given = {address: client.get(address).status_code for address in files}
    assert set(given.values()) == {404}
    blurred = reverse("gallery:media", args=[veiled.asset.key, "b360", "webp"])
    assert client.get(blurred).status_code == 200
    for address in addresses(hidden):
        if "/media/" not in address and not address.startswith(reverse("generation:create")):
            said = everything_said(client.get(address)).decode("utf-8", "replace")
            assert [file for file in files if file in said] == [], address


@pytest.mark.parametrize("kind", ["visitor", "member"])
def test_who_asks_for_a_post_is_shown_that_post_alone(kind: str, hidden: Hidden, veiled: Post) -> None:
    client = browser(kind, BLURRED)
    other = hidden.public[0]
    page = reverse("gallery:post", args=[veiled.pk])
    original = reverse("gallery:media", args=[veiled.asset.key, "original", "png"])
    assert original not in client.get(page).text
    response = client.post(reverse("gallery:show_post", args=[veiled.pk]), {"next": page})
    assert (response.status_code, response["Location"]) == (302, page)
    assert original in client.get(page).text
    assert client.get(original).status_code == 200
    assert client.get(reverse("gallery:media", args=[other.asset.key, "original", "png"])).status_code == 404


def test_a_hidden_post_has_a_page_that_says_so_and_opens_when_asked(hidden: Hidden, veiled: Post) -> None:
    client = browser("member", VEILED)
    page = reverse("gallery:post", args=[veiled.pk])
    assert "zxtitlev" not in client.get(page).text
    client.post(reverse("gallery:show_post", args=[veiled.pk]))
    assert "zxtitlev" in client.get(page).text
    client.logout()
    client.force_login(make_user("next", shown_ratings="g"), BACKEND)
    assert "zxtitlev" in client.get(page).text  # no filter of theirs


def test_what_was_asked_for_belongs_to_who_asked(hidden: Hidden, veiled: Post) -> None:
    client = browser("member", VEILED)
    client.post(reverse("gallery:show_post", args=[veiled.pk]))
    other = make_user("second", shown_ratings="gs")
    acts.choose(other, acts.create(other, "Calm", VEILED))
    kept = client.cookies["shown"].value
    second = Client()
    second.force_login(other, BACKEND)
    second.cookies["shown"] = kept
    assert "zxtitlev" not in second.get(reverse("gallery:post", args=[veiled.pk])).text


def test_programs_get_the_blurred_file_alone(hidden: Hidden, veiled: Post) -> None:
    client = browser("member", BLURRED)
    answer: Any = client.get(reverse("gallery:api_post", args=[veiled.pk])).json()
    assert "file_url" not in answer
    assert "large_file_url" not in answer
    assert "/b360.webp" in answer["preview_file_url"]


def test_a_lifted_rule_shows_its_posts_on_that_page_and_their_files(hidden: Hidden, veiled: Post) -> None:
    client = browser("member", VEILED)
    page = client.get(reverse("gallery:posts"), {"tags": "umbrella"})
    (line,) = page.context["hiding_rules"]
    assert (line["line"].text, line["line"].count) == ("zxveiled", 1)
    thumb = reverse("gallery:media", args=[veiled.asset.key, "180", "webp"])
    assert client.get(thumb).status_code == 404
    lifted = client.get(line["lift_url"])
    assert veiled.pk in [card.post.pk for card in lifted.context["cards"]]
    assert client.get(thumb).status_code == 200
    again = client.get(reverse("gallery:posts"), {"tags": "umbrella"})
    assert veiled.pk not in [card.post.pk for card in again.context["cards"]]


def test_the_name_of_somebody_elses_rule_lifts_nothing(hidden: Hidden, veiled: Post) -> None:
    client = browser("member", VEILED)
    other = make_user("second")
    acts.choose(other, acts.create(other, "Calm", VEILED))
    theirs = Client()
    theirs.force_login(other, BACKEND)
    (line,) = theirs.get(reverse("gallery:posts")).context["hiding_rules"]
    lifted = client.get(line["lift_url"])
    assert veiled.pk not in [card.post.pk for card in lifted.context["cards"]]
