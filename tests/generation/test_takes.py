"""From a take to a post."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gallery.errors import UserFacingError
from gallery.models import Post, User
from generation import takes
from generation.models import Take
from generation.serve import serve
from tagging.edit import ensure_tags
from tagging.models import TagAlias


@pytest.fixture
def take(db: None, ask: Any, member: Callable[[str], User], engine: Any) -> Take:
    """A take of mira's."""
    ask(member("mira"), prompt="1girl, (red hair:1.2), smiling, a quiet unknown place far away", steps=1)
    serve(engine, "w")
    return Take.objects.get()


WANTED: dict[str, Any] = {"tags": ["1girl", "red_hair"], "rating": "g", "title": "Red"}


@pytest.mark.django_db(transaction=True)
def test_the_form_starts_with_the_tags_of_the_prompt(take: Take) -> None:
    TagAlias.objects.create(antecedent="smiling", consequent=ensure_tags(["smile"])[0])
    prefill = takes.prefill(take)
    assert prefill.tags == ["1girl", "red_hair", "smile"]
    assert prefill.words == []


@pytest.mark.django_db(transaction=True)
def test_publishing_twice_is_one_post(take: Take) -> None:
    post = takes.publish(take.owner, take, **WANTED)
    assert takes.publish(take.owner, take, **(WANTED | {"title": "Other"})) == post
    assert Post.objects.get().title == "Red"
    take.refresh_from_db()
    assert take.post == post
    assert post.generation.prompt.startswith("1girl")
    assert post.generation.seed == 7


@pytest.mark.django_db(transaction=True)
def test_publishing_twice_at_the_same_moment_is_one_post(take: Take) -> None:
    start = threading.Barrier(3)
    made: list[int] = []

    def send() -> None:
        try:
            start.wait()
            made.append(takes.publish(take.owner, take, **WANTED).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [Post.objects.get().pk] * 3


@pytest.mark.django_db(transaction=True)
def test_somebody_elses_take_is_not_found(take: Take, member: Callable[[str], User]) -> None:
    tomo = member("tomo")
    assert not takes.owned(tomo).exists()
    with pytest.raises(Take.DoesNotExist):
        takes.publish(tomo, take, **WANTED)
    assert not Post.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_post_that_is_refused_leaves_the_take_as_it_was(take: Take) -> None:
    with pytest.raises(UserFacingError):
        takes.publish(take.owner, take, **(WANTED | {"rating": "x"}))
    take.refresh_from_db()
    assert take.post is None
    assert not Post.objects.exists()


def test_the_recipe_comes_back_whole(transactional_db: None, take: Take) -> None:
    recipe = takes.recipe_of(take)
    assert (recipe.sampler, recipe.steps, recipe.cfg, recipe.seed) == ("Euler", 1, 2.0, 7)
    assert recipe.to_dict() == take.recipe


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("composite", "level"), [(False, "generated"), (True, "composite")])
def test_what_holds_work_from_outside_is_labelled_so(take: Take, client: Any, composite: bool, level: str) -> None:
    take.recipe = take.recipe | {"composite": composite}
    take.save(update_fields=["recipe"])
    client.force_login(take.owner)
    for page in (f"/takes/{take.pk}", f"/takes/{take.pk}/publish"):
        assert f"badge--{level}" in client.get(page).content.decode()
    post = takes.publish(take.owner, take, **WANTED)
    assert (post.ai_level, post.ai_evidence) == (level, "site_job")
