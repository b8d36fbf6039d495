"""The page with styles and wildcards: who may change which, and what is refused."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import User
from generation.models import PromptStyle, Wildcard
from tests.factories import make_user

ADDRESS = "/create/styles"


@pytest.fixture
def mira(db: None, client: Client) -> User:
    """A member, signed in."""
    user = make_user("mira")
    client.force_login(user)
    return user


def style(instance: Any = None, **fields: str) -> dict[str, str]:
    """A style's form as a browser sends it."""
    prefix = f"promptstyle-{instance.pk if instance else 'new'}"
    whole = {"name": "Ink", "prompt": "ink wash", "negative_prompt": ""} | fields
    chosen = {"kind": "style", "act": "save"} | ({"id": str(instance.pk)} if instance else {})
    return chosen | {f"{prefix}-{name}": value for name, value in whole.items()}


def wildcard(**fields: str) -> dict[str, str]:
    """A new wildcard's form."""
    whole = {"name": "hair", "text": "red\r\nblue"} | fields
    return {"kind": "wildcard", "act": "save"} | {f"wildcard-new-{name}": value for name, value in whole.items()}


def test_a_style_and_a_wildcard_are_made_changed_and_deleted(client: Client, mira: User) -> None:
    assert client.post(ADDRESS, style()).status_code == 302
    made = PromptStyle.objects.get()
    assert (made.owner, made.name, made.prompt) == (mira, "Ink", "ink wash")
    assert client.post(ADDRESS, style(made, prompt="sumi")).status_code == 302
    made.refresh_from_db()
    assert made.prompt == "sumi"
    assert "sumi" in client.get(ADDRESS).text
    assert client.post(ADDRESS, style(made) | {"act": "delete"}).status_code == 302
    assert not PromptStyle.objects.exists()
    assert client.post(ADDRESS, wildcard(name="__Hair__")).status_code == 302
    assert (Wildcard.objects.get().name, Wildcard.objects.get().text) == ("hair", "red\nblue")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (style(name=""), "Give it a name"),
        (style(prompt=""), "adds text to one of the two boxes"),
        (style(prompt="x" * 2001), "2000"),
        (style(name="a\x00"), "Null characters"),
        (wildcard(name="hair colour"), "letters and digits"),
        (wildcard(name="a__b"), "letters and digits"),
        (wildcard(text="# only\n#comments\n "), "at least one line"),
        (wildcard(text=""), "at least one line"),
        (wildcard(text="x\n" * 10_001), "10001 lines"),
        (wildcard(text="x" * (2**20 + 1)), "longer than a megabyte"),
    ],
)
def test_what_cannot_be_saved_comes_back_with_a_sentence(
    client: Client, mira: User, data: dict[str, str], said: str
) -> None:
    answer = client.post(ADDRESS, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert not PromptStyle.objects.exists()
    assert not Wildcard.objects.exists()


def test_a_name_is_taken_once(client: Client, mira: User) -> None:
    client.post(ADDRESS, style())
    answer = client.post(ADDRESS, style(prompt="other words"))
    assert answer.status_code == 422
    assert "one of this name already" in answer.text
    assert "other words" in answer.text
    # The site's is another one.
    PromptStyle.objects.create(owner=None, name="Night", prompt="night")
    assert client.post(ADDRESS, style(name="Night")).status_code == 302


def test_only_admins_change_what_is_for_everybody(client: Client, mira: User) -> None:
    sites = PromptStyle.objects.create(owner=None, name="Site", prompt="for all")
    assert "for all" in client.get(ADDRESS).text
    assert client.post(ADDRESS, style(sites, name="Mine")).status_code == 404
    assert client.post(ADDRESS, style(sites) | {"act": "delete"}).status_code == 404
    client.post(ADDRESS, style(for_everybody="on"))
    assert PromptStyle.objects.get(name="Ink").owner == mira
    admin = make_user(role="admin")
    client.force_login(admin)
    client.post(ADDRESS, style(sites, name="Site", prompt="changed", for_everybody="on"))
    sites.refresh_from_db()
    assert (sites.owner, sites.prompt) == (None, "changed")


def test_somebody_elses_texts_are_neither_shown_nor_changed(client: Client, mira: User) -> None:
    theirs = PromptStyle.objects.create(owner=make_user(), name="Theirs", prompt="secret words")
    Wildcard.objects.create(owner=theirs.owner, name="theirs", text="secret lines")
    page = client.get(ADDRESS).text + client.get("/create").text
    assert "secret" not in page
    assert "theirs" not in page
    for act in ("save", "delete"):
        assert client.post(ADDRESS, style(theirs) | {"act": act}).status_code == 404
    assert client.post(ADDRESS, {"kind": "nonsense"}).status_code == 404
    assert client.post(ADDRESS, {"kind": "style", "id": "9" * 40}).status_code == 404
    client.logout()
    assert client.get(reverse("generation:book")).status_code == 302
