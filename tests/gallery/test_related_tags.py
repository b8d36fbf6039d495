"""Related tags: the typical before the frequent, and nothing of what a viewer may not see."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gallery import posts
from gallery.models import Post, User
from gallery.models.post import PostStatus
from gallery.tags.related import related
from tagging.models import Category, Tag
from tagging.query import QueryError
from tests.factories import make_asset_row, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def new_post(tags: str, author: User | None = None, **fields: object) -> Post:
    """A post without tags of the site's own: of middling size, by no model."""
    author = author or make_user()
    asset = make_asset_row(author, width=1000, height=800)
    return make_post(author, asset=asset, recipe=make_recipe(model_name=""), tags=tags.split(), **fields)


def names(query: str, viewer: User | AnonymousUser = VISITOR, **options: int) -> list[str]:
    return [one.tag.name for one in related(query, viewer, **options)]


def test_what_is_typical_stands_before_what_is_everywhere():
    author = make_user()
    for _ in range(3):
        new_post("cat whiskers 1girl", author)
    for _ in range(9):
        new_post("sea 1girl", author)
    assert names("cat") == ["whiskers", "1girl"]
    whiskers, girl = related("cat", VISITOR)
    assert (whiskers.frequency, whiskers.cosine) == (1.0, pytest.approx(1.0))
    assert (girl.frequency, girl.cosine) == (1.0, pytest.approx(3 / (3 * 12) ** 0.5))


def test_the_searchs_own_tags_and_deprecated_ones_are_left_out():
    new_post("cat whiskers paw")
    Tag.objects.filter(name="paw").update(is_deprecated=True)
    assert names("cat whiskers") == []
    assert names("cat") == ["whiskers"]


def test_tags_come_by_category_and_no_more_than_asked_for():
    new_post("cat whiskers paw tail ann_(artist)")
    Tag.objects.filter(name="ann_(artist)").update(category=Category.ARTIST)
    assert names("cat", limit=2) == ["ann_(artist)", "paw", "tail"]
    assert names("cat", category=Category.ARTIST) == ["ann_(artist)"]
    assert names("cat", category=Category.META) == []


def test_a_search_that_finds_nothing_is_related_to_nothing():
    assert names("cat") == []
    new_post("dog")
    assert names("cat") == []
    with pytest.raises(QueryError):
        related("cat (", VISITOR)


def test_hidden_posts_tell_nothing_of_their_tags():
    explicit_too = make_user(shown_ratings="gsqe", role="moderator")
    new_post("cat whiskers")
    new_post("cat zxhidden", rating="e")
    new_post("cat zxremoved", status="removed")
    assert names("cat") == names("cat", make_user(shown_ratings="gsqe")) == ["whiskers"]
    assert set(names("cat", explicit_too)) == {"whiskers", "zxhidden"}
    assert names("cat") == ["whiskers"]  # not what was kept for the moderator


def test_what_is_kept_for_an_author_is_for_that_author_alone():
    author, other = make_user(shown_ratings="gsqe"), make_user(shown_ratings="gsqe")
    new_post("cat zxown", author, rating="e")
    assert names("cat", author) == ["zxown"]
    assert names("cat", other) == []


def test_a_tag_is_not_told_any_more_once_its_posts_are_hidden():
    post = new_post("cat zxsoon")
    member = make_user()
    assert names("cat") == names("cat", member) == ["zxsoon"]
    posts.set_status(post, PostStatus.REMOVED)
    assert names("cat") == names("cat", member) == []


def test_an_answer_is_kept_for_the_same_search_however_it_is_written():
    new_post("cat sea whiskers")
    assert names("cat sea") == ["whiskers"]
    new_post("cat sea paw")
    assert names("  CAT  (sea)") == ["whiskers"]
    cache.clear()
    assert names("cat sea") == ["paw", "whiskers"]


def test_the_editor_gets_json_and_a_sentence_where_it_is_no_search():
    new_post("cat whiskers")
    address = reverse("gallery:related_tags")
    answer = Client().get(address, {"q": "cat"})
    assert answer.json() == {
        "query": "cat",
        "related": [
            {"name": "whiskers", "category": "general", "post_count": 1, "frequency": 1.0, "cosine": 1.0},
        ],
    }
    for data in ({"q": "cat ("}, {"q": "cat", "category": "colour"}):
        wrong = Client().get(address, data)
        assert wrong.status_code == 422
        assert wrong.json()["error"]
    assert Client().get(address, {"q": "\x00"}).status_code == 200


def test_the_panel_is_a_fragment_for_htmx_and_a_page_for_everybody_else():
    new_post("cat whiskers")
    address = reverse("gallery:related_panel")
    page = Client().get(address, {"q": "cat"})
    fragment = Client().get(address, {"q": "cat"}, headers={"HX-Request": "true"})
    assert "<html" in page.text
    assert "<html" not in fragment.text
    for answer in (page, fragment):
        assert 'href="/posts?tags=whiskers"' in answer.text
    wrong = Client().get(address, {"q": "cat ("})
    assert wrong.status_code == 422
    assert "never closed" in wrong.text


def test_a_search_for_one_tag_offers_what_is_related():
    new_post("cat whiskers")
    offer = 'hx-get="/tags/related/panel?q=cat"'
    assert offer in Client().get(reverse("gallery:posts"), {"tags": "cat"}).text
    assert "/tags/related/panel" not in Client().get(reverse("gallery:posts"), {"tags": "cat whiskers"}).text
