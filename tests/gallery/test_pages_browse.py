"""The front page, search results and completion, as a browser without scripts gets them."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from gallery.cards import placeholder_class, ratio_class
from gallery.ratings import Rating
from tagging.models import Tag, TagAlias
from tests.factories import PASSWORD, make_asset, make_image, make_post, make_user

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


@pytest.fixture
def member(client):
    user = make_user("mika", shown_ratings="gs")
    client.login(username="mika", password=PASSWORD)
    return user


def test_the_front_page_of_an_empty_site_says_what_to_do(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "No pictures yet" in text(response)


def test_the_front_page_shows_what_a_visitor_may_see_and_nothing_else(client):
    shown, hidden = make_post(rating="g"), make_post(rating="s")
    removed = make_post(status="removed")
    page = text(client.get("/"))
    assert reverse("gallery:post", args=[shown.pk]) + '"' in page
    assert reverse("gallery:post", args=[hidden.pk]) + '"' not in page
    assert reverse("gallery:post", args=[removed.pk]) + '"' not in page


def test_every_picture_in_a_list_has_its_label_and_rating_as_text_and_in_its_alternative_text(client):
    make_post(make_user("haru"), tags=["red_hair", "1girl"])
    page = text(client.get("/posts"))
    badge = page[page.index('<span class="badge badge--generated">') :]
    badge = badge[: badge.index("</span>")]
    assert "icons.svg#label-generated" in badge
    assert badge.endswith("AI-generated")
    assert "<span>General</span>" in page
    assert 'alt="AI-generated, rated General: 1girl, red hair, by haru"' in page


def test_a_search_keeps_its_text_and_its_links_carry_it(client):
    wanted = make_post(tags=["sky", "sea"])
    other = make_post(tags=["sky"])
    page = text(client.get("/posts", {"tags": "sky sea"}))
    assert 'value="sky sea"' in page
    assert f"/posts/{wanted.pk}?q=sky+sea" in page
    assert f"/posts/{other.pk}" not in page


def test_plus_and_minus_change_one_term_and_keep_the_order(client):
    make_post(tags=["sky", "sea"])
    page = text(client.get("/posts", {"tags": "sky order:id"}))
    assert "/posts?tags=sky+sea+order%3Aid" in page
    assert "/posts?tags=sky+-sea+order%3Aid" in page


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("(sky", "never closed"),
        ("rating:x", "rating takes one of"),
        ('user:"mika', "never closed"),
        ("sky -", "needs a tag right after it"),
    ],
)
def test_a_search_that_cannot_be_read_is_answered_422_with_its_text_and_a_sentence(client, query, part):
    response = client.get("/posts", {"tags": query})
    assert response.status_code == 422
    page = text(response)
    assert part in page
    assert f'value="{query.replace(chr(34), "&quot;")}"' in page
    assert 'aria-invalid="true"' in page


def test_the_text_of_a_bad_search_is_escaped(client):
    response = client.get("/posts", {"tags": '(<script>alert("x")</script>'})
    assert response.status_code == 422
    assert "<script>alert" not in text(response)


def test_an_unknown_tag_is_no_error_and_the_nearest_ones_are_offered(client):
    make_post(tags=["yellow_background"])
    response = client.get("/posts", {"tags": "yello_background"})
    assert response.status_code == 200
    assert 'href="/posts?tags=yellow_background"' in text(response)


def test_a_page_that_is_none_is_422_with_a_sentence(client):
    response = client.get("/posts", {"page": "x9"})
    assert response.status_code == 422
    assert "is not a page" in text(response)


def test_pages_link_to_each_other_and_hold_every_post_once(client):
    author = make_user()
    made = {make_post(author).pk for _ in range(45)}
    seen, address = [], "/posts"
    while address:
        response = client.get(address)
        seen += [card.post.pk for card in response.context["cards"]]
        address = response.context["next_url"]
    assert seen == sorted(made, reverse=True)
    assert response.context["previous_url"]


def test_the_page_says_which_ratings_it_hides(client, settings, member):
    settings.MAX_PUBLIC_RATING = "questionable"
    page = text(client.get("/posts"))
    assert "Shown: General, Sensitive." in page
    assert "Hidden: Questionable." in page
    assert "Explicit" not in page


def test_a_long_search_is_answered_without_links_that_repeat_it(client, django_assert_max_num_queries):
    make_post(tags=["sky", "sea"])
    words = [f"~tag{number}" for number in range(230)]
    with django_assert_max_num_queries(20):
        found = client.get("/posts", {"tags": " ".join([*words, "~sky"])})
    assert found.status_code == 200
    assert len(found.context["cards"]) == 1
    assert found.context["terms"] == []
    assert "Search with" not in text(found)
    assert "/posts?tags=sea" in text(found)
    # Five of them are compared with all tags, each within a time that takes statements to set; never all 230.
    with django_assert_max_num_queries(60):
        nothing = client.get("/posts", {"tags": " ".join(word[1:] for word in words)})
    assert len(nothing.context["unknown"]) == 230
    assert len(text(nothing)) < 200_000


def test_an_alias_whose_tag_has_no_visible_post_is_not_called_unknown(client):
    make_post(tags=["green_hair"])
    TagAlias.objects.create(antecedent="midorigami", consequent=Tag.objects.get(name="green_hair"))
    assert client.get("/posts", {"tags": "Midorigami order:id"}).context["page"].count == 1
    page = client.get("/posts", {"tags": "midorigami rating:s"})
    assert page.context["unknown"] == []
    make_post(tags=["zxhidden"], rating="e")
    TagAlias.objects.create(antecedent="zxold", consequent=Tag.objects.get(name="zxhidden"))
    assert "There is no tag “zxold”." in text(client.get("/posts", {"tags": "zxold"}))


def test_counts_beside_tags_are_of_posts_that_everybody_may_see(client, member):
    post = make_post(tags=["green_hair"])
    make_post(tags=["green_hair", "zxsecret"], rating="s")
    make_post(tags=["green_hair"], status="removed")
    for _who in range(2):
        answer = client.get("/tags/complete", {"q": "gre"}).json()["completions"]
        assert [(line["name"], line["post_count"]) for line in answer] == [("green_hair", 1)]
        groups = client.get(f"/posts/{post.pk}").context["tag_groups"]
        assert {line.count for group in groups for line in group.lines} == {1}
        told = [line["name"] for line in client.get("/tags/complete", {"q": "zxs"}).json()["completions"]]
        assert told == (["zxsecret"] if _who == 0 else [])
        client.logout()


def test_completion_takes_no_notice_of_a_nul(client):
    make_post(tags=["green_hair"])
    answer = client.get("/tags/complete?q=gr%00e")
    assert answer.status_code == 200
    assert len(answer.json()["completions"]) == 1


def test_each_rating_is_described_in_the_same_words_everywhere(client, member, settings):
    settings.MAX_PUBLIC_RATING = "explicit"
    about, own = text(client.get("/about")), text(client.get("/settings"))
    for rating in Rating:
        assert rating.description in about
        assert rating.description in own


def test_completion_answers_with_names_categories_and_counts(client):
    make_post(tags=["green_hair"])
    answer = client.get("/tags/complete", {"q": "gre"}).json()
    assert answer["completions"] == [
        {
            "kind": "tag",
            "name": "green_hair",
            "insert": "green_hair",
            "category": "general",
            "post_count": 1,
            "antecedent": None,
            "match": "name",
        }
    ]
    assert answer["status"] == "1 suggestion"


@pytest.mark.parametrize("typed", ["", "緑", "%", "x" * 5000])
def test_completion_has_nothing_for_what_no_tag_begins_with(client, typed):
    make_post(tags=["green_hair"])
    assert client.get("/tags/complete", {"q": typed}).json() == {"completions": [], "status": ""}


def test_no_page_holds_inline_styles_or_scripts(client):
    post = make_post()
    for address in ["/", "/posts", f"/posts/{post.pk}", "/about", "/accounts/login/", "/accounts/signup/", "/nowhere"]:
        page = text(client.get(address))
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


@pytest.mark.parametrize(
    ("width", "height", "name"), [(832, 1216, "r-68"), (100, 100, "r-100"), (4000, 100, "r-330"), (10, 4000, "r-30")]
)
def test_the_ratio_class_of_every_picture_exists(width, height, name):
    assert ratio_class(width, height) == name
    assert f".{name}{{" in Path(finders.find("css/placeholders.css")).read_text()


@pytest.mark.parametrize(("color", "name"), [("#3b94d0", "d-39c"), ("#000000", "d-000"), ("#ffffff", "d-fff")])
def test_the_placeholder_is_the_nearest_colour_that_has_a_class(color, name):
    assert placeholder_class(color) == name


def test_a_picture_smaller_than_every_preview_is_still_served(client):
    post = make_post(asset=make_asset(image=make_image(32, 32)))
    card = client.get("/posts").context["cards"][0]
    assert card.post == post
    assert client.get(card.src).status_code == 200
