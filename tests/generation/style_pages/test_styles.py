"""Styles that members name: made, changed, used, credited, deleted."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Post, Refusal, User
from gallery.refusals.rules import Wanted, save_rule
from generation import takes
from generation.models import GenerationRequest, StylePage, StylePost
from tests.factories import make_checkpoint, make_post, make_resource, make_take, make_user

pytestmark = pytest.mark.django_db
FORM = {"name": "Soft ink", "about": "For rain.", "prompt": "ink, {prompt}, wash", "negative_prompt": "neon",
        "model": "small", "audience": "everybody", "lora0": "detail", "weight0": "0.6"}  # fmt: skip
PUBLISHED: dict[str, Any] = {"tags": ["1girl"], "rating": "g"}


@pytest.fixture
def maker() -> User:
    make_checkpoint()
    make_resource("detail")
    return make_user("maker")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def made(maker: User, **changed: str) -> StylePage:
    sent = signed_in(maker).post("/styles/new", FORM | changed)
    assert sent.status_code == 302, sent.context["form"].errors
    return StylePage.objects.latest("pk")


def test_a_style_is_made_shown_and_listed(maker: User) -> None:
    style = made(maker)
    shown = Client().get(f"/styles/{style.slug}")
    for part in ("Soft ink", "For rain.", "ink, {prompt}, wash", "neon", "× 0.6", "Small"):
        assert part in shown.text, part
    assert f"/styles/{style.slug}" in Client().get("/styles").text
    assert style.slug.startswith("soft-ink-")


def test_two_of_one_name_have_two_addresses(maker: User) -> None:
    assert made(maker).slug != made(maker).slug


def test_a_japanese_name_is_an_address_too(maker: User) -> None:
    style = made(maker, name="やわらかい墨")
    assert Client().get(reverse("generation:style", args=[style.slug])).status_code == 200


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"name": " "}, "name", "Give it a name"),
        ({"name": "x" * 81}, "name", "at most 80"),
        ({"prompt": "y" * 2001}, "prompt", "at most 2000"),
        ({"prompt": "<lora:detail:1>"}, "prompt", "Choose LoRAs in the list below"),
        ({"prompt": "{prompt} {prompt}"}, "prompt", "may stand once"),
        ({"negative_prompt": "{prompt}"}, "negative_prompt", "may stand once"),
        ({"lora0": "none"}, "lora0", "not available"),
        ({"weight0": "nan"}, "weight0", "A weight is a number"),
        ({"weight0": "inf"}, "weight0", "A weight is a number"),
        ({"weight0": "99"}, "weight0", "from -10 to 10"),
        ({"lora1": "detail"}, "lora1", "stands there twice"),
        ({"model": "none"}, "model", "not available"),
        ({"audience": "x"}, "audience", "everybody, or only you"),
        ({"audience": ""}, "audience", "Choose who may use it"),
        ({"prompt": "", "negative_prompt": "", "lora0": "", "model": ""}, "prompt", "adds something"),
        ({"name": "a\x00"}, "name", ""),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(maker: User, changed: Any, field: str, said: str) -> None:
    page = signed_in(maker).post("/styles/new", FORM | changed)
    assert page.status_code == 422
    assert said in str(page.context["form"].errors[field])
    assert "For rain." in page.text
    assert not StylePage.objects.exists()


def test_a_lora_of_another_family_is_refused(maker: User) -> None:
    make_resource("photo", family="sdxl")
    page = signed_in(maker).post("/styles/new", FORM | {"lora0": "photo"})
    assert "was not made for" in str(page.context["form"].errors["lora0"])


@pytest.mark.parametrize("field", ["name", "about", "prompt"])
def test_the_sites_rules_hold_for_its_texts(maker: User, field: str) -> None:
    save_rule(make_user(role="admin"), None, Wanted("Dusk", "refuse", ("prompt", "text"), "moonlit"), "Too dark.")
    page = signed_in(maker).post("/styles/new", FORM | {field: "moonlit"})
    assert page.status_code == 422
    assert "Dusk" in page.text
    assert not StylePage.objects.exists()
    assert Refusal.objects.get().person == maker


def test_the_fixed_rule_holds_too(maker: User) -> None:
    page = signed_in(maker).post("/styles/new", FORM | {"prompt": "loli, nude"})
    assert page.status_code == 422
    assert not StylePage.objects.exists()


def test_changing_keeps_the_address_and_says_what_it_is_now(maker: User) -> None:
    style = made(maker)
    client = signed_in(maker)
    page = client.get(f"/styles/{style.slug}/edit")
    assert 'value="0.6"' in page.text
    assert client.post(f"/styles/{style.slug}/edit", FORM | {"name": "Hard ink", "lora0": ""}).status_code == 302
    style.refresh_from_db()
    assert (style.name, style.loras.count()) == ("Hard ink", 0)


def test_deleting_says_what_is_lost_and_leaves_the_posts(maker: User) -> None:
    style, post = made(maker), make_post(maker)
    StylePost.objects.create(style=style, post=post)
    client = signed_in(maker)
    assert "1 post that you can see was drawn in it" in client.get(f"/styles/{style.slug}/delete").text
    client.post(f"/styles/{style.slug}/delete")
    assert not StylePage.objects.exists()
    assert Post.objects.filter(pk=post.pk).exists()


def test_a_style_is_made_of_a_take_and_of_a_request(maker: User) -> None:
    take = make_take(maker, prompt="1girl, <lora:detail:0.4>, ink", negative_prompt="neon")
    assert take.job is not None
    for query in (f"take={take.pk}", f"request={take.job.request_id}"):
        page = signed_in(maker).get(f"/styles/new?{query}")
        initial = page.context["form"].initial
        assert (initial["lora0"], initial["weight0"], initial["model"]) == ("detail", "0.4", "small")
        assert "lora:" not in initial["prompt"]
        assert signed_in(make_user()).get(f"/styles/new?{query}").status_code == 404


def test_drawing_with_it_puts_its_words_into_the_boxes_and_credits_it(maker: User) -> None:
    style, haru = made(maker), make_user("haru")
    client = signed_in(haru)
    page = client.get(reverse("generation:create"), {"style": style.slug, "prompt": "1girl"})
    assert page.context["form"]["prompt"].value() == "ink, 1girl, wash, <lora:detail:0.6>"
    assert page.context["form"]["negative_prompt"].value() == "neon"
    assert f'name="style_page" value="{style.slug}"' in page.text
    alone = client.get(reverse("generation:create"), {"style": style.slug})
    assert alone.context["form"]["prompt"].value() == "ink, wash, <lora:detail:0.6>"
    take = make_take(haru, prompt="ink, 1girl, wash", style_page=style.slug)
    child = make_take(haru, source_take=take.pk, strength=0.5)
    post = takes.publish(haru, child, **PUBLISHED)
    assert list(StylePost.objects.values_list("style", "post")) == [(style.pk, post.pk)]
    told = Client().get(f"/posts/{post.pk}").text
    assert f'In the style <a href="/styles/{style.slug}">Soft ink</a>' in told
    assert f'href="/posts/{post.pk}' in Client().get(f"/styles/{style.slug}").text


def test_its_maker_puts_own_posts_in_and_takes_any_out(maker: User) -> None:
    style, own, others = made(maker), make_post(maker), make_post()
    client = signed_in(maker)
    address = f"/styles/{style.slug}/posts"
    assert client.post(address, {"add": f"#{own.pk}"}).status_code == 302
    for wrong in (str(others.pk), "x", "9" * 30, "", "１２", "\x00"):
        page = client.post(address, {"add": wrong})
        assert page.status_code == 422, wrong
        assert "Write the number of a post of yours" in page.text
    assert list(style.entries.values_list("post", flat=True)) == [own.pk]
    StylePost.objects.create(style=style, post=others)
    client.post(address, {"take_out": str(others.pk)})
    assert list(style.entries.values_list("post", flat=True)) == [own.pk]


def test_an_author_takes_their_own_post_out_of_anothers_style(maker: User) -> None:
    style, haru = made(maker), make_user("haru")
    mine, makers = make_post(haru), make_post(maker)
    for post in (mine, makers):
        StylePost.objects.create(style=style, post=post)
    client = signed_in(haru)
    assert client.post(f"/styles/{style.slug}/posts", {"take_out": str(makers.pk)}).status_code == 404
    assert client.post(f"/styles/{style.slug}/posts", {"take_out": str(mine.pk)}).status_code == 302
    assert list(style.entries.values_list("post", flat=True)) == [makers.pk]


def test_a_request_forgets_a_style_that_is_deleted(maker: User) -> None:
    style = made(maker)
    take = make_take(maker, style_page=style.slug)
    style.delete()
    assert GenerationRequest.objects.get().style is None
    takes.publish(maker, take, **PUBLISHED)
