"""Text to tokens with columns. The depth of open groups is known here, since it decides to whom a bracket belongs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from tagging.query.brackets import EMOTICONS, stray_bracket
from tagging.query.errors import QueryError
from tagging.query.metatags import Registry
from tagging.query.tree import Leaf, Metatag, Tag, Wildcard

MAX_STARS = 8  # in one wildcard: more say nothing, and make work for whoever looks for them


class Kind(Enum):
    """What a token is."""

    OPEN = "("
    CLOSE = ")"
    NOT = "-"
    MAYBE = "~"
    AND = "and"
    OR = "or"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `text` as the reader wrote it (for messages), `leaf` for a term."""

    kind: Kind
    column: int
    text: str
    leaf: Leaf | None = None


# What Japanese input methods type when left in full-width mode, sign by sign so that columns stay. Quotes and the
# backslash are left out: they are text inside a quoted value.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0) not in "\"'\\"}

# They look like nothing, but are letters and symbols to Unicode: Hangul fillers, a joiner, the empty Braille cell.
_BLANKS = "\u034f\u115f\u1160\u2800\u3164\uffa0"
_JOINERS = "\u200c\u200d"  # Persian words and many emoji need them, so words in quotation marks may have them

_SPACE = re.compile(r"\s*")
_OPERATOR = re.compile(r"(and|or|not)(?=[\s()]|$)", re.IGNORECASE)
_METATAG = re.compile(r"([a-z][a-z0-9_]*):", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_BARE_VALUE = re.compile(r"(?:\\[\s\\]|\S)*")
# Phones and Japanese input methods put curly or full-width quotation marks where straight ones are meant.
_QUOTES = {quote: marks for marks in ('"', "'", "“”＂") for quote in marks}
_QUOTED_VALUE = {
    quote: re.compile(rf"{quote}((?:[^{marks}\\]|\\.)*)[{marks}]", re.DOTALL) for quote, marks in _QUOTES.items()
}
_SIGNS = {"(": Kind.OPEN, ")": Kind.CLOSE, "-": Kind.NOT, "~": Kind.MAYBE}
_OPERATORS = {"and": Kind.AND, "or": Kind.OR, "not": Kind.NOT}


def tokens(text: str, registry: Registry) -> Iterator[Token]:
    """The tokens of `text`. Raises QueryError for what no token can be."""
    _refuse_control_characters(text)
    folded = text.translate(_HALF_WIDTH)
    depth = 0
    position = _skip_space(folded, 0)
    while position < len(folded):
        column = position + 1
        if kind := _SIGNS.get(folded[position]):
            if kind is Kind.OPEN:
                depth += 1
            elif kind is Kind.CLOSE:
                if depth == 0:
                    raise QueryError("unbalanced_close", column)
                depth -= 1
            yield Token(kind, column, text[position])
            position += 1
        elif match := _OPERATOR.match(folded, position):
            yield Token(_OPERATORS[match[1].lower()], column, text[position : match.end()])
            position = match.end()
        else:
            leaf, end = _term(text, folded, position, depth, registry)
            yield Token(Kind.TERM, column, text[position:end], leaf)
            position = end
        position = _skip_space(folded, position)


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _refuse_control_characters(text: str) -> None:
    """Databases and terminals choke on them, and no reader types them. White space is no control character here."""
    for index, character in enumerate(text):
        if unicodedata.category(character) in ("Cc", "Cs") and not character.isspace():
            raise _bad_character(character, index)


def _refuse_invisible_characters(text: str, start: int, end: int, allowed: str = "") -> None:
    """A zero-width space makes an unknown tag that looks like a known one; marks of direction turn a text round."""
    for index in range(start, end):
        character = text[index]
        if (unicodedata.category(character) == "Cf" or character in _BLANKS) and character not in allowed:
            raise _bad_character(character, index)


def _bad_character(character: str, index: int) -> QueryError:
    return QueryError("bad_character", index + 1, {"character": f"U+{ord(character):04X}"})


def _term(text: str, folded: str, start: int, depth: int, registry: Registry) -> tuple[Leaf, int]:
    """The leaf that begins at `start` and the index after it."""
    match = _METATAG.match(folded, start)
    if match and registry.is_reserved(match[1]):
        return _metatag(text, folded, start, match, depth, registry)
    word = _WORD.match(folded, start)
    if word is None:
        raise AssertionError("a term begins at something that is no space")
    end = _own_end(folded, start, word.end(), depth, lone_open_allowed="*" in word[0])
    _refuse_invisible_characters(text, start, end)
    name = folded[start:end].lower()
    return (_wildcard(name, start + 1) if "*" in name else Tag(name, start + 1)), end


def _wildcard(pattern: str, column: int) -> Wildcard:
    """A run of stars means no more than one star does."""
    pattern = re.sub(r"\*+", "*", pattern)
    if pattern == "*":
        raise QueryError("wildcard_alone", column)
    if pattern.count("*") > MAX_STARS:
        raise QueryError("too_many_stars", column, {"limit": MAX_STARS})
    return Wildcard(pattern, column)


def _metatag(
    text: str, folded: str, start: int, name: re.Match[str], depth: int, registry: Registry
) -> tuple[Metatag, int]:
    kind = registry.kind(name[1])
    if kind is None:
        raise registry.unknown(name[1], start + 1)
    begin = name.end()
    quote = text[begin : begin + 1]
    if quote in _QUOTED_VALUE:
        quoted = _QUOTED_VALUE[quote].match(text, begin)
        if quoted is None:
            raise QueryError("unclosed_quote", begin + 1, {"quote": quote})
        _refuse_invisible_characters(text, begin, quoted.end(), allowed=_JOINERS)
        value = re.sub(rf"\\([{_QUOTES[quote]}\\])", r"\1", quoted[1])
        return Metatag(kind.name, value, True, start + 1), quoted.end()
    bare = _BARE_VALUE.match(folded, begin)
    end = _own_end(folded, begin, bare.end() if bare else begin, depth, lone_open_allowed=True)
    _refuse_invisible_characters(text, start, end)
    value = re.sub(r"\\([\s\\])", r"\1", folded[begin:end])
    return Metatag(kind.name, value, False, start + 1), end


def _own_end(text: str, begin: int, end: int, depth: int, *, lone_open_allowed: bool) -> int:
    """The end of the word in `begin..end`, which goes no further than its own brackets while groups are open: in
    `(foo_(bar))` the word keeps the first `)`.

    Raises QueryError for brackets that belong to nobody. A wildcard and a value may hold a lone `(` (`foo_(*`).
    """
    word = text[begin:end]
    stray = None if word in EMOTICONS else stray_bracket(word)
    if stray is None:
        return end
    bracket, index = stray
    if bracket == "(":
        if lone_open_allowed:
            return end
        raise QueryError("unbalanced_open", begin + index + 1)
    if depth == 0:
        raise QueryError("unbalanced_close", begin + index + 1)
    if word[: index + 1] in EMOTICONS and word[index + 1] == ")":  # `(a or :))`
        return begin + index + 1
    return begin + index
