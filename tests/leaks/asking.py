"""The words in which `routes` says how an address is asked, and what an ask is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.urls import reverse

from tests.leaks.oracle import reachable
from tests.leaks.things import MISSING, POSTS, THINGS, Thing
from tests.leaks.viewers import Viewer
from tests.leaks.world import World

FRAGMENT = {"HX-Request": "true"}
CONTROLS = (
    "open", "by another", "below a hidden one", "removed", "explicit", "prompt hidden", "prompt on request",
    "blurred by filter", "private take", "draft",
)  # fmt: skip
"""Of what a viewer can open, these are asked for; of what they can't, everything."""
PROBED = {
    *CONTROLS, "sensitive", "pending", "quarantined", "muted author", "tag hidden by filter", "in the human zone",
    MISSING.name,
}  # fmt: skip
"""One of each way to be hidden."""


@dataclass(frozen=True)
class Ask:
    """One request. `about` is the thing that its address or form names, if it is one of the world's; `sends` the one
    whose picture is sent along, so that its digest tells the sender nothing new. `form`: the same for all things
    of which a row asks in the same way."""

    address: str
    method: str = "get"
    data: dict[str, Any] = field(default_factory=dict)
    about: Thing | None = None
    headers: dict[str, str] = field(default_factory=dict)
    sends: Thing | None = None
    form: str = ""

    @property
    def text(self) -> str:
        """All that whoever asks said: what is sent back of it tells nobody anything."""
        return f"{self.address} {self.data}"

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.address}" + (f" {list(self.data)}" if self.data else "")


Asks = Callable[[World, Viewer], Iterable[Ask]]


@dataclass(frozen=True)
class Row:
    """How one address is asked. `tells`: some viewer must find a mark in its answers, or the row proves nothing.

    `like_missing`: of what a viewer can't reach it says exactly what it says of what there never was.
    """

    route: str
    asks: Asks
    tells: bool = False
    like_missing: bool = False


def plain(route: str, *queries: str, args: tuple[Any, ...] = (), tells: bool = False, **headers: str) -> Row:
    """A page without arguments, or with these; once for each query string."""

    def asks(world: World, viewer: Viewer) -> Iterator[Ask]:
        for query in queries or ("",):
            address = reverse(route, args=args) + (f"?{query}" if query else "")
            yield Ask(address, headers=headers)

    return Row(route, asks, tells)


def searches(route: str, parameter: str, queries: Iterable[str], *more: str, tells: bool = True) -> Row:
    """A page that takes a search; `more` are query strings beside it."""
    listed = [
        f"{parameter}={quote(query)}" + (f"&{rest}" if rest else "") for query in queries for rest in more or ("",)
    ]
    return plain(route, *listed, tells=tells)


def about(
    route: str,
    *queries: str,
    post: dict[str, Any] | None = None,
    args: Callable[[World, Thing], list[Any]] | None = None,
    kinds: tuple[str, ...] = ("post",),
    tells: bool = True,
    like_missing: bool = True,
    fragment: bool = False,
    every: bool = False,
) -> Row:
    """What is asked of one post; `{pk}` in a query is its number, `{open}` that of an open one.

    With `post` it is a form: sent for what the viewer can't reach alone, since for the rest the table of permissions
    stands. `every`: of all things, not of the PROBED alone. `fragment`: as htmx asks.
    """

    def of(world: World, thing: Thing) -> Iterator[Ask]:
        given = args(world, thing) if args else [] if queries and "{pk}" in queries[0] else [thing.pk]
        for query in queries or ("",):
            words = query.format(pk=thing.pk, open=THINGS["open"].pk, key=thing.key, tag=thing.word("ta"))
            address = reverse(route, args=given) + (f"?{words}" if words else "")
            if post is None:
                yield Ask(address, about=thing, headers=FRAGMENT if fragment else {}, form=query)
            else:
                yield Ask(address, "post", post, about=thing, form=query)

    def asks(world: World, viewer: Viewer) -> Iterator[Ask]:
        for thing in [*THINGS.values(), MISSING]:
            if (thing is not MISSING and thing.kind not in kinds) or not (every or thing.name in PROBED):
                continue
            reached = thing is not MISSING and reachable(viewer, thing)
            if not reached or (post is None and thing.name in CONTROLS):
                yield from of(world, thing)

    return Row(route, asks, tells and post is None, like_missing)


def of_tags(route: str, address: str, *, tells: bool = True, like_missing: bool = False) -> Row:
    """What is asked of the tag that only one post has; `{tag}` stands for it, `{start}` for most of it."""

    def asks(world: World, viewer: Viewer) -> Iterator[Ask]:
        for thing in [*POSTS, MISSING]:
            if thing.name not in PROBED:
                continue
            tag = thing.word("ta")
            yield Ask(address.format(tag=tag, start=tag[:-1]), about=thing, form=address)

    return Row(route, asks, tells, like_missing)


def files(route: str, variants: Iterable[tuple[str, str]], *queries: str) -> Row:
    """Files of pictures, by the key and by name of the variant and the format."""

    def asks(world: World, viewer: Viewer) -> Iterator[Ask]:
        for thing in [*THINGS.values(), MISSING]:
            if thing.name not in (PROBED if thing is MISSING or not reachable(viewer, thing) else CONTROLS):
                continue
            for variant, extension in variants:
                for query in queries or ("",):
                    address = reverse(route, args=[thing.key, variant, extension])
                    form = f"{variant}.{extension} {query}"
                    yield Ask(address + (f"?{query}" if query else ""), about=thing, form=form)

    return Row(route, asks, tells=True, like_missing=True)


def sent(
    route: str,
    *forms: dict[str, Any],
    args: tuple[Any, ...] = (),
    query: dict[str, str] | None = None,
    tells: bool = False,
) -> Row:
    """A form that names no thing in its address."""

    def asks(world: World, viewer: Viewer) -> Iterator[Ask]:
        address = reverse(route, args=args) + (f"?{urlencode(query)}" if query else "")
        for form in forms or ({},):
            yield Ask(address, "post", form)

    return Row(route, asks, tells)


def each(
    route: str, found: Callable[[World], Iterable[Any]], *, method: str = "get", tells: bool = False, **data: Any
) -> Row:
    """An address once for each list of arguments that the world has."""

    def asks(world: World, viewer: Viewer) -> Iterator[Ask]:
        for one in found(world):
            yield Ask(reverse(route, args=one if isinstance(one, list) else [one]), method, data)

    return Row(route, asks, tells)
