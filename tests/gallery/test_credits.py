"""Credits on the pages of posts, in searches and in the interface for programs, as far as each viewer may see both."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from gallery.credits import credit, credits_of, sources_among
from gallery.models import Post, Remix, User
from gallery.search import search
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
HIDING = [{"status": "removed"}, {"status": "quarantined"}, {"rating": "e"}, {"status": "withdrawn"}]


def bare(author: User | None = None) -> Post:
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author))


@pytest.fixture
def family() -> tuple[Post, list[Post]]:
    """A post, and three remixes of it."""
    source = bare(make_user("mika"))
    remixes = [bare() for _ in range(3)]
    for post in remixes:
        credit(post, source)
    return source, remixes


def set_(post: Post, fields: dict[str, Any]) -> None:
    Post.objects.filter(pk=post.pk).update(**fields)


def page(post: Post, viewer: User | None = None) -> str:
    client = Client()
    if viewer is not None:
        client.force_login(viewer, "django.contrib.auth.backends.ModelBackend")
    return client.get(f"/posts/{post.pk}").text


def test_both_sides_are_on_both_pages(family: Any) -> None:
    source, remixes = family
    text = page(remixes[0])
    assert f'Remixed from <a href="/posts/{source.pk}">post {source.pk}</a> by <a href="/users/mika">mika</a>' in text
    assert f'href="/posts/{remixes[0].pk}/remix"' in text
    assert "3 remixes of it" in page(source)


def test_a_post_is_no_remix_of_itself_and_a_credit_stays(family: Any) -> None:
    source, remixes = family
    credit(source, source)
    credit(remixes[0], remixes[1])
    assert not Remix.objects.filter(post=source).exists()
    assert Remix.objects.get(post=remixes[0]).source == source


@pytest.mark.parametrize("hidden", HIDING, ids=str)
def test_a_remix_out_of_sight_is_not_counted(family: Any, hidden: dict[str, str]) -> None:
    source, remixes = family
    set_(remixes[0], hidden)
    found = credits_of(source, VISITOR)
    assert (found.count, found.remixes) == (2, [remixes[2], remixes[1]])
    text = page(source)
    assert "2 remixes of it" in text
    assert f"/posts/{remixes[0].pk}" not in text


@pytest.mark.parametrize("hidden", HIDING, ids=str)
def test_of_a_source_out_of_sight_there_is_no_word(family: Any, hidden: dict[str, str]) -> None:
    source, remixes = family
    set_(source, hidden)
    text = page(remixes[0])
    assert "Remixed from a post that is not shown to you." in text
    assert f"/posts/{source.pk}" not in text
    assert "mika" not in text
    assert sources_among(remixes, VISITOR) == {}
    assert Client().get(f"/posts/{remixes[0].pk}.json").json()["remix_of"] is None


def test_programs_are_told_the_source(family: Any) -> None:
    source, remixes = family
    told = {post["id"]: post["remix_of"] for post in Client().get("/posts.json").json()}
    assert told == {source.pk: None} | dict.fromkeys((post.pk for post in remixes), source.pk)


QUERIES = ["remixof:{source}", "remixof:any", "remixof:none", "-remixof:{source}", "remixof:>0", "remix:any"]


@pytest.mark.parametrize("hidden", HIDING, ids=str)
def test_searches_know_no_credit_to_a_hidden_post(family: Any, hidden: dict[str, str]) -> None:
    source, _remixes = family
    set_(source, hidden)
    queries = [text.format(source=source.pk) for text in QUERIES]
    found = [[post.pk for post in search(text, VISITOR).posts] for text in queries]
    Remix.objects.all().delete()
    assert [[post.pk for post in search(text, VISITOR).posts] for text in queries] == found
    assert found[0] == found[1] == []


def test_searches_find_remixes(family: Any) -> None:
    source, remixes = family
    newest = [post.pk for post in reversed(remixes)]
    assert [post.pk for post in search(f"remixof:{source.pk}", VISITOR).posts] == newest
    assert [post.pk for post in search("remixof:none", VISITOR).posts] == [source.pk]


def test_many_remixes_are_shown_in_part_and_counted_whole(family: Any) -> None:
    source, _remixes = family
    for _ in range(10):
        credit(bare(), source)
    found = credits_of(source, VISITOR)
    assert (len(found.remixes), found.count) == (12, 13)
    assert f"tags=remixof%3A{source.pk}" in page(source)
