"""What the box at the caret is told: tags, metatags and their values, to each no more than they may know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from gallery.models import FavouriteGroup, Post, PostGeneration, SavedSearch, User
from gallery.posts import PostStatus, set_status
from gallery.tags.completion import Line, complete_word
from gallery.visibility import Viewer
from tagging.models import Tag, TagAlias
from tagging.other_names import seed_other_names
from tagging.query import MetatagKind, parse, registry
from tagging.query.readers import integers, text
from tests.factories import PASSWORD, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_kept_values() -> None:
    cache.clear()


@pytest.fixture
def visitor() -> Viewer:
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def made_with(author: User | None = None, *, loras: Iterable[str] = (), **recipe: Any) -> Post:
    """A post with this recipe; `rating`, `status` and `prompt_visibility` are the post's."""
    of_post = {name: recipe.pop(name) for name in ("rating", "status", "prompt_visibility") if name in recipe}
    post = make_post(author, recipe=make_recipe(**recipe), **of_post)
    PostGeneration.objects.filter(post=post).update(loras=list(loras))
    return post


def lines(viewer: Viewer, typed: str, box: Any = "query") -> list[Line]:
    return complete_word(viewer, box, typed).lines


def inserted(viewer: Viewer, typed: str, box: Any = "query") -> list[str]:
    return [line.insert for line in lines(viewer, typed, box)]


@pytest.fixture
def metatags(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry with metatags of this test alone beside the site's."""
    for name in ("_kinds", "_canonical"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))
    for name in ("lora", "sampler", "scheduler", "generator", "favgroup", "search", "fav"):
        if registry.kind(name) is None:
            registry.register(MetatagKind(name, text(limit=99)))
    registry.register(
        MetatagKind(
            "zzsteps", integers(), aliases=("zyklen",), summary=lambda: "How many steps.", values=("any", "none")
        )
    )


def test_names_of_metatags_come_with_what_they_do(visitor: Viewer, metatags: None) -> None:
    Tag.objects.create(name="zzstep", in_vocabulary=True)
    Tag.objects.create(name="zzstepladder", in_vocabulary=True)
    found = lines(visitor, "zzstep")
    assert [(line.kind, line.insert) for line in found] == [
        ("tag", "zzstep"),
        ("metatag", "zzsteps:"),
        ("tag", "zzstepladder"),
    ]
    assert found[1].note == "How many steps."
    assert found[1].unfinished
    assert inserted(visitor, "zyk") == ["zzsteps:"]
    # With one letter a tag is likelier.
    assert inserted(visitor, "z")[0] == "zzstep"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("zzsteps:", ["zzsteps:any", "zzsteps:none"]),
        ("ZZSTEPS:n", ["zzsteps:none"]),
        ("zyklen:a", ["zzsteps:any"]),
        ("ｚｚｓｔｅｐｓ：ａ", ["zzsteps:any"]),
        ("zzsteps:any,n", ["zzsteps:any,none"]),
        ("zzsteps:20..", []),
        ("order:i", ["order:id"]),
        ("order:id_", ["order:id_asc", "order:id_desc"]),
        ("pool:", []),
    ],
)
def test_values_follow_the_colon(visitor: Viewer, metatags: None, typed: str, offered: list[str]) -> None:
    assert inserted(visitor, typed) == offered


def test_accounts_are_offered_by_name_ones_own_first(visitor: Viewer) -> None:
    make_user("anna"), make_user("Andy"), make_user("ben"), make_user("gone_an", is_active=False)
    anton = make_user("anton")
    User.objects.filter(username="andy").update(is_active=False)
    assert inserted(visitor, "user:an") == ["user:Andy", "user:anna", "user:anton"]
    assert inserted(anton, "user:an") == ["user:anton", "user:Andy", "user:anna"]
    assert inserted(visitor, "user:gone") == []


def test_what_pictures_were_made_with_is_offered_ready_to_search(visitor: Viewer, metatags: None) -> None:
    for name in ("anything-v5", "Anything V5", "other", "any"):
        made_with(model_name=name, sampler="Euler a", loras=["moon light"])
    made_with(model_name="Anything V5")
    assert inserted(visitor, "model:any") == [
        'model:"Anything V5"',
        "model:anything-v5",
        'model:"any"',  # the one that is called so
        "model:any",
    ]
    assert inserted(visitor, 'model:"anything v') == ['model:"Anything V5"']
    assert inserted(visitor, "sampler:e") == ['sampler:"Euler a"']
    assert inserted(visitor, "lora:light") == ['lora:"moon light"']
    for typed in ("model:", "sampler:", "lora:"):
        for term in inserted(visitor, typed):
            parse(term)


@pytest.mark.parametrize("who", ["visitor", "member", "moderator", "author"])
def test_what_only_hidden_posts_have_is_offered_to_nobody(visitor: Viewer, metatags: None, who: str) -> None:
    author = make_user("author", shown_ratings="gs")
    viewer = {
        "visitor": visitor,
        "member": make_user(shown_ratings="gs"),
        "moderator": make_user(role="moderator", shown_ratings="gs"),
        "author": author,
    }[who]
    secret = {"model_name": "zxmodel", "sampler": "zxsampler", "scheduler": "zxscheduler", "loras": ["zxlora"]}
    made_with(author, **secret, rating="s")
    made_with(author, **secret, status="removed")
    made_with(author, **secret, prompt_visibility="hidden")
    for name in ("model", "sampler", "scheduler", "lora", "generator"):
        assert inserted(viewer, f"{name}:zx") == []


def test_what_is_hidden_now_is_offered_no_longer_though_the_list_was_kept(visitor: Viewer, metatags: None) -> None:
    post = made_with(model_name="zxmodel", loras=["zxlora"])
    assert inserted(visitor, "model:zx") == ["model:zxmodel"]
    assert inserted(visitor, "lora:zx") == ["lora:zxlora"]
    set_status(post, PostStatus.WITHDRAWN)
    assert inserted(visitor, "model:zx") == inserted(visitor, "lora:zx") == []


def test_lists_and_labels_are_ones_own(visitor: Viewer, metatags: None) -> None:
    mine, other = make_user("mine"), make_user("other")
    FavouriteGroup.objects.create(owner=mine, name="night skies", is_public=False)
    FavouriteGroup.objects.create(owner=other, name="night shift", is_public=True)
    SavedSearch.objects.create(user=mine, query="sky", labels=["nightly", "day time"])
    SavedSearch.objects.create(user=other, query="sky", labels=["nightmares"])
    assert inserted(mine, "favgroup:ni") == ['favgroup:"night skies"']
    assert inserted(mine, "favgroup:sk", "tags") == ['favgroup:"night skies"']
    assert inserted(mine, "search:n") == ["search:nightly"]
    assert inserted(mine, "search:d") == ['search:"day time"']
    for viewer in (visitor, make_user()):
        for typed in ("favgroup:ni", "search:n", "search:d"):
            assert inserted(viewer, typed) == []
    assert complete_word(mine, "query", "favgroup:ni").private


def test_a_tag_that_only_some_may_know_comes_to_them_alone(visitor: Viewer) -> None:
    author, member = make_user(shown_ratings="g"), make_user(shown_ratings="gs")
    make_post(author, tags=["zxhidden_thing"], rating="s")
    TagAlias.objects.create(antecedent="zxold", consequent=Tag.objects.get(name="zxhidden_thing"))
    seed_other_names({"zxhidden_thing": ["隠し物"]})
    for typed in ("zxh", "thing zx", "zxold", "zxhiden_thing", "/zt", "zx*", "隠し"):
        assert inserted(member, typed) == inserted(author, typed) == ["zxhidden_thing"], typed
        assert inserted(visitor, typed) == inserted(make_user(), typed) == [], typed
        assert inserted(visitor, typed, "prompt") == inserted(visitor, typed, "tags") == [], typed


def test_deprecated_tags_are_marked_in_searches_and_offered_to_no_editor(visitor: Viewer) -> None:
    Tag.objects.create(name="bad_hands", in_vocabulary=True, is_deprecated=True)
    (line,) = lines(visitor, "bad")
    assert (line.deprecated, line.note) == (True, "deprecated")
    assert inserted(visitor, "bad", "tags") == inserted(visitor, "bad", "prompt") == []


def test_an_edit_string_has_terms_of_its_own(visitor: Viewer) -> None:
    user = make_user("mika")
    Tag.objects.create(name="arthur", in_vocabulary=True)
    assert inserted(user, "art", "tags") == ["artist:", "arthur"]
    assert inserted(user, "artist:art", "tags") == ["artist:arthur"]
    assert inserted(user, "rating:s", "tags") == ["rating:sensitive"]
    assert inserted(user, "parent:", "tags") == ["parent:none"]
    assert inserted(user, "fav:", "tags") == ["fav:me"]
    assert inserted(user, "order", "tags") == []
    assert inserted(user, "art", "prompt") == ["arthur"]
    assert inserted(user, "artist:", "tags") == []


def test_japanese_readers_see_the_japanese_name_beside_the_tag(visitor: Viewer) -> None:
    Tag.objects.create(name="blue_eyes", in_vocabulary=True)
    seed_other_names({"blue_eyes": ["Blaue Augen", "青い目", "碧眼"]})
    with translation.override("ja"):
        assert [line.local_name for line in lines(visitor, "blue")] == ["青い目"]
        assert [(line.antecedent, line.local_name) for line in lines(visitor, "碧")] == [("碧眼", "青い目")]
        assert [(line.antecedent, line.local_name) for line in lines(visitor, "青")] == [("青い目", "")]
    assert [line.local_name for line in lines(visitor, "blue")] == [""]


@pytest.mark.parametrize("box", ["tags", "edit"])
def test_both_words_for_an_edit_string_ask_for_its_terms(client: Client, box: str) -> None:
    answer = client.get("/tags/complete", {"q": "rat", "box": box}).json()["completions"]
    assert [line["insert"] for line in answer] == ["rating:"]


@pytest.mark.parametrize(
    "typed", ["", " ", "\x00", "\ud800", ":", "user:", "user:\x00", "model:%", "x" * 5000, "order:" * 40]
)
@pytest.mark.parametrize("box", ["query", "tags", "prompt", "nonsense"])
def test_nothing_that_is_typed_is_a_fault(client: Client, typed: str, box: str) -> None:
    make_post()
    answer = client.get("/tags/complete", {"q": typed.encode("utf-8", "replace").decode(), "box": box})
    assert answer.status_code == 200
    complete_word(make_user(), "query", typed)


def test_hot_beginnings_are_kept_longer_and_members_answers_by_their_browser_alone(client: Client) -> None:
    def kept(typed: str) -> str:
        return client.get("/tags/complete", {"q": typed})["Cache-Control"]

    assert kept("lo") == "public, max-age=600, stale-while-revalidate=3600"
    assert kept("lon") == "public, max-age=60"
    answer = client.get("/tags/complete", {"q": "lo"})
    assert {"Cookie", "Accept-Language"} <= {word.strip() for word in answer["Vary"].split(",")}
    mika = make_user("mika")
    FavouriteGroup.objects.create(owner=mika, name="mine")
    client.login(username="mika", password=PASSWORD)
    assert kept("lo") == "private, max-age=60"
    if registry.kind("favgroup"):
        assert "no-store" in kept("favgroup:m")


def test_few_statements_answer(django_assert_max_num_queries: Any, visitor: Viewer) -> None:
    make_post(tags=["long_hair"])
    member = make_user()
    limit_of_time = 5  # to begin, to read and set it, to set it back and to end
    with django_assert_max_num_queries(limit_of_time + 1):
        lines(visitor, "lo")
    make_post(tags=["lonely"], rating="s")
    with django_assert_max_num_queries(limit_of_time + 1):
        lines(member, "lo")


def test_hidden_tags_take_no_place_from_those_that_a_member_may_know(visitor: Viewer) -> None:
    Tag.objects.bulk_create(Tag(name=f"zx{number:03}") for number in range(120))
    make_post(tags=["zxzz"], rating="s")
    assert inserted(make_user(shown_ratings="gs"), "zx") == ["zxzz"]


@pytest.mark.parametrize("typed", ["model:", "rating:"])
def test_what_stands_after_a_colon_is_kept_by_nobody(client: Client, typed: str) -> None:
    made_with(model_name="zxmodel")
    answer = client.get("/tags/complete", {"q": typed})
    assert answer.json()["completions"]
    assert {"private", "no-store"} == set(answer["Cache-Control"].split(", "))
