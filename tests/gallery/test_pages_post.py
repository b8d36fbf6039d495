"""A post's page, its author's form and a moderator's decisions."""

import pytest

from gallery import posts as post_acts
from gallery.models import ModerationAction, Post
from gallery.provenance import LoraEntry
from tagging.models import Tag
from tests.factories import PASSWORD, SET_BY_SITE, make_post, make_recipe, make_user

pytestmark = pytest.mark.django_db

SECRET = "a very secret prompt"


def text(response):
    return response.content.decode()


@pytest.fixture
def author():
    return make_user("author", shown_ratings="gs")


@pytest.fixture
def sign_in(client):
    def sign_in(user):
        client.login(username=user.username, password=PASSWORD)
        return client

    return sign_in


def form(**fields):
    return {"title": "", "commentary": "", "tags": "1girl", "rating": "g", "prompt_visibility": "visible"} | fields


def test_a_visible_prompt_can_be_read_copied_and_remixed(client, author):
    post = make_post(author, recipe=make_recipe(prompt="1girl, red hair", seed=4711))
    page = text(client.get(f"/posts/{post.pk}"))
    assert '<p class="prompt-text" id="prompt">1girl, red hair</p>' in page
    assert "Seed: 4711" in page
    assert f'href="/create?remix={post.pk}"' in page


def test_a_hidden_prompt_is_in_no_byte_of_the_page_that_others_get(client, author, sign_in):
    recipe = make_recipe(prompt=SECRET, negative_prompt="secret too", seed=987654321)
    post = make_post(author, recipe=recipe, prompt_visibility="hidden")
    page = text(client.get(f"/posts/{post.pk}"))
    assert "keeps the prompt private" in page
    for secret in (SECRET, "secret too", "987654321", "remix="):
        assert secret not in page
    sign_in(author)
    assert SECRET in text(client.get(f"/posts/{post.pk}"))


def test_how_an_edit_was_drawn_is_shown_and_what_the_prompt_names_only_with_it(client, author):
    recipe = make_recipe(denoise=0.35, clip_skip=2, vae="bright", loras=(LoraEntry("zxlora", "ab" * 32, 0.8, 0.8),))
    shown = make_post(author, recipe=recipe)
    assert (shown.generation.denoise, shown.generation.loras) == (0.35, ["zxlora"])
    page = text(client.get(f"/posts/{shown.pk}"))
    assert "Denoising strength: 0.35" in page
    assert "zxlora: ababababab" in page
    assert ">zxlora</a> 0.8</dd>" in page
    hidden = text(client.get(f"/posts/{make_post(author, recipe=recipe, prompt_visibility='hidden').pk}"))
    assert ">0.35</a></dd>" in hidden
    assert "zxlora" not in hidden


def test_a_post_can_be_drawn_over_whoever_may_read_its_prompt(client, author):
    quiet = make_post(author, prompt_visibility="hidden")
    assert f'href="/create?edit={quiet.pk}"' in text(client.get(f"/posts/{quiet.pk}"))


def test_previous_and_next_follow_the_search(client, author):
    oldest = make_post(author, tags=["sky"])
    make_post(author, tags=["sea"])
    middle = make_post(author, tags=["sky"])
    newest = make_post(author, tags=["sky"])
    response = client.get(f"/posts/{middle.pk}", {"q": "sky"})
    assert response.context["previous_url"] == f"/posts/{newest.pk}?q=sky"
    assert response.context["next_url"] == f"/posts/{oldest.pk}?q=sky"


def test_a_search_that_cannot_be_read_does_not_break_the_post_page(client, author):
    post = make_post(author)
    assert client.get(f"/posts/{post.pk}", {"q": "(("}).status_code == 200


@pytest.mark.parametrize("address", ["/posts/999999", "/posts/99999999999999999999999", "/posts/0"])
def test_a_post_that_is_none_is_404_in_words(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "There is no page or post here that you can see" in text(response)


def test_the_author_edits_everything(author, sign_in):
    post = make_post(author)
    sent = form(title="Evening", commentary="By the sea", tags="sky sea", rating="s", prompt_visibility="hidden")
    response = sign_in(author).post(f"/posts/{post.pk}/edit", sent)
    assert response.status_code == 302
    post.refresh_from_db()
    names = set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True)) - SET_BY_SITE
    assert (post.title, post.commentary) == ("Evening", "By the sea")
    assert (post.rating, post.prompt_visibility) == ("s", "hidden")
    assert names == {"sky", "sea"}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("tags", "good bad__tag", "contains “__”"),
        ("rating", "z", "not one of the available choices"),
        ("title", "x" * 201, "at most 200 characters"),
    ],
)
def test_a_form_that_is_wrong_says_so_beside_the_field_and_keeps_what_was_typed(
    author, sign_in, field, value, sentence
):
    post = make_post(author)
    response = sign_in(author).post(f"/posts/{post.pk}/edit", form(commentary="kept", **{field: value}))
    assert response.status_code == 422
    assert any(sentence in message for message in response.context["form"].errors[field])
    assert "kept" in text(response)
    assert value in text(response)
    post.refresh_from_db()
    assert post.commentary == ""


def test_a_rating_that_rules_raise_is_said(author, sign_in):
    post = make_post(author)
    response = sign_in(author).post(f"/posts/{post.pk}/edit", form(tags="bikini"), follow=True)
    assert "call for the rating “Sensitive”" in text(response)


def test_others_find_no_edit_and_no_withdraw_page(author, sign_in):
    post = make_post(author)
    client = sign_in(make_user("other"))
    for page in ("edit", "withdraw"):
        assert client.get(f"/posts/{post.pk}/{page}").status_code == 404
        assert client.post(f"/posts/{post.pk}/{page}", form()).status_code == 404
    post.refresh_from_db()
    assert post.status == "active"


def test_withdrawing_asks_first_and_then_hides_the_post(author, sign_in, client):
    post = make_post(author)
    sign_in(author)
    assert "It leaves every list" in text(client.get(f"/posts/{post.pk}/withdraw"))
    post.refresh_from_db()
    assert post.status == "active"
    assert client.post(f"/posts/{post.pk}/withdraw", {"reason": "wrong hands"}).status_code == 302
    assert "Withdrawn by its author" in text(client.get(f"/posts/{post.pk}"))
    client.logout()
    assert client.get(f"/posts/{post.pk}").status_code == 404


def test_a_moderator_needs_a_reason_and_keeps_the_choice(author, sign_in):
    post = make_post(author)
    client = sign_in(make_user("mod", role="moderator"))
    response = client.post(f"/posts/{post.pk}/moderate", {"act": "rerate", "rating": "q", "reason": " "})
    assert response.status_code == 422
    assert "Give a reason" in text(response)
    assert response.context["moderation_form"]["rating"].value() == "q"
    assert not ModerationAction.objects.exists()


def test_a_moderator_rerates_removes_and_restores_with_a_row_each(author, sign_in):
    post = make_post(author)
    client = sign_in(make_user("mod", role="moderator"))
    for act, rating in (("rerate", "s"), ("remove", "s"), ("restore", "s")):
        response = client.post(f"/posts/{post.pk}/moderate", {"act": act, "rating": rating, "reason": f"why {act}"})
        assert response.status_code == 302
    post.refresh_from_db()
    assert (post.rating, post.status) == ("s", "active")
    assert list(ModerationAction.objects.order_by("pk").values_list("kind", "reason")) == [
        ("rerate", "why rerate"),
        ("remove", "why remove"),
        ("restore", "why restore"),
    ]


def test_what_cannot_be_done_in_this_state_is_409_with_a_sentence(author, sign_in):
    post = make_post(author)
    client = sign_in(make_user("mod", role="moderator"))
    response = client.post(f"/posts/{post.pk}/moderate", {"act": "restore", "reason": "x"})
    assert response.status_code == 409
    assert "cannot be done to a post that is “Active”" in text(response)


def test_members_cannot_moderate(author, sign_in):
    post = make_post(author)
    client = sign_in(make_user("other"))
    assert client.post(f"/posts/{post.pk}/moderate", {"act": "remove", "reason": "x"}).status_code == 403
    assert f"/posts/{post.pk}/moderate" not in text(client.get(f"/posts/{post.pk}"))
    assert Post.objects.get(pk=post.pk).status == "active"


def test_the_author_reads_why_a_post_was_removed(author, sign_in, client):
    from gallery import moderation

    post = make_post(author)
    moderation.remove(make_user("mod", role="moderator"), post, "Same picture twice.")
    page = text(sign_in(author).get(f"/posts/{post.pk}"))
    assert "Removed" in page
    assert "Same picture twice." in page
    assert f"/posts/{post.pk}/edit" not in page


def test_editable_states_are_those_of_the_function(author, sign_in, client):
    post = make_post(author)
    sign_in(author)
    Post.objects.filter(pk=post.pk).update(status="removed")
    response = client.post(f"/posts/{post.pk}/edit", form(title="new"))
    assert response.status_code == 409
    assert 'value="new"' in text(response)
    assert "removed" not in post_acts.EDITABLE
