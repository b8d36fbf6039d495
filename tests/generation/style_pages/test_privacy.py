"""A private style is known to its maker alone; a style for everybody shows nothing that a viewer may not see."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.accounts.exports.tables import tables_of
from gallery.models import Post, User
from generation import account, takes
from generation.models import GenerationRequest, StylePage, StylePost
from generation.models.style_page import StyleLora
from tests.factories import make_checkpoint, make_post, make_resource, make_take, make_user

pytestmark = pytest.mark.django_db
SECRET = "Umbral wash"


@pytest.fixture
def maker() -> User:
    make_checkpoint()
    return make_user("maker")


@pytest.fixture
def private(maker: User) -> StylePage:
    return style_of(maker, audience="only_me")


def style_of(owner: User, **fields: Any) -> StylePage:
    whole = {"slug": "umbral-wash-k3f9", "name": SECRET, "prompt": "umbral", "audience": "everybody"}
    return StylePage.objects.create(owner=owner, **(whole | fields))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def others() -> list[Client]:
    return [
        Client(),
        signed_in(make_user()),
        signed_in(make_user(role="moderator")),
        signed_in(make_user(role="owner")),
    ]


def test_it_is_in_no_list_and_at_no_address_of_anybody_else(private: StylePage, maker: User) -> None:
    for client in others():
        assert SECRET not in client.get("/styles").text
        for path in ("", "/edit", "/delete"):
            answer, nothing = (client.get(f"/styles/{slug}{path}") for slug in (private.slug, "no-such-style"))
            assert answer.status_code == nothing.status_code
            assert SECRET not in answer.text
        answer = client.get(reverse("generation:create"), {"style": private.slug})
        assert answer.status_code == 404
    assert SECRET in signed_in(maker).get("/styles").text


def test_posts_drawn_with_it_do_not_name_it_to_others(private: StylePage, maker: User) -> None:
    post = takes.publish(maker, make_take(maker, style_page=private.slug), tags=["1girl"], rating="g")
    assert StylePost.objects.get().post == post
    for client in others():
        assert SECRET not in client.get(f"/posts/{post.pk}").text
    assert SECRET in signed_in(maker).get(f"/posts/{post.pk}").text


def test_anothers_private_style_is_dropped_without_a_word(private: StylePage) -> None:
    haru = make_user("haru")
    for number, slug in enumerate((private.slug, "no-such-style", "x" * 500, "a\x00b")):
        form = {"prompt": "1girl", "model": "small", "count": "1", "key": f"key-{number}", "style_page": slug}
        assert signed_in(haru).post(reverse("generation:create"), form).status_code == 303
    assert set(GenerationRequest.objects.values_list("style", flat=True)) == {None}


def test_a_style_that_became_private_gathers_only_its_makers_posts(maker: User) -> None:
    style, haru = style_of(maker), make_user("haru")
    theirs, own = make_take(haru, style_page=style.slug), make_take(maker, style_page=style.slug)
    StylePage.objects.update(audience="only_me")
    takes.publish(haru, theirs, tags=["1girl"], rating="g")
    post = takes.publish(maker, own, tags=["1girl"], rating="g")
    assert list(StylePost.objects.values_list("post", flat=True)) == [post.pk]


@pytest.mark.parametrize("hidden", [{"status": "removed"}, {"status": "quarantined"}, {"rating": "e"}], ids=str)
def test_its_page_shows_and_counts_what_the_viewer_may_see(maker: User, hidden: dict[str, str]) -> None:
    style = style_of(maker)
    shown, gone = make_post(), make_post()
    for post in (shown, gone):
        StylePost.objects.create(style=style, post=post)
    Post.objects.filter(pk=gone.pk).update(**hidden)
    page = Client().get(f"/styles/{style.slug}")
    assert page.context["page"].paginator.count == 1
    assert gone.asset.key not in page.text
    assert gone.asset.key not in Client().get("/styles").text
    assert shown.asset.key in Client().get("/styles").text


def test_loras_and_models_for_others_are_not_named(maker: User) -> None:
    hidden = make_resource("staffonly", name="Staff only", min_role="moderator")
    model = make_checkpoint("staffmodel", name="Staff model", min_role="moderator")
    style = style_of(maker, checkpoint=model)
    StyleLora.objects.create(style=style, resource=hidden, weight=0.5)
    member, moderator = signed_in(make_user()), signed_in(make_user(role="moderator"))
    for client in (Client(), member, signed_in(maker)):
        for address in (f"/styles/{style.slug}", f"/create?style={style.slug}", f"/styles/{style.slug}/edit"):
            text = client.get(address).text
            for word in ("Staff only", "staffonly", "Staff model", "staffmodel"):
                assert word not in text, (address, word)
    assert "<lora:staffonly:0.5>" in moderator.get(f"/create?style={style.slug}").context["form"]["prompt"].value()


def test_styles_of_disabled_accounts_are_gone(maker: User) -> None:
    style = style_of(maker)
    User.objects.filter(pk=maker.pk).update(is_active=False)
    assert Client().get(f"/styles/{style.slug}").status_code == 404
    assert SECRET not in Client().get("/styles").text


def test_a_copy_of_the_account_holds_them_and_erasing_it_removes_them(private: StylePage, maker: User) -> None:
    make_resource("detail")
    StyleLora.objects.create(style=private, resource=make_resource("ink", name="Ink"), weight=0.5)
    StylePost.objects.create(style=private, post=make_post(maker))
    table = {part.name: list(part.rows) for part in account.parts(maker)}["style-pages"]
    assert table[0]["name"] == SECRET
    assert list(table[0]["loras"]) == [{"resource__name": "Ink", "weight": 0.5}]
    assert len(table[0]["posts"]) == 1
    json.dumps(table, default=str)
    account.erase(maker)
    assert not StylePage.objects.exists()


def test_a_copy_of_the_account_holds_the_credits_that_its_posts_give(maker: User) -> None:
    source = make_post()
    post = takes.publish(maker, make_take(maker, remix_of=source.pk), tags=["1girl"], rating="g")

    def told() -> list[Any]:
        rows = {part.name: part.rows for part in tables_of(maker)}["remixes"]
        return [(row["post_id"], row["source_id"]) for row in rows]

    assert told() == [(post.pk, source.pk)]
    Post.objects.filter(pk=source.pk).update(status="removed")
    assert told() == []


def test_who_drew_with_a_style_is_not_told_what_it_is_called_once_it_is_private(maker: User) -> None:
    style, haru = style_of(maker, name="Ink"), make_user("haru")
    make_take(haru, style_page=style.slug)

    def told() -> list[str]:
        return [row["style__name"] for row in {part.name: part.rows for part in account.parts(haru)}["requests"]]

    assert told() == ["Ink"]
    StylePage.objects.update(audience="only_me", name=SECRET)
    assert told() == [None]


def test_taking_out_does_not_tell_of_posts_that_its_maker_cannot_see(maker: User) -> None:
    style, haru = style_of(maker), make_user("haru")
    shown, gone = make_post(haru), make_post(haru)
    for post in (shown, gone):
        StylePost.objects.create(style=style, post=post)
    Post.objects.filter(pk=gone.pk).update(status="withdrawn")
    client, address = signed_in(maker), f"/styles/{style.slug}/posts"
    assert client.post(address, {"take_out": gone.pk}).status_code == 404
    assert client.post(address, {"take_out": shown.pk}).status_code == 302
    assert StylePost.objects.get().post == gone
    assert signed_in(haru).post(address, {"take_out": gone.pk}).status_code == 302
