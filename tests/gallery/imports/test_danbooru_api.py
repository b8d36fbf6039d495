"""Posts of another site, as its API tells of them."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gallery.errors import Invalid
from gallery.fetching import fetch
from gallery.imports.danbooru_api import DanbooruSite
from tests.gallery.fetching.server import Server, send, serving


class Booru:
    """A server with posts, of which it answers two at a time."""

    def __init__(self, server: Server, posts: list[dict[str, Any]]) -> None:
        self.server, self.posts, self.busy = server, posts, 0
        self.slept: list[float] = []
        self.asked: list[dict[str, list[str]]] = []

    def site(self, **fields: Any) -> DanbooruSite:
        return DanbooruSite(
            self.server.url("/"), network=self.server.network, pause=0.5, sleep=self.slept.append, **fields
        )

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)
        self.asked.append(asked)
        if self.busy:
            self.busy -= 1
            send(429)(handler)
            return
        after = int(asked["page"][0].removeprefix("a"))
        newer = sorted((post for post in self.posts if post["id"] > after), key=lambda post: post["id"])[:2]
        send(body=json.dumps(newer[::-1]).encode())(handler)


@pytest.fixture
def booru() -> Iterator[Booru]:
    with serving() as server:
        posts = [{"id": number, "tag_string_general": f"tag{number}", "rating": "g"} for number in (3, 5, 8, 13, 21)]
        here = Booru(server, posts)

        class Answers(dict[str, Any]):
            def __getitem__(self, path: str) -> Any:
                return here.answer if path.startswith("/posts.json") else super().__getitem__(path)

        server.answers = Answers()
        yield here


def test_posts_come_oldest_first_page_after_page(booru: Booru) -> None:
    assert [item.key for item in booru.site(query="1girl rating:g").items()] == ["3", "5", "8", "13", "21"]
    assert [asked["page"] for asked in booru.asked] == [["a0"], ["a5"], ["a13"], ["a21"]]
    assert {asked["tags"][0] for asked in booru.asked} == {"1girl rating:g"}


def test_it_goes_on_after_a_number(booru: Booru) -> None:
    assert [item.key for item in booru.site().items("8")] == ["13", "21"]


def test_files_are_read_only_when_asked_for(booru: Booru) -> None:
    booru.server.answers["/art/a.png"] = send(body=b"picture")
    booru.posts[0]["file_url"] = "/art/a.png?1"
    booru.server.answers["/art/a.png?1"] = send(body=b"picture")
    first, second, *_ = booru.site().items()
    assert all(path.startswith("/posts.json") for path, _host in booru.server.asked)
    assert (first.name, first.read()) == ("a.png", b"picture")
    with pytest.raises(Invalid) as refusal:
        second.read()
    assert refusal.value.code == "import_no_file"


def test_facts_are_taken_over(booru: Booru) -> None:
    booru.posts[:] = [
        {
            "id": 9,
            "parent_id": 4,
            "rating": "q",
            "tag_string_general": "1girl",
            "tag_string_artist": "somebody",
            "tag_string_copyright": "some_series",
            "source": "https://example.org/9",
            "generation": {"prompt": "night", "seed": 12, "model": "tiny", "loras": ["glow"], "generator": "Irodori"},
        },
        {"id": True},
        {"id": "10"},
        {"id": 11, "tag_string": "a b", "rating": "general", "source": None, "parent_id": "x"},
    ]
    booru.posts[1:3] = []
    nine, eleven = booru.site().items()
    assert nine.words == ("1girl", "artist:somebody", "copyright:some_series")
    assert (nine.number, nine.parent, nine.rating, nine.source) == ("9", "4", "q", "https://example.org/9")
    assert nine.recipe is not None
    assert (nine.recipe.prompt, nine.recipe.seed, nine.recipe.model_name) == ("night", 12, "tiny")
    assert [lora.name for lora in nine.recipe.loras] == ["glow"]
    assert (eleven.words, eleven.rating, eleven.parent, eleven.recipe) == (("a", "b"), "g", "", None)
    assert eleven.source.endswith("/posts/11")


def test_a_busy_site_is_asked_again_after_longer_and_longer(booru: Booru) -> None:
    booru.busy = 3
    assert len(list(booru.site().items())) == 5
    waits = [wait for wait in booru.slept if wait >= 1]
    assert waits == [1, 2, 4]


def test_a_network_that_is_down_for_a_moment_costs_no_picture(booru: Booru, monkeypatch: Any) -> None:
    site, tries = booru.site(), [Invalid("fetch_unreachable"), Invalid("fetch_broken_off")]

    def shaky(*args: Any, **named: Any) -> Any:
        if tries:
            raise tries.pop()
        return fetch(*args, **named)

    monkeypatch.setattr("gallery.imports.danbooru_api.fetch", shaky)
    assert len(list(site.items())) == 5


def test_a_site_that_stays_busy_is_left(booru: Booru) -> None:
    booru.busy = 99
    with pytest.raises(Invalid) as refusal:
        list(booru.site().items())
    assert (refusal.value.code, len(booru.asked)) == ("fetch_status", 5)


def test_requests_keep_their_distance(booru: Booru) -> None:
    list(booru.site().items())
    assert len(booru.slept) == 4
    assert all(0.3 < wait <= 0.5 for wait in booru.slept[1:])


NO_LISTS = (b"<html>", b"{}", b"", b"[" * 50_000, b"\xff")


@pytest.mark.parametrize("number", range(len(NO_LISTS)))
def test_what_is_no_list_of_posts_says_so(booru: Booru, number: int) -> None:
    booru.answer = send(body=NO_LISTS[number])  # type: ignore[method-assign]
    with pytest.raises(Invalid) as refusal:
        list(booru.site().items())
    assert refusal.value.code == "import_no_api"


def test_what_is_no_post_is_left_out(booru: Booru) -> None:
    booru.answer = send(body=b'[1, null, {"id": "4"}, {"id": true}, {"no": 1}]')  # type: ignore[method-assign]
    assert list(booru.site().items()) == []
