"""From a post to its remix: who is credited, and who not."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Post, Remix, User
from generation import takes
from generation.models import GenerationRequest, Take
from tests.factories import make_checkpoint, make_post, make_recipe, make_take, make_user

pytestmark = pytest.mark.django_db
PUBLISHED: dict[str, Any] = {"tags": ["1girl"], "rating": "g"}
FORM = {
    "prompt": "1girl, hat", "negative_prompt": "", "model": "small", "shape": "exact", "width": "64", "height": "64",
    "steps": "4", "sampler": "Euler", "guidance": "3", "seed": "1", "count": "1", "key": "a-form",
}  # fmt: skip


@pytest.fixture
def source() -> Post:
    make_checkpoint()
    return make_post(make_user("mika"), recipe=make_recipe(prompt="1girl, red hair"))


@pytest.fixture
def haru() -> User:
    return make_user("haru")


def hide(post: Post, **fields: Any) -> None:
    Post.objects.filter(pk=post.pk).update(**fields)


def publish(take: Take) -> Post:
    return takes.publish(take.owner, take, **PUBLISHED)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_form_of_a_remix_carries_the_post_to_its_remix(source: Post, haru: User) -> None:
    client = signed_in(haru)
    page = client.get(reverse("generation:create"), {"remix": source.pk})
    assert f'name="remix_of" value="{source.pk}"' in page.text
    assert re.search(rf'Remix of <a href="/posts/{source.pk}">post {source.pk}</a> by mika', page.text)
    sent = client.post(reverse("generation:create"), FORM | {"remix_of": str(source.pk)})
    assert sent.status_code == 303
    assert GenerationRequest.objects.get().remix_of == source


def test_publishing_writes_the_credit_once(source: Post, haru: User) -> None:
    take = make_take(haru, remix_of=source.pk)
    post = publish(take)
    assert publish(take) == post
    assert list(Remix.objects.values_list("post", "source")) == [(post.pk, source.pk)]


@pytest.mark.parametrize(
    "hidden",
    [{"prompt_visibility": "hidden"}, {"prompt_visibility": "on_request"}, {"status": "removed"}, {"rating": "e"},
     {"status": "quarantined"}, {"status": "withdrawn"}],
    ids=lambda fields: next(iter(fields.values())),
)  # fmt: skip
def test_what_cannot_be_started_from_is_dropped_without_a_word(source: Post, haru: User, hidden: Any) -> None:
    hide(source, **hidden)
    client = signed_in(haru)
    sent = client.post(reverse("generation:create"), FORM | {"remix_of": str(source.pk)})
    unknown = client.post(reverse("generation:create"), FORM | {"remix_of": str(2**62), "key": "another"})
    assert (sent.status_code, unknown.status_code) == (303, 303)
    assert set(GenerationRequest.objects.values_list("remix_of", flat=True)) == {None}
    wrong = FORM | {"remix_of": str(source.pk), "steps": "9999", "key": "wrong"}
    again = [client.post(reverse("generation:create"), wrong | {"remix_of": text}) for text in (source.pk, 2**62)]
    assert [page.status_code for page in again] == [422, 422]
    assert "remix_of" not in again[0].text
    assert "mika" not in again[0].text


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", "9" * 30, "1\x00", "１２", "1.5", "a" * 5000])
def test_what_is_no_number_is_nobody(source: Post, haru: User, typed: str) -> None:
    sent = signed_in(haru).post(reverse("generation:create"), FORM | {"remix_of": typed, "style_page": typed})
    assert sent.status_code == 303
    request = GenerationRequest.objects.get()
    assert (request.remix_of, request.style) == (None, None)


def test_a_take_drawn_over_a_remix_keeps_the_credit(source: Post, haru: User) -> None:
    first = make_take(haru, remix_of=source.pk)
    second = make_take(haru, source_take=first.pk, strength=0.5)
    third = make_take(haru, source_take=second.pk, strength=0.5)
    assert Take.objects.get(pk=third.pk).parent == second
    assert Remix.objects.get(post=publish(third)).source == source


def test_other_posts_credit_nobody(source: Post, haru: User) -> None:
    publish(make_take(haru))
    assert not Remix.objects.exists()


def test_the_credit_goes_with_the_recipe_into_the_next_form(source: Post, haru: User) -> None:
    take = make_take(haru, remix_of=source.pk)
    for query in ({"again": take.job.request_id}, {"take": take.pk}, {"edit_take": take.pk}):
        assert f'name="remix_of" value="{source.pk}"' in signed_in(haru).get(reverse("generation:create"), query).text


def test_when_the_prompt_is_hidden_later_the_credit_stays_and_no_word_of_it_shows(source: Post, haru: User) -> None:
    take = make_take(haru, remix_of=source.pk, prompt="1girl, hat")
    hide(source, prompt_visibility="hidden")
    client = signed_in(haru)
    again = client.get(reverse("generation:create"), {"again": take.job.request_id})
    assert f'name="remix_of" value="{source.pk}"' in again.text
    assert "1girl, hat" in again.text
    assert "red hair" not in again.text
    anew = client.get(reverse("generation:create"), {"remix": source.pk})
    assert "keeps its prompt private, so it can’t be remixed" in anew.text
    assert "red hair" not in anew.text
    assert Remix.objects.get(post=publish(take)).source == source


def test_the_credit_can_be_left_out_with_a_button(source: Post, haru: User) -> None:
    form = FORM | {"remix_of": str(source.pk), "apply": "remove_remix"}
    page = signed_in(haru).post(reverse("generation:create"), form)
    assert page.status_code == 200
    assert "remix_of" not in page.text
    assert "1girl, hat" in page.text


def test_a_visitors_remix_is_one_after_signing_in(source: Post, haru: User) -> None:
    client = Client()
    page = client.get(reverse("generation:create"), {"remix": source.pk})
    assert f'name="remix_of" value="{source.pk}"' in page.text
    client.post(reverse("generation:create"), FORM | {"remix_of": str(source.pk)})
    client.force_login(haru, "django.contrib.auth.backends.ModelBackend")
    assert f'name="remix_of" value="{source.pk}"' in client.get(reverse("generation:create")).text
