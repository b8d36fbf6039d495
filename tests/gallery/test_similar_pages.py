"""What pages and programs say of posts that look alike, and to whom."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import DuplicatePair, Post, User
from gallery.similar.upkeep import compare_posts
from tests.factories import make_asset, make_post, make_user
from tests.gallery.drawn import MADE_OF_IT, scene

pytestmark = pytest.mark.django_db
# What differs from answer to answer, whatever was asked.
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"')


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def drawn_post(number=1, image=None, **fields):
    author = fields.pop("author", None) or make_user()
    return make_post(author, asset=make_asset(author, image=image or scene(number, 200, 260)), **fields)


def sign_in(user):
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def text(response):
    return html.unescape(response.content.decode())


@pytest.fixture
def copies():
    """A picture, a copy in JPEG, its mirror image, one that only some may see, and another picture."""
    picture = scene(1, 400, 520)
    return {
        "first": drawn_post(image=picture),
        "copy": drawn_post(image=MADE_OF_IT["jpeg 40"](picture)),
        "mirrored": drawn_post(image=MADE_OF_IT["mirrored"](picture)),
        "explicit": drawn_post(image=picture, rating="e"),
        "other": drawn_post(2),
    }


def strip_of(client, post):
    return client.get(reverse("gallery:similar_strip", args=[post.pk]), headers={"HX-Request": "true"})


def test_a_post_shows_a_way_to_what_looks_like_it(client, copies):
    page = text(client.get(reverse("gallery:post", args=[copies["first"].pk])))
    address = reverse("gallery:similar_strip", args=[copies["first"].pk])
    assert f'hx-get="{address}"' in page
    assert f'href="{address}"' in page
    assert client.get(address)["Location"] == f"/posts?tags=similar%3A{copies['first'].pk}"


def test_the_strip_says_how_sure_it_is(client, copies):
    shown = text(strip_of(client, copies["first"]))
    assert f"/posts/{copies['copy'].pk}?q=similar" in shown
    assert "The same picture" in shown
    assert "mirrored" in shown
    for name in ("explicit", "other", "first"):
        assert f"/posts/{copies[name].pk}?" not in shown


def test_a_picture_without_copies_has_no_strip(client, copies):
    assert text(strip_of(client, copies["other"])).strip() == ""


def test_at_most_six_are_shown_and_the_search_shows_all(client):
    posts = [drawn_post(1) for _ in range(9)]
    assert text(strip_of(client, posts[0])).count("alike__one") == 6
    results = client.get(f"/posts?tags=similar:{posts[0].pk}")
    assert len(results.context["cards"]) == 9


def test_the_search_page_says_that_the_most_alike_come_first(client, copies):
    first = copies["first"].pk
    orders = client.get(f"/posts?tags=similar:{first}").context["orders"]
    assert [(str(link.label), link.current) for link in orders[:2]] == [("Most alike", True), ("Newest", False)]
    newest = client.get(orders[1].url)
    assert [card.post.pk for card in newest.context["cards"]] == sorted(
        (copies[name].pk for name in ("first", "copy", "mirrored")), reverse=True
    )
    assert next(link for link in newest.context["orders"] if link.current).label == "Newest"


def test_hidden_and_unknown_posts_answer_alike(client, copies):
    hidden = copies["explicit"].pk
    for route in ("gallery:similar_strip", "gallery:api_similar"):
        answers = [client.get(reverse(route, args=[number])) for number in (hidden, 999_999)]
        assert [answer.status_code for answer in answers] == [404, 404]
        found = [TOKEN.sub("", text(answer)) for answer in answers]
        either = re.compile(rf"\b(?:{hidden}|999999)\b")
        assert either.sub("#", found[0]) == either.sub("#", found[1])
    answers = [client.get(f"/posts?tags=similar:{number}") for number in (hidden, 999_999)]
    assert [answer.status_code for answer in answers] == [422, 422]
    found = [text(answer).replace(str(hidden), "#").replace("999999", "#") for answer in answers]
    assert found[0].count("There is no post # that you can see.") == found[1].count(
        "There is no post # that you can see."
    )
    assert found[0].count("There is no post # that you can see.") > 0
    answers = [client.get(f"/iqdb_queries.json?post_id={number}") for number in (hidden, 999_999)]
    assert answers[0].content == answers[1].content


# --- for programs ---


def test_programs_get_posts_with_scores(client, copies):
    answer = client.get(reverse("gallery:api_similar", args=[copies["first"].pk])).json()
    assert [line["post_id"] for line in answer] == [copies["copy"].pk, copies["mirrored"].pk]
    line = answer[0]
    assert line.keys() == {"post_id", "score", "distance", "turned", "sureness", "post"}
    assert (line["sureness"], line["turned"], answer[1]["turned"]) == ("same", False, True)
    assert line["score"] >= 92
    assert line["post"] == client.get(reverse("gallery:api_post", args=[line["post_id"]])).json()


def test_danbooras_address_gives_the_post_itself_too(client, copies):
    first = copies["first"].pk
    answer = client.get(f"/iqdb_queries.json?post_id={first}&limit=2").json()
    assert [line["post_id"] for line in answer] == [first, copies["copy"].pk]
    assert answer[0]["score"] == 100
    assert client.get(f"/iqdb_queries.json?search[post_id]={first}&limit=2").json() == answer


@pytest.mark.parametrize("query", ["", "post_id=", "post_id=x", "post_id=-1", "post_id=1.5", "url=https://example.com"])
def test_a_query_without_a_number_is_told_what_would_be_right(client, query):
    answer = client.get(f"/iqdb_queries.json?{query}")
    assert (answer.status_code, answer.json()["error"]) == (422, "post_id_needed")
    assert "post_id=1234" in answer.json()["message"]


def test_limits_are_held(client, copies):
    address = reverse("gallery:api_similar", args=[copies["first"].pk])
    assert len(client.get(f"{address}?limit=1").json()) == 1
    assert client.get(f"{address}?limit=0").status_code == 422
    assert client.get("/iqdb_queries.json?post_id=999999999999999999").status_code == 404


def test_prompts_that_are_hidden_are_hidden_here_too(client, copies):
    Post.objects.filter(pk=copies["copy"].pk).update(prompt_visibility="hidden")
    answer = client.get(reverse("gallery:api_similar", args=[copies["first"].pk])).json()
    assert answer[0]["post"]["generation"]["prompt"] is None


# --- duplicates ---


@pytest.fixture
def moderator(copies):
    compare_posts()
    return sign_in(make_user("mod", role="moderator", shown_ratings="g"))


def act(client, pair, word):
    return client.post(reverse("gallery:settle_pair", args=[pair.pk]), {"act": word})


def test_moderators_see_the_pairs_and_their_sizes(moderator, copies):
    page = moderator.get(reverse("gallery:duplicates"))
    listed = [(row["pair"].older_id, row["pair"].newer_id) for row in page.context["pairs"]]
    first, copy, mirrored, explicit = (copies[name].pk for name in ("first", "copy", "mirrored", "explicit"))
    assert {pair for pair in listed if explicit not in pair} == {(first, copy), (first, mirrored), (copy, mirrored)}
    assert f"Make {first} the parent" in text(page)
    assert "400 × 520" in text(page)
    # What the moderator's filter hides is blurred, not left out.
    sides = {side["card"].post.pk: side["card"] for row in page.context["pairs"] for side in row["sides"]}
    assert [pk for pk, card in sides.items() if card.blurred] == [explicit]
    assert "/b360." in sides[explicit].src or not sides[explicit].src


def test_pairs_are_the_same_in_every_zone(moderator, copies):
    """One label of two may be wrong: a human's picture, and its copy that calls itself generated."""
    Post.objects.filter(pk=copies["copy"].pk).update(ai_level="human", ai_evidence="declared")
    for zone in ("human", "ai"):
        User.objects.filter(username="mod").update(zone=zone)
        assert len(moderator.get(reverse("gallery:duplicates")).context["pairs"]) == 6


def test_the_larger_one_is_marked():
    picture = scene(1, 400, 520)
    drawn_post(image=picture.resize((200, 260)))
    drawn_post(image=picture)
    compare_posts()
    page = sign_in(make_user(role="moderator")).get(reverse("gallery:duplicates"))
    assert [side["larger"] for side in page.context["pairs"][0]["sides"]] == [False, True]
    assert text(page).count(">larger<") == 1


def test_pages_of_pairs_go_on_below_the_last_one(moderator, monkeypatch):
    monkeypatch.setattr("gallery.views.similar.PAIRS", 3)
    first = moderator.get(reverse("gallery:duplicates"))
    rest = moderator.get(f"{reverse('gallery:duplicates')}?before={first.context['next_before']}")
    numbers = [row["pair"].pk for page in (first, rest) for row in page.context["pairs"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 6
    assert rest.context["next_before"] is None
    assert moderator.get(f"{reverse('gallery:duplicates')}?before=x").status_code == 200


@pytest.mark.parametrize("word", ["older", "newer"])
def test_one_press_makes_a_parent(moderator, copies, word):
    pair = DuplicatePair.objects.get(older=copies["first"], newer=copies["copy"])
    assert act(moderator, pair, word).status_code == 302
    child, parent = (copies["copy"], copies["first"]) if word == "older" else (copies["first"], copies["copy"])
    child.refresh_from_db()
    assert child.parent_id == parent.pk
    page = moderator.get(reverse("gallery:duplicates"))
    assert f"Post {parent.pk} is now the parent of post {child.pk}." in text(page)
    assert pair.pk not in [row["pair"].pk for row in page.context["pairs"]]


def test_one_press_tells_them_apart_and_a_second_finds_nothing(moderator, copies):
    pair = DuplicatePair.objects.get(older=copies["first"], newer=copies["copy"])
    assert act(moderator, pair, "apart").status_code == 302
    assert act(moderator, pair, "apart").status_code == 404
    assert act(moderator, pair, "older").status_code == 404


def test_a_press_without_a_choice_is_told_so_and_changes_nothing(moderator, copies):
    pair = DuplicatePair.objects.get(older=copies["first"], newer=copies["copy"])
    answer = act(moderator, pair, "both")
    assert answer.status_code == 422
    assert "Choose what the two posts are." in text(answer)
    assert DuplicatePair.objects.filter(dismissed_at=None).count() == DuplicatePair.objects.count()


def test_what_hinders_the_edit_is_said_on_the_page(moderator, copies):
    pair = DuplicatePair.objects.get(older=copies["first"], newer=copies["copy"])
    Post.objects.filter(pk=copies["other"].pk).update(parent=copies["first"])
    Post.objects.filter(pk=copies["copy"].pk).update(parent=copies["other"])
    answer = act(moderator, pair, "newer")
    assert answer.status_code == 422
    assert "Nothing was changed." in text(answer)


def test_an_empty_list_says_why():
    page = sign_in(make_user(role="moderator")).get(reverse("gallery:duplicates"))
    assert "No two posts look the same" in text(page)
