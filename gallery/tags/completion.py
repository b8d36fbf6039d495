"""Lines for the box at the caret: tags, names of metatags and their values, as far as the viewer may be told.

Three kinds of boxes ask: `query` (the search language), `tags` (the edit string of a post) and `prompt` (words for a
model). What comes in is the word at the caret without the signs before it (`-`, `~`, `(`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast, get_args

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gallery.ratings import Rating
from gallery.tags.completion_values import Value, values_of
from gallery.tags.groups import category_word
from gallery.tags.known import complete_for
from gallery.visibility import Viewer
from tagging.completion import Completion, Match
from tagging.completion_rows import japanese_names
from tagging.models import Category
from tagging.query import MetatagKind, Registry, registry

Box = Literal["query", "tags", "prompt"]
LINES = 10
METATAG_LINES = 3
LONGEST = 200  # of what was typed, in characters

_NAMED = re.compile(r"([a-z][a-z_]*):(.*)", re.DOTALL | re.IGNORECASE)

# Terms of edit strings, with what each does; the values of some are offered too.
EDIT_TERMS = {
    "parent": gettext_lazy("the post this one belongs to"),
    "child": gettext_lazy("a post that belongs to this one"),
    "source": gettext_lazy("where the picture is from"),
    "rating": gettext_lazy("another rating"),
    "favgroup": gettext_lazy("one of your lists"),
    "fav": gettext_lazy("your favourites"),
    "upvote": gettext_lazy("your vote"),
    "downvote": gettext_lazy("your vote"),
    "artist": gettext_lazy("a tag of this category"),
    "copyright": gettext_lazy("a tag of this category"),
    "character": gettext_lazy("a tag of this category"),
    "general": gettext_lazy("a tag of this category"),
    "meta": gettext_lazy("a tag of this category"),
    "model": gettext_lazy("a tag of this category"),
}
_CATEGORIES = frozenset({"artist", "copyright", "character", "general", "meta", "model"})


@dataclass(frozen=True)
class Line:
    """One line of the list; a `word` is one of a prompt, and no tag.

    `insert` is what the box gets in place of the word; `unfinished`: more has to follow it.

    `antecedent` is the alias or other name that led to a tag, `local_name` what the reader's language calls it,
    `note` a word about the line: what a metatag asks for, or that a tag is deprecated or only spelled alike.
    """

    kind: Literal["tag", "metatag", "value", "word"]
    name: str
    insert: str
    category: str = ""
    category_label: str = ""
    post_count: int | None = None
    antecedent: str | None = None
    local_name: str = ""
    note: str = ""
    match: str = ""
    deprecated: bool = False
    unfinished: bool = False


@dataclass(frozen=True)
class Lines:
    """A list; `private`: it holds names that are the viewer's own affair."""

    lines: list[Line]
    private: bool = False


def read_box(text: str) -> Box:
    """The kind of box that asks; `edit` is another word for an edit string, and any other word is a `query`."""
    if text == "edit":
        return "tags"
    return cast(Box, text) if text in get_args(Box) else "query"


def complete_word(viewer: Viewer, box: Box, typed: str) -> Lines:
    """At most `LINES` lines for what was typed of the word at the caret."""
    word = cleaned(typed)
    if not word:
        return Lines([])
    named = in_two(word)
    if named and box == "query" and registry.is_reserved(named[0]):
        kind = registry.kind(named[0])
        return _values(viewer, kind, named[1]) if kind else Lines([])
    if named and box == "tags" and named[0].lower() in EDIT_TERMS:
        return _edit_values(viewer, named[0].lower(), named[1])
    tags = _tags(viewer, box, word)
    names = metatag_names(registry, word) if box == "query" else _edit_terms(word) if box == "tags" else []
    return Lines(_merged(word, tags, names))


def cleaned(typed: str) -> str:
    """The word at the caret as it is looked for."""
    return unicodedata.normalize("NFKC", typed[:LONGEST].replace("\x00", "")).strip()


def in_two(word: str) -> tuple[str, str] | None:
    """What stands before and after the colon of `name:value`; None where there is no such colon."""
    named = _NAMED.fullmatch(word)
    return (named[1], named[2]) if named else None


def _tags(viewer: Viewer, box: Box, word: str, prefix: str = "") -> list[Line]:
    found = complete_for(viewer, word, LINES, deprecated=box == "query", vocabulary_first=box == "prompt")
    japanese = (get_language() or "").startswith("ja")
    local = japanese_names([line.name for line in found]) if japanese else {}
    return [_tag_line(line, local.get(line.name, ""), prefix) for line in found]


def _tag_line(line: Completion, local_name: str, prefix: str) -> Line:
    note = _("deprecated") if line.is_deprecated else _("spelled alike") if line.match is Match.FUZZY else ""
    return Line(
        "tag",
        line.name,
        f"{prefix}{line.name}",
        category=category_word(line.category),
        category_label=str(Category(line.category).label) if line.category != Category.GENERAL else "",
        post_count=line.post_count,
        antecedent=line.antecedent,
        local_name="" if local_name == line.antecedent else local_name,
        note=note,
        match=line.match.value,
        deprecated=line.is_deprecated,
    )


def metatag_names(known: Registry, word: str) -> list[Line]:
    """Metatags of the language `known` whose name, or else another name of which, begins with the word."""
    begin = word.lower()
    found = [kind for kind in known.kinds() if kind.name.startswith(begin)]
    found += [kind for kind in known.kinds() if kind not in found and any(a.startswith(begin) for a in kind.aliases)]
    return [
        Line("metatag", f"{kind.name}:", f"{kind.name}:", note=str(kind.summary()), unfinished=True)
        for kind in sorted(found, key=lambda kind: (not kind.name.startswith(begin), kind.name != begin))
    ]


def _edit_terms(word: str) -> list[Line]:
    return [
        Line("metatag", f"{name}:", f"{name}:", note=str(note), unfinished=True)
        for name, note in EDIT_TERMS.items()
        if name.startswith(word.lower())
    ]


def _merged(word: str, tags: list[Line], names: list[Line]) -> list[Line]:
    """The tag of just that name, then metatags, then other tags; with one letter tags are likelier and go first."""
    names = names[:METATAG_LINES]
    if len(word) == 1:
        return tags[: LINES - len(names)] + names
    alike = all(line.match == Match.FUZZY for line in tags)
    exact = [] if alike else [line for line in tags[:1] if word.lower() in (line.name, line.antecedent)]
    return (exact + names + [line for line in tags if line not in exact])[:LINES]


def _values(viewer: Viewer, kind: MetatagKind, text: str) -> Lines:
    values = values_of(viewer, kind, text, LINES)
    return Lines([value_line(kind.name, value) for value in values], private=any(value.own for value in values))


def value_line(name: str, value: Value) -> Line:
    """The line of a metatag with one of its values."""
    return Line("value", f"{name}:{value.text}", f"{name}:{value.written}", note=value.note)


def _edit_values(viewer: Viewer, name: str, text: str) -> Lines:
    if name in _CATEGORIES:
        return Lines(_tags(viewer, "tags", text, f"{name}:") if text.strip() else [])
    fixed: dict[str, Callable[[], list[Value]]] = {
        "parent": lambda: [Value("none", _("no parent"))],
        "child": lambda: [Value("none", _("no children"))],
        "source": lambda: [Value("none", _("no source"))],
        "fav": lambda: [Value("me")],
        "upvote": lambda: [Value("me")],
        "downvote": lambda: [Value("me")],
        "rating": lambda: [Value(rating.name.lower(), str(rating.label)) for rating in Rating],
    }
    if name in fixed:
        values = [value for value in fixed[name]() if value.text.startswith(text.strip().lower())]
    else:
        kind = registry.kind(name)
        values = [value for value in values_of(viewer, kind, text, LINES) if value.own] if kind else []
    return Lines([value_line(name, value) for value in values], private=any(value.own for value in values))
