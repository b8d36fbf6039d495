"""What can follow `name:` in a search: fixed words, accounts, what pictures were made with, one's own lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.db.models import Value as Constant
from django.db.models.functions import Lower

from gallery.errors import SearchTimeout
from gallery.filters.in_force import in_force
from gallery.labels.zones import zone_of
from gallery.models import FavouriteGroup, Post, PostGeneration, SavedSearch, User
from gallery.models.post import PromptVisibility
from gallery.models.user import Zone
from gallery.search.budget import time_budget
from gallery.search.expressions import Like, literally
from gallery.visibility import Viewer, signed_in, visible_posts
from tagging.query import Metatag, MetatagKind, Registry, print_query, registry
from tagging.query.tree import ORDER

NEWEST_POSTS = 20_000
MOST_VALUES = 500
KEPT_SECONDS = 60
# All accounts are looked through for the beginning of a name; where that takes longer, none is offered.
ACCOUNTS_MS = 200
_BARE = re.compile(r"[\w.+\-]+")
_PRESENCE = frozenset({"any", "none"})


@dataclass(frozen=True)
class Value:
    """A value; `note` says more, `own` that it is the viewer's own affair, `verbatim` that somebody made it up, so that
    it may need quotation marks.
    """

    text: str
    note: str = ""
    own: bool = False
    verbatim: bool = False

    @property
    def written(self) -> str:
        """As it stands in a search."""
        plain = not self.verbatim or (_BARE.fullmatch(self.text) and self.text.lower() not in _PRESENCE)
        term = print_query(Metatag("x", self.text, not plain, 1))
        return term.removeprefix("x:")


def values_of(viewer: Viewer, kind: MetatagKind, typed: str, limit: int) -> list[Value]:
    """Up to `limit` values of `kind` for what was typed after the colon; those that begin so first."""
    text = as_begun(typed)
    found = fixed_values(registry, kind, text)
    if kind.name in _SOURCES and not (kind.values and "," in text):
        found = _SOURCES[kind.name](viewer, text, limit) + found
    return found[:limit]


def as_begun(typed: str) -> str:
    """The beginning of a value: without the quotation mark before it, in small letters."""
    return typed.lstrip("\"'").strip().lower()


def fixed_values(known: Registry, kind: MetatagKind, text: str) -> list[Value]:
    """The words that `kind` of the language `known` takes, as far as they begin with `text`."""
    if kind.name == ORDER:
        return _orders(known, text)
    # `rating:g,s`: the last of a list is completed, where values are words.
    before, comma, last = text.rpartition(",") if kind.values else ("", "", text)
    return [Value(before + comma + word) for word in kind.values if word.lower().startswith(last)]


def _orders(known: Registry, text: str) -> list[Value]:
    """Each order by its bare name; turned round only where somebody has typed all of that."""
    found: list[Value] = []
    for kind in known.order_kinds():
        for value in kind.values():
            if value.startswith(text) and (value == kind.key or len(text) >= len(kind.key)):
                found.append(Value(value, str(kind.summary())))
    return found


def _accounts(viewer: Viewer, text: str, limit: int) -> list[Value]:
    begins = Like(Lower(F("username")), Lower(Constant(literally(text) + "%")))
    named = User.objects.filter(begins, is_active=True).order_by("username")
    try:
        with time_budget(ACCOUNTS_MS):
            names = list(named.values_list("username", flat=True)[:limit])
    except SearchTimeout:
        names = []
    # One's own name is what one looks for most.
    own = viewer.get_username() if signed_in(viewer) else ""
    if own and own.lower().startswith(text):
        names = [own, *(name for name in names if name != own)][:limit]
    return [Value(name, verbatim=True) for name in names]


def _own_name(viewer: Viewer, text: str, limit: int) -> list[Value]:
    own = viewer.get_username() if signed_in(viewer) else ""
    return [Value(own, own=True, verbatim=True)] if own and own.lower().startswith(text) else []


def _own_groups(viewer: Viewer, text: str, limit: int) -> list[Value]:
    if not isinstance(viewer, User) or not signed_in(viewer):
        return []
    groups = FavouriteGroup.objects.filter(owner=viewer, name__icontains=text).order_by("name")
    names = sorted(groups.values_list("name", flat=True), key=lambda name: not name.lower().startswith(text))
    return [Value(name, own=True, verbatim=True) for name in names[:limit]]


def _own_labels(viewer: Viewer, text: str, limit: int) -> list[Value]:
    if not isinstance(viewer, User) or not signed_in(viewer):
        return []
    labels = SavedSearch.objects.filter(user=viewer).values_list("labels", flat=True)
    names = sorted({label for each in labels for label in each if label.lower().startswith(text)})
    return [Value(name, own=True, verbatim=True) for name in names[:limit]]


def _made_with(column: str) -> Callable[[Viewer, str, int], list[Value]]:
    """The words of a column of the recipe, as they stand on new posts that everybody may see and whose recipe their
    author shows. The list is the same for every viewer and kept for a minute; that the words shown are still there is
    looked up every time, among the posts that this viewer's own filter and zone leave: what is hidden now is told to
    nobody."""

    def values(viewer: Viewer, text: str, limit: int) -> list[Value]:
        oldest, words = cache.get(f"completion:{column}") or _words_in_use(column)
        fitting = [word for word in words if text in word.lower()]
        fitting.sort(key=lambda word: not word.lower().startswith(text))
        shown = fitting[: limit * 2]
        still = _still_in_use(viewer, column, shown, oldest)
        return [Value(word, verbatim=True) for word in shown if word in still][:limit]

    return values


def _open_posts(viewer: Viewer | None = None) -> QuerySet[Post]:
    posts = Post.objects.filter(visible_posts(AnonymousUser()), prompt_visibility=PromptVisibility.VISIBLE)
    if viewer is not None and (in_force(viewer).hides_any or zone_of(viewer) != Zone.BOTH):
        posts = posts.filter(visible_posts(viewer))
    return posts


def _words_in_use(column: str) -> tuple[int, list[str]]:
    """The id of the oldest post looked at, and the words, the most used first."""
    newest = list(_open_posts().order_by("-id").values_list("id", flat=True)[:NEWEST_POSTS])
    rows = PostGeneration.objects.filter(post_id__in=newest).values_list(column, flat=True)
    counts: Counter[str] = Counter()
    for row in rows.iterator():
        counts.update(row if isinstance(row, list) else [row])
    counts.pop("", None)
    found = (newest[-1] if newest else 0, [word for word, _count in counts.most_common(MOST_VALUES)])
    cache.set(f"completion:{column}", found, KEPT_SECONDS)
    return found


def _still_in_use(viewer: Viewer, column: str, words: list[str], oldest: int) -> set[str]:
    """Those of `words` that an open post has, by one statement that stops at the first post for each."""
    lookup = "generation__loras__contains" if column == "loras" else f"generation__{column}"
    each = [
        _open_posts(viewer)
        .filter(Q(**{lookup: [word] if column == "loras" else word}), pk__gte=oldest)
        .annotate(word=Constant(word))
        .values_list("word", flat=True)[:1]
        for word in words
    ]
    return set(each[0].union(*each[1:], all=True)) if each else set()


_SOURCES: dict[str, Callable[[Viewer, str, int], list[Value]]] = {
    "user": _accounts,
    "fav": _accounts,
    "ordfav": _accounts,
    "updater": _accounts,
    "upvote": _own_name,
    "downvote": _own_name,
    "favgroup": _own_groups,
    "ordfavgroup": _own_groups,
    "search": _own_labels,
    "model": _made_with("model_name"),
    "lora": _made_with("loras"),
    "sampler": _made_with("sampler"),
    "scheduler": _made_with("scheduler"),
    "generator": _made_with("generator"),
}
