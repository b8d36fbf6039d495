"""Which metatags the site knows. A feature that brings one registers it here when its app starts.

    registry.register(MetatagKind("score", integers()))
    registry.register_order("score")

A name that Danbooru, AIBooru or a later feature of ours has, but nobody registered, is an error and not a tag: a
search that cannot be answered must say so. Any other `word:value` is a tag (`foo:bar`, `:3`, `>:)`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tagging.query.errors import QueryError
from tagging.query.tree import ORDER, Metatag
from tagging.query.values import BadValue, Order, Reader, Value, choices, integers, text, user_name

RATINGS = {"g": "general", "s": "sensitive", "q": "questionable", "e": "explicit"}
STATUSES = ("active", "removed", "any")


@dataclass(frozen=True, slots=True)
class MetatagKind:
    """One metatag: its canonical name, the reader of its values and other names for it.

    A `singleton` rules the whole search: at most one, and not inside a negation or a choice.
    """

    name: str
    read: Reader
    aliases: tuple[str, ...] = ()
    singleton: bool = False


class Registry:
    """The metatags and orders of one site."""

    def __init__(self) -> None:
        self._kinds: dict[str, MetatagKind] = {}
        self._canonical: dict[str, str] = {}
        self._orders: dict[str, Order] = {}
        self.register(MetatagKind(ORDER, self._read_order, singleton=True))

    def register(self, kind: MetatagKind) -> None:
        """Adds a metatag. Raises ValueError if its name or an alias is no word or is taken."""
        for name in (kind.name, *kind.aliases):
            if not re.fullmatch(r"[a-z][a-z_]*", name) or name in self._canonical:
                raise ValueError(f"the metatag name {name!r} is taken or is no word")
        self._kinds[kind.name] = kind
        self._canonical.update(dict.fromkeys((kind.name, *kind.aliases), kind.name))

    def register_order(self, key: str, *, ascending: bool = False) -> None:
        """Adds the values `key`, `key_asc` and `key_desc` to `order:`; `ascending` says what the bare `key` means."""
        if key in self._orders:
            raise ValueError(f"the order {key!r} is taken")
        self._orders[key] = Order(key, ascending)
        self._orders[f"{key}_asc"] = Order(key, True)
        self._orders[f"{key}_desc"] = Order(key, False)

    def names(self) -> tuple[str, ...]:
        """The canonical names, sorted."""
        return tuple(sorted(self._kinds))

    def orders(self) -> tuple[str, ...]:
        """Every value that `order:` takes."""
        return tuple(self._orders)

    def kind(self, name: str) -> MetatagKind | None:
        """The metatag with this name or alias, in any case."""
        canonical = self._canonical.get(name.lower())
        return self._kinds[canonical] if canonical else None

    def is_reserved(self, name: str) -> bool:
        """Whether `name:` cannot begin a tag."""
        return name.lower() in self._canonical or name.lower() in KNOWN_ELSEWHERE

    def read(self, metatag: Metatag) -> Value:
        """The typed value of a node. Raises QueryError (bad_value, unknown_metatag) with the node's column."""
        kind = self.kind(metatag.name)
        if kind is None:
            raise QueryError("unknown_metatag", metatag.column, {"name": metatag.name, "known": self.names()})
        try:
            return kind.read(metatag.value, metatag.quoted)
        except BadValue as error:
            params = {"name": metatag.name, "value": metatag.value, "expected": error.expected, **error.params}
            raise QueryError("bad_value", metatag.column, params) from error

    def _read_order(self, text: str, quoted: bool) -> Value:
        order = self._orders.get(text.lower())
        if order is None:
            raise BadValue("choices", choices=self.orders())
        return order


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
