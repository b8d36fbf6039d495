"""Which metatags the site knows. A feature that brings one registers it here when its app starts.

    registry.register(MetatagKind("score", integers(), section="numbers", summary=..., examples=("score:>=10",)))
    registry.register_order("score", summary=...)

A name that Danbooru, AIBooru or a later feature of ours has, but nobody registered, is an error and not a tag: a
search that cannot be answered must say so. Any other `word:value` is a tag (`foo:bar`, `:3`, `>:)`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from tagging.query.errors import QueryError
from tagging.query.readers import choices, integers, text, user_name
from tagging.query.tree import ORDER, Metatag
from tagging.query.values import LARGEST_INTEGER, BadValue, Clock, Order, Reader, Value

RATINGS = {"g": "general", "s": "sensitive", "q": "questionable", "e": "explicit"}
STATUSES = ("active", "removed", "any")
NEAREST = 3  # names offered in place of a wrong one


def _nothing_said() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class MetatagKind:
    """One metatag: its canonical name, the reader of its values and other names for it.

    A `singleton` rules the whole search: at most one, and not inside a negation or a choice.

    The rest is for people. `section` is the key of the part of the help page that it stands in, `summary` gives a
    sentence in the reader's language, `examples` are whole terms (`score:>=10`), and `values` are the fixed values
    that completion can offer.
    """

    name: str
    read: Reader
    aliases: tuple[str, ...] = ()
    singleton: bool = False
    section: str = ""
    summary: Callable[[], str] = _nothing_said
    examples: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderKind:
    """One order: what the bare `key` means, whether it can be turned round (`key_asc`, `key_desc`), and whether it
    takes a number (`key:7`), as a repeatable shuffle does.
    """

    key: str
    ascending: bool = False
    reversible: bool = True
    seeded: bool = False
    summary: Callable[[], str] = _nothing_said

    def values(self) -> tuple[str, ...]:
        """How it can be written, without a seed."""
        return (self.key, f"{self.key}_asc", f"{self.key}_desc") if self.reversible else (self.key,)


class Registry:
    """The metatags and orders of one site, in the order in which they were registered."""

    def __init__(self) -> None:
        self._kinds: dict[str, MetatagKind] = {}
        self._canonical: dict[str, str] = {}
        self._order_kinds: dict[str, OrderKind] = {}
        self._orders: dict[str, Order] = {}
        self.register(MetatagKind(ORDER, self._read_order, singleton=True, section=ORDER))

    def register(self, kind: MetatagKind) -> None:
        """Adds a metatag. Raises ValueError if its name or an alias is no word or is taken."""
        for name in (kind.name, *kind.aliases):
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in self._canonical:
                raise ValueError(f"the metatag name {name!r} is taken or is no word")
        self._kinds[kind.name] = kind
        self._canonical.update(dict.fromkeys((kind.name, *kind.aliases), kind.name))

    def replace(self, kind: MetatagKind) -> None:
        """Adds a metatag, in the place of the one that has its name so far. Raises ValueError as `register` does."""
        old = self._kinds.pop(kind.name, None)
        for name in (old.name, *old.aliases) if old else ():
            del self._canonical[name]
        self.register(kind)

    def describe_order(self, key: str, summary: Callable[[], str]) -> None:
        """Puts words to an order that stands here already."""
        self._order_kinds[key] = replace(self._order_kinds[key], summary=summary)

    def describe(self, name: str, *, section: str, summary: Callable[[], str], examples: tuple[str, ...] = ()) -> None:
        """Puts words to a metatag that stands here already (`order:` always does)."""
        self._kinds[name] = replace(self._kinds[name], section=section, summary=summary, examples=examples)

    def register_order(
        self,
        key: str,
        *,
        ascending: bool = False,
        reversible: bool = True,
        seeded: bool = False,
        aliases: tuple[str, ...] = (),
        summary: Callable[[], str] = _nothing_said,
    ) -> None:
        """Adds an order. `ascending` says what the bare `key` means; `aliases` are other words for the key.

        `reversible` adds `key_asc` and `key_desc`, `seeded` adds `key:<number>`. Raises ValueError if a word is taken.
        """
        kinds = [OrderKind(word, ascending, reversible, seeded, summary) for word in (key, *aliases)]
        if any(value in self._orders for kind in kinds for value in kind.values()):
            raise ValueError(f"the order {key!r} is taken")
        self._order_kinds[key] = kinds[0]
        for kind in kinds:
            self._orders[kind.key] = Order(key, ascending)
            if reversible:
                self._orders[f"{kind.key}_asc"] = Order(key, True)
                self._orders[f"{kind.key}_desc"] = Order(key, False)

    def names(self) -> tuple[str, ...]:
        """The canonical names, sorted."""
        return tuple(sorted(self._kinds))

    def kinds(self) -> tuple[MetatagKind, ...]:
        """Every metatag, each once."""
        return tuple(self._kinds.values())

    def sections(self) -> dict[str, tuple[MetatagKind, ...]]:
        """The metatags by the key of their section, for a page that explains them all."""
        keys = dict.fromkeys(kind.section for kind in self._kinds.values())
        return {key: tuple(kind for kind in self._kinds.values() if kind.section == key) for key in keys}

    def orders(self) -> tuple[str, ...]:
        """Every value that `order:` takes, without seeds."""
        return tuple(self._orders)

    def order_kinds(self) -> tuple[OrderKind, ...]:
        """Every order, each once."""
        return tuple(self._order_kinds.values())

    def kind(self, name: str) -> MetatagKind | None:
        """The metatag with this name or alias, in any case."""
        canonical = self._canonical.get(name.lower())
        return self._kinds[canonical] if canonical else None

    def is_reserved(self, name: str) -> bool:
        """Whether `name:` cannot begin a tag."""
        return name.lower() in self._canonical or name.lower() in KNOWN_ELSEWHERE

    def unknown(self, name: str, column: int) -> QueryError:
        """The error for a metatag that this site has not, with the names that look most like it."""
        nearest = get_close_matches(name.lower(), sorted(self._canonical), n=NEAREST)
        params = {"name": name.lower(), "known": self.names(), "nearest": tuple(nearest)}
        return QueryError("unknown_metatag", column, params)

    def read(self, metatag: Metatag, clock: Clock | None = None) -> Value:
        """The typed value of a node. Raises QueryError (bad_value, unknown_metatag) with the node's column.

        Dates and ages are those of `clock`; without one, of now in UTC.
        """
        kind = self.kind(metatag.name)
        if kind is None:
            raise self.unknown(metatag.name, metatag.column)
        try:
            return kind.read(metatag.value, metatag.quoted, clock or Clock.utc())
        except BadValue as error:
            params = {"name": metatag.name, "value": metatag.value, "expected": error.expected, **error.params}
            if not metatag.value and not metatag.quoted and kind.examples:
                params |= {"expected": "value_after_colon", "example": kind.examples[0]}
            raise QueryError("bad_value", metatag.column, params) from error

    def _read_order(self, text: str, quoted: bool, clock: Clock) -> Value:
        word, colon, seed = text.lower().partition(":")
        order = self._orders.get(word)
        if order is None:
            nearest = get_close_matches(word, self._orders, n=NEAREST)
            raise BadValue("order", nearest=tuple(nearest), choices=tuple(self._order_kinds))
        if not colon:
            return order
        if not self._order_kinds[order.key].seeded:
            raise BadValue("order_without_seed", order=order.key)
        if not re.fullmatch("[0-9]{1,19}", seed) or int(seed) > LARGEST_INTEGER:
            raise BadValue("order_seed", order=order.key, limit=LARGEST_INTEGER)
        return replace(order, seed=int(seed))


# Metatags of Danbooru, of AIBooru (source: app/logical/post_query_builder.rb of both) and of features to come here.
_ELSEWHERE = """
id width height mpixels ratio filesize duration score upvotes downvotes favcount tagcount pixiv pixiv_id views
gentags arttags copytags chartags metatags modeltags md5 pixelhash filetype exif embedded date age status rating is
has parent child pool ordpool favgroup ordfavgroup fav ordfav reacted search user approver flagger appealer
commenter comm noter noteupdater commentaryupdater artcomm upvote upvoter downvote downvoter disapproved updater
metadataupdater source note comment commentary ai modelhash unaliased limit random order
prompt negative model lora sampler scheduler steps cfg seed denoise generator evidence lineage similar
children deleted_children active_children
"""
_COUNTED = """
comment deleted_comment active_comment note deleted_note active_note flag child deleted_child active_child
pool deleted_pool active_pool series_pool collection_pool appeal approval replacement disapproval
"""
KNOWN_ELSEWHERE = frozenset(_ELSEWHERE.split()) | {
    kind + ending for kind in _COUNTED.split() for ending in ("_count", "s")
}


def standard_registry() -> Registry:
    """A registry with what every site has: rating, status, user, id, model and the orders id and created_at."""
    result = Registry()
    result.register(
        MetatagKind("rating", choices({word: letter for letter, name in RATINGS.items() for word in (letter, name)}))
    )
    result.register(MetatagKind("status", choices({status: status for status in STATUSES})))
    result.register(MetatagKind("user", user_name()))
    result.register(MetatagKind("id", integers()))
    result.register(MetatagKind("model", text(limit=200)))
    result.register_order("id", ascending=True)  # as on Danbooru: a bare order:id counts upwards
    result.register_order("created_at")
    return result


registry = standard_registry()
