"""Edit strings as people type them: tags, `-tags`, `artist:name` and terms like `parent:12`. No database.

The grammar is Danbooru's (app/logical/post_edit.rb): words separated by white space; values of terms may stand in
quotation marks. What cannot be used is told in one error that names every such word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from gallery.errors import Invalid
from tagging.messages import explain_name
from tagging.models import Category
from tagging.names import TagNameError, normalise_tag, validate_tag
from tagging.query.metatags import registry

MAX_LENGTH = 40_000

PREFIXES = {
    "general": Category.GENERAL,
    "gen": Category.GENERAL,
    "artist": Category.ARTIST,
    "art": Category.ARTIST,
    "copyright": Category.COPYRIGHT,
    "copy": Category.COPYRIGHT,
    "co": Category.COPYRIGHT,
    "character": Category.CHARACTER,
    "char": Category.CHARACTER,
    "ch": Category.CHARACTER,
    "meta": Category.META,
    "model": Category.MODEL,
}
# Whether a `-` may stand before the term.
ACTS = {
    "parent": True,
    "child": True,
    "source": False,
    "rating": False,
    "favgroup": True,
    "fav": True,
    "upvote": True,
    "downvote": True,
}
# Terms of Danbooru's edit strings that are no metatags of searches.
ELSEWHERE = frozenset({"newpool", "locked"})
_MINUS = "-－"
_COMMAS = ",，、"
_WORD = re.compile(
    rf"""(?P<quoting>[{_MINUS}]?(?:{"|".join(ACTS)}):)(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)(?!\S)
    | \S+""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Act:
    """A term that is no tag: `-favgroup:"My list"` is `Act("favgroup", "My list", negated=True, quoted=True)`."""

    name: str
    value: str
    negated: bool = False
    quoted: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.negated else ''}{self.name}:{self.value}"


@dataclass(frozen=True)
class Terms:
    """An edit string, read: names to have (with the category that a prefix asked for), names to take away, the rest."""

    tags: dict[str, Category | None] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()


def read(text: str) -> Terms:
    """The terms of an edit string. Raises Invalid that names every word that cannot be used."""
    if len(text) > MAX_LENGTH:
        raise Invalid("edit_too_long", length=len(text), limit=MAX_LENGTH)
    return read_words(words_of(text))


def words_of(text: str) -> list[str]:
    """The words of an edit string; a term with a quoted value is one word."""
    return [match[0] for match in _WORD.finditer(writable(text))]


def typed_words(text: str, known: Iterable[str] = ()) -> list[str]:
    """The words of a tag box, for people who write commas, as prompts and captions do: `tokyo night, rain` is
    `tokyo_night` and `rain`. No tag has a comma in its name, so that nothing else can be meant.

    Without a comma before white space or at the end, and in what stands in quotation marks, it is `words_of`. Between
    commas, words join by `_`, but for those of `known` (tags that stood there before) and terms such as `parent:12`,
    and where one of them has a `_`: whoever writes `red_hair smile` has written tags.
    """
    words = words_of(text)
    if not any(word[-1] in _COMMAS and not _is_quoted(word) for word in words):
        return words
    there = {name.lower() for name in known}
    found: list[str] = []
    item: list[str] = []
    for word in words:
        bare = word if _is_quoted(word) else word.rstrip(_COMMAS)
        if bare and (_is_term(bare) or (bare.lower() in there and not item)):
            found += [*_joined(item), bare]
            item = []
        elif bare:
            item.append(bare)
        if len(bare) < len(word):
            found += _joined(item)
            item = []
    return [*found, *_joined(item)]


def _joined(item: list[str]) -> list[str]:
    apart = len(item) < 2 or any("_" in word.strip("_") for word in item)
    return item if apart else ["_".join(item)]


def _is_quoted(word: str) -> bool:
    match = _WORD.fullmatch(word)
    return bool(match and match["quote"])


def _is_term(word: str) -> bool:
    name, colon, _value = word.lstrip(_MINUS).partition(":")
    return bool(colon) and name.lower() in ACTS


def writable(text: str) -> str:
    """The text without what no database keeps: NULs and lone halves of characters."""
    return text.replace("\x00", " ").encode("utf-8", "ignore").decode()


def read_words(words: Iterable[str]) -> Terms:
    """`read` for words that are split already."""
    tags: dict[str, Category | None] = {}
    removed: list[str] = []
    acts: list[Act] = []
    problems: list[str] = []
    for word in words:
        bare = writable(word).strip()
        negated = bare[:1] in tuple(_MINUS) and len(bare) > 1
        if not bare:
            continue
        act = _act(bare[1:] if negated else bare, negated, problems)
        if act is not None:
            acts.append(act)
            continue
        try:
            name, category = _tag(bare[1:] if negated else bare)
        except TagNameError as error:
            problems.append(explain_name(error))
            continue
        if negated:
            removed.append(name)
        else:
            tags[name] = category if category is not None else tags.get(name)
    if problems:
        raise Invalid("bad_tag", problem=" ".join(dict.fromkeys(problems)))
    return Terms(tags, tuple(dict.fromkeys(removed)), tuple(acts))


def _act(word: str, negated: bool, problems: list[str]) -> Act | None:
    """The term, or None for what is a tag. A term that this site does not have is noted and taken as read."""
    written, colon, value = word.partition(":")
    name = written.lower()
    if not colon or name in PREFIXES:
        return None
    if name in ACTS:
        if negated and not ACTS[name]:
            problems.append(_("“-%(word)s” cannot have a “-”.") % {"word": word})
        match = _WORD.fullmatch(word)
        if match and match["quote"]:
            return Act(name, re.sub(r"\\(.)", r"\1", match["text"], flags=re.DOTALL).strip(), negated, quoted=True)
        return Act(name, value.strip(), negated)
    if name in ELSEWHERE or registry.is_reserved(name):
        known = ", ".join(f"{term}:" for term in ACTS)
        problems.append(
            _("“%(word)s”: this site has no %(name)s: for changing posts. It has %(known)s.")
            % {"word": word, "name": name, "known": known}
        )
        return Act(name, value, negated)
    return None


def _tag(word: str) -> tuple[str, Category | None]:
    written, colon, rest = word.partition(":")
    category = PREFIXES.get(written.lower()) if colon else None
    name = normalise_tag(rest if category is not None else word)
    # Names in other scripts are looked up later: they may be what a tag is called elsewhere.
    if name.isascii():
        validate_tag(name)
    return name, category
