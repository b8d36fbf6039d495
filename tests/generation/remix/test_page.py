"""The page that shows what a remix changed: to whom it says what."""

from typing import Any

import pytest
from django.test import Client

from gallery.models import Post, Remix, User
from gallery.provenance import LoraEntry
from tests.factories import make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db
BEFORE = make_recipe(prompt="1girl, veiled word, smile", negative_prompt="hush", seed=31337,
                     loras=(LoraEntry("inkling", weight=0.8),), steps=11)  # fmt: skip
AFTER = make_recipe(prompt="1girl, other word, (smile:1.3)", negative_prompt="hush", seed=4242, steps=12)
PRIVATE = ("veiled", "hush", "31337", "inkling", "4242")


@pytest.fixture
def pair() -> tuple[Post, Post]:
    source = make_post(make_user("mika"), recipe=BEFORE)
    remix = make_post(make_user("haru"), recipe=AFTER)
    Remix.objects.create(post=remix, source=source)
    return source, remix


def page(post: Post, viewer: User | None = None) -> Any:
    client = Client()
    if viewer is not None:
        client.force_login(viewer, "django.contrib.auth.backends.ModelBackend")
    return client.get(f"/posts/{post.pk}/remix")


def set_(post: Post, **fields: Any) -> None:
    Post.objects.filter(pk=post.pk).update(**fields)


def test_it_shows_word_by_word_what_changed(pair: tuple[Post, Post]) -> None:
    source, remix = pair
    shown = page(remix)
    assert shown.status_code == 200
    assert shown.context["differences"].texts[0].differs
    for part in ('<del class="words__gone">', "veiled</del> ", "other</ins> ", "1.3", "31337", "LoRA inkling"):
        assert part in shown.text, part
    for post in (source, remix):
        assert f'href="/posts/{post.pk}"' in shown.text


def test_a_post_that_is_no_remix_has_no_such_page(pair: tuple[Post, Post]) -> None:
    assert page(pair[0]).status_code == 404
    assert Client().get("/posts/999999999999999999999999999999/remix").status_code == 404


@pytest.mark.parametrize("which", [0, 1], ids=["source", "remix"])
def test_one_hidden_prompt_hides_the_words_of_both(pair: tuple[Post, Post], which: int) -> None:
    set_(pair[which], prompt_visibility="hidden")
    shown = page(pair[1])
    assert shown.status_code == 200
    assert "keeps its prompt private" in shown.text
    assert [(row.before, row.after) for row in shown.context["differences"].changed] == [("11", "12")]  # steps
    for word in PRIVATE:
        assert word not in shown.text, word
    reader = page(pair[1], pair[which].author)
    assert "veiled" in reader.text
    assert "veiled" in page(pair[1], make_user(role="moderator")).text


@pytest.mark.parametrize("hidden", [{"status": "removed"}, {"status": "quarantined"}, {"rating": "e"}], ids=str)
def test_of_a_source_out_of_sight_it_says_nothing_but_that_there_was_one(pair: Any, hidden: dict[str, str]) -> None:
    source, remix = pair
    set_(source, **hidden)
    shown = page(remix)
    assert "is not shown to you" in shown.text
    for word in (*PRIVATE, "mika", f"/posts/{source.pk}", source.asset.key):
        assert word not in shown.text, word


@pytest.mark.parametrize("hidden", [{"status": "removed"}, {"status": "quarantined"}, {"rating": "e"}], ids=str)
def test_a_remix_out_of_sight_answers_as_one_that_never_was(pair: Any, hidden: dict[str, str]) -> None:
    set_(pair[1], **hidden)
    assert page(pair[1]).status_code == 404


def test_a_source_that_is_gone_leaves_a_credit_to_nobody(pair: tuple[Post, Post]) -> None:
    Remix.objects.update(source=None)
    assert "is not shown to you" in page(pair[1]).text


def test_the_chain_ends_where_a_post_is_out_of_sight(pair: tuple[Post, Post]) -> None:
    source, remix = pair
    first = make_post(make_user("first"), recipe=BEFORE)
    Remix.objects.create(post=source, source=first)
    last = make_post(recipe=AFTER)
    Remix.objects.create(post=last, source=remix)
    chain = [link.number for link in page(last).context["chain"]]
    assert chain == [first.pk, source.pk, remix.pk, last.pk]
    set_(source, status="removed")
    shown = page(last)
    assert [link.number for link in shown.context["chain"]] == [None, remix.pk, last.pk]
    for word in ("first", "mika", f'/posts/{first.pk}"', f'/posts/{source.pk}"'):
        assert word not in shown.text, word


def test_a_circle_of_credits_ends(pair: tuple[Post, Post]) -> None:
    Remix.objects.create(post=pair[0], source=pair[1])
    assert page(pair[1]).status_code == 200
