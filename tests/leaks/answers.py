"""Every row of `routes` asked by every viewer, once: what each answer said, as far as the tests look at it."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from tests.leaks import marks
from tests.leaks.asking import Ask, Row
from tests.leaks.marks import Mark
from tests.leaks.reading import found_in
from tests.leaks.viewers import VIEWERS, browser
from tests.leaks.world import World

CHANGING = re.compile(
    rb'csrfmiddlewaretoken" value="\w+"|id="id_key" value="\w+"|"X-CSRFToken": "\w+"'
    rb"|random%3A\d+|random:\d+|nonce-[\w-]+"
)
HANDLER = Client().handler  # one for all: reading the list of static files is slow
OWN_HEADERS = ("Content-Length", "Content-Security-Policy", "Expires")


@dataclass(frozen=True)
class Answer:
    """What one viewer was told. `shape`: a digest of all of it, with the name of the thing asked for taken out."""

    viewer: str
    row: Row
    ask: Ask
    status: int
    found: frozenset[Mark]
    caches: str
    vary: str
    shape: str

    @property
    def echoed(self) -> frozenset[Mark]:
        """What the request itself said."""
        sent = {Mark(self.ask.sends.index, "dg")} if self.ask.sends else set()
        return frozenset(marks.marks_in(self.ask.text.encode(), {}) | sent)

    @property
    def told(self) -> frozenset[Mark]:
        """The marks that were not in the request."""
        return self.found - self.echoed

    @property
    def any_zone(self) -> bool:
        """Whether it is a search for a label, or asks where a picture comes from: no zone is laid over these."""
        return self.ask.sends is not None or "tags=is%3A" in self.ask.address

    @property
    def is_work(self) -> bool:
        """Whether it is an address of moderators' work, or of what those concerned are told of it."""
        return self.ask.address.startswith(("/moderation/", "/statements"))

    @property
    def named(self) -> frozenset[int]:
        """The things that were asked about, by whatever names them."""
        things = {mark.thing for mark in self.echoed}
        return frozenset(things | {one.index for one in (self.ask.about, self.ask.sends) if one})

    def __str__(self) -> str:
        return f"{self.viewer}: {self.ask} → {self.status}"


def ask_everything(world: World, rows: list[Row], kind: str) -> list[Answer]:
    """Every row, by one of VIEWERS."""
    viewer = VIEWERS[kind]
    client = browser(viewer)
    client.handler = HANDLER
    client.raise_request_exception = False  # a page that breaks is told of with the leaks
    return [ask_once(world, client, kind, row, ask) for row in rows for ask in row.asks(world, viewer)]


def ask_once(world: World, client: Client, kind: str, row: Row, ask: Ask) -> Answer:
    """One request. What a form changes is undone, and what the next page says of it belongs to its answer."""
    if ask.method == "get":
        response: Any = client.get(ask.address, headers=ask.headers)
        return answer(world, kind, row, ask, response, found_in(response, world))
    with undone(client):
        response = client.post(ask.address, ask.data, headers=ask.headers)
        found = found_in(response, world)
        if response.status_code in (302, 303) and "/accounts/" not in response["Location"]:
            found |= found_in(client.get(reverse("gallery:refusal_help")), world)  # a page that shows messages
    return answer(world, kind, row, ask, response, found)


def answer(world: World, kind: str, row: Row, ask: Ask, response: Any, found: set[Mark]) -> Answer:
    """The answer as it is kept."""
    shape = shape_of(ask, response) if row.like_missing else ""
    return Answer(
        kind, row, ask, response.status_code, frozenset(found), response.get("Cache-Control", ""),
        response.get("Vary", ""), shape,
    )  # fmt: skip


def shape_of(ask: Ask, response: Any) -> str:
    """The digest of status, headers and body; the thing's number, key and words, and what always changes, left out."""
    head = sorted((name, value) for name, value in response.items() if name not in OWN_HEADERS)
    said = repr((response.status_code, head)).encode() + (b"" if response.streaming else response.content)
    said = CHANGING.sub(b"", said)
    if ask.about is not None:
        for own in (
            ask.address,
            quote(ask.address),
            escape(ask.address),
            str(ask.about.pk),
            marks.code(ask.about.index),
        ):
            said = said.replace(own.encode(), b"*")
    return hashlib.sha256(said).hexdigest()


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """What the browser does meanwhile, to the database and to its cookies, is undone."""
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies
