"""Places that lie: what they say is left out or said in a sentence, and the run goes on behind it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gallery.imports.danbooru_api import DanbooruSite
from gallery.imports.folder import Folder
from gallery.imports.run import Choices, begin, carry_on
from gallery.models import Post, User
from tests.factories import make_user
from tests.gallery.fetching.server import send, serving
from tests.gallery.imports.test_run import png

pytestmark = pytest.mark.django_db
CHOICES = Choices("q")


@pytest.fixture
def owner() -> User:
    return make_user("importer")


def imported(owner: User, folder: Path) -> list[str]:
    return [item.outcome for item in carry_on(begin(owner, str(folder)), Folder(folder), CHOICES)]


@pytest.mark.parametrize(
    "facts",
    [
        {"generation": {"prompt": "a\x00b", "loras": ["x\x00"], "model": "\ud800"}},
        {"ai_metadata": {"prompt": "\udfff", "parameters": {"Sampler": "\x00", "Seed": 2**70, "Steps": float("inf")}}},
        {"tag_string_general": "a\x00b \ud800c", "source": "\x00\ud800", "title": "\ud800" * 300},
        {"tags": ["rating:e", "parent:1", "-x", "favgroup:1", "\x00"], "rating": {"a": 1}},
        {"id": 10**60, "parent_id": 10**60},
        {"tags": [f"t{number}" for number in range(200_000)]},
    ],
    ids=["generation", "ai_metadata", "texts", "acts", "numbers", "tags"],
)
def test_a_hostile_sidecar_stops_nothing(owner: User, tmp_path: Path, facts: dict[str, Any]) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "a.png.json").write_text(json.dumps(facts))
    assert imported(owner, tmp_path) == ["posted"]


def test_a_sidecar_that_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"a")
    os.mkfifo(tmp_path / "a.png.json")
    assert [item.words for item in Folder(tmp_path).items()] == [()]


def test_names_that_are_no_text_or_very_long_are_pictures_of_their_own(owner: User, tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 250) / ("y" * 250)
    deep.mkdir(parents=True)
    for name in (b"a\xff.png", b"a\xfe.png"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(png())
    for number in range(3):
        (deep / f"{'z' * 40}{number}.png").write_bytes(png())
    assert imported(owner, tmp_path) == ["posted"] * 5
    assert Post.objects.count() == 5
    assert imported(owner, tmp_path) == []


@pytest.mark.parametrize("address", ["http://[", "http://[::1", "//[x]/a.png", "http://a\x00b/", "file:///etc/passwd"])
def test_an_address_that_is_none_is_that_pictures_trouble(owner: User, address: str) -> None:
    with serving() as server:
        posts = [{"id": 1, "file_url": address}]

        def answer(handler: Any) -> None:
            send(body=json.dumps(posts if "page=a0" in handler.path else []).encode())(handler)

        class Answers(dict[str, Any]):
            def __getitem__(self, path: str) -> Any:
                return answer

        server.answers = Answers()
        site = DanbooruSite(server.url("/"), network=server.network, sleep=lambda _seconds: None)
        assert [item.outcome for item in carry_on(begin(owner, "there"), site, CHOICES)] == ["refused"]


def test_numbers_that_no_site_has_are_left_out() -> None:
    with serving() as server:

        def answer(handler: Any) -> None:
            posts = [{"id": 5}, {"id": -3}, {"id": 10**600}] if "page=a0" in handler.path else []
            send(body=json.dumps(posts).encode())(handler)

        class Answers(dict[str, Any]):
            def __getitem__(self, path: str) -> Any:
                return answer

        server.answers = Answers()
        site = DanbooruSite(server.url("/"), network=server.network, sleep=lambda _seconds: None)
        assert [item.key for item in site.items()] == ["5"]


@pytest.mark.parametrize(
    ("place", "tags"),
    [("https://example.org/" + "x" * 700, ""), ("https://example.org", "x" * 600), ("https://[", "")],
    ids=["place", "tags", "address"],
)
def test_the_command_refuses_what_it_cannot_remember(owner: User, place: str, tags: str) -> None:
    with pytest.raises(CommandError):
        call_command("import_posts", place, owner=owner.username, tags=tags)
