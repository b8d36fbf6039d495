"""Whose recipe a comparison uses is said with all that comes of it, as for single pictures."""

from typing import Any

import pytest
from django.test import Client

from gallery.models import Post, Remix, User
from generation import takes
from generation.lab.drawing import redraw
from generation.lab.keeping import make_sheet
from generation.models import GenerationRequest, Lab, StylePage, StylePost
from tests.factories import draw_cell, make_checkpoint, make_lab, make_post, make_recipe, make_user
from tests.generation.lab.test_pages import form

pytestmark = pytest.mark.django_db
PUBLISHED: dict[str, Any] = {"tags": ["1girl"], "rating": "g"}


@pytest.fixture
def mira(client: Client) -> User:
    make_checkpoint()
    user = make_user("mira")
    client.force_login(user)
    return user


@pytest.fixture
def source(mira: User) -> Post:
    return make_post(make_user("haru"), recipe=make_recipe(prompt="1girl, red hair", model_name="Small"))


@pytest.fixture
def style(mira: User) -> StylePage:
    owner = make_user("maker")
    return StylePage.objects.create(owner=owner, slug="ink-k3f9", name="Ink", prompt="ink", audience="everybody")


def test_the_form_carries_the_post_and_the_style_to_every_picture(
    client: Client, mira: User, source: Post, style: StylePage
) -> None:
    page = client.get(f"/lab?remix={source.pk}").text
    assert f'name="remix_of" value="{source.pk}"' in page
    assert f'name="style_page" value="{style.slug}"' in client.get(f"/lab?style={style.slug}").text
    client.post("/lab", form(remix_of=str(source.pk), style_page=style.slug))
    assert set(GenerationRequest.objects.values_list("remix_of", "style")) == {(source.pk, style.pk)}
    again = client.get(f"/lab?lab={Lab.objects.get().pk}").text
    assert f'name="remix_of" value="{source.pk}"' in again
    assert f'name="style_page" value="{style.slug}"' in again


def test_the_credit_can_be_left_out_and_all_that_was_typed_stays(client: Client, mira: User, source: Post) -> None:
    answer = client.post("/lab", form(remix_of=str(source.pk), apply="remove_remix"))
    assert 'name="remix_of"' not in answer.text
    assert answer.context["form"]["y_values"].value() == "3-7 (+4)"
    assert not Lab.objects.exists()


def test_a_published_sheet_credits_what_its_pictures_do(mira: User, source: Post, style: StylePage) -> None:
    lab = make_lab(mira, remix_of=source.pk, style_page=style.slug)
    for cell in lab.cells.all():
        draw_cell(cell)
    post = takes.publish(mira, make_sheet(mira, lab), **PUBLISHED)
    assert Remix.objects.get(post=post).source == source
    assert StylePost.objects.get(post=post).style == style


def test_when_the_prompt_is_hidden_later_the_credit_stays_with_what_is_drawn_again(mira: User, source: Post) -> None:
    lab = make_lab(mira, remix_of=source.pk)
    cell = lab.cells.first()
    assert cell is not None
    cell.request.jobs.update(state="cancelled", finished_at=lab.created_at)
    Post.objects.filter(pk=source.pk).update(prompt_visibility="hidden")
    assert redraw(mira, cell)
    assert set(GenerationRequest.objects.values_list("remix_of", flat=True)) == {source.pk}
