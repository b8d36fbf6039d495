"""A model's card as safe HTML. Cards come with the models, so whoever made a model wrote its card.

Markdown is read by markdown-it-py: CommonMark and tables, without HTML. Pictures become their description, links lead
only to web pages and mail addresses, and no attribute of the card's own reaches the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from generation.models import Checkpoint

LONGEST = 100_000
"""Characters of a card that are read; cards seen in the wild have less than half of it."""

TOP_LEVEL = 3
"""The card's highest headings are h3: h1 and h2 are the page's."""

LONG_TABLE = 30
"""Rows above which a table scrolls in a box of limited height, below its own head."""

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^/]", re.IGNORECASE)
# "98% (118/120)", "4.2%", "26 MB", "–": columns of such are set to the right, digit below digit.
_FIGURE = re.compile(r"[<>≈~±+−-]?\d[\d.,\s]*(?:[^\W\d]{1,3}|[%％])?(?:\s*\([^)]*\))?")
_LONGEST_FIGURE = 40
_LONGEST_NAME = 24  # columns with longer cells are prose, which may wrap but not into a thread of single words
_NOTHING = {"", "-", "–", "—"}
_WITH_COUNT = re.compile(r"(\S+)\s+(\([^)]*\))")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the card: its `id` on the page, and its words as plain text."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a page shows of a card. `contents` are its main headings; `cut` says that the end of it was left out."""

    html: SafeString
    contents: tuple[Heading, ...] = ()
    cut: bool = False
    language: str = ""


def card_of(checkpoint: Checkpoint, language: str | None) -> Card:
    """The model's card in `language` (a code like "ja" or "en-gb"), or else as the model brings it.

    `language` of the result is empty where the card doesn't say what it is written in.
    """
    wanted = (language or "").lower()
    for code in (wanted, wanted.partition("-")[0]):
        if text := checkpoint.card_translations.get(code):
            return read_card(text, code)
    return read_card(checkpoint.card)


@lru_cache(maxsize=32)
def read_card(text: str, language: str = "") -> Card:
    """Read a card's Markdown, with or without front matter. A first heading of level 1 is dropped: it is the name."""
    source = text[:LONGEST].replace("\r\n", "\n")
    tokens = _without_title(_MARKDOWN.parse(_FRONT_MATTER.sub("", source)))
    contents = tuple(_set_headings(tokens))
    for token in tokens:
        if token.children:
            token.children = list(_with_safe_links(token.children))
    _set_tables(tokens)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Card(mark_safe(html.strip()), contents, len(text) > LONGEST, language)  # noqa: S308  # HTML in cards is off


def _without_title(tokens: list[Token]) -> list[Token]:
    return tokens[3:] if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1" else tokens


def _set_headings(tokens: list[Token]) -> Iterator[Heading]:
    """Shift the headings below the page's, number them, and yield those of the highest level."""
    highest = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
    number = 0
    for index, token in enumerate(tokens):
        if token.type not in ("heading_open", "heading_close"):
            continue
        level = min(6, int(token.tag[1]) - highest + TOP_LEVEL)
        token.tag = f"h{level}"
        if token.type == "heading_open":
            number += 1
            token.attrs = {"id": f"card-{number}"}
            text = _plain(tokens[index + 1])
            if level == TOP_LEVEL and text:
                yield Heading(f"card-{number}", text)


def _plain(inline: Token) -> str:
    """An inline token's words without their marks."""
    return "".join(" " if child.type.endswith("break") else child.content for child in inline.children or []).strip()


def _with_safe_links(children: Sequence[Token]) -> Iterator[Token]:
    """The same tokens; of a link that leads elsewhere than to a web page or a mail address only its text."""
    safe = False
    for child in children:
        if child.type == "link_open":
            address = str(child.attrGet("href") or "")
            safe = bool(_SAFE_LINK.match(address))
            child.attrs = {"href": address, "rel": "nofollow noopener"}
        if safe or child.type not in ("link_open", "link_close"):
            yield child


def _set_tables(tokens: Sequence[Token]) -> None:
    """Give tables the name of their heading, and columns of figures their class."""
    heading = "card-heading"
    cells: list[tuple[int, Token, Token]] = []
    column = rows = 0
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = str(token.attrGet("id"))
        elif token.type == "table_open":
            token.meta["heading"] = heading
            table, rows, cells = token, 0, []
        elif token.type == "tr_open":
            column, rows = 0, rows + 1
        elif token.type in ("th_open", "td_open"):
            cells.append((column, token, tokens[index + 1]))
            column += 1
        elif token.type == "table_close":
            table.meta["long"] = rows > LONG_TABLE
            _set_columns(cells)


def _set_columns(cells: Sequence[tuple[int, Token, Token]]) -> None:
    """`cells` are a table's: number of the column, opening token, content."""
    written: dict[int, list[str]] = {}
    right: set[int] = set()
    for column, cell, inline in cells:
        # What the card says of alignment comes as a style attribute, which the page's policy refuses.
        if "right" in str(cell.attrGet("style") or ""):
            right.add(column)
        if cell.type == "td_open" and (text := _plain(inline)) not in _NOTHING:
            written.setdefault(column, []).append(text)
    right |= {column for column, texts in written.items() if all(map(_is_figure, texts))}
    prose = {column for column, texts in written.items() if max(map(len, texts)) > _LONGEST_NAME}
    for column, cell, inline in cells:
        cell.attrs = {"scope": "col"} if cell.type == "th_open" else {}
        if column in prose:
            cell.attrs["class"] = "prose"
        elif column in right:
            cell.attrs["class"] = "figure"
            share = _WITH_COUNT.fullmatch(text) if len(text := _plain(inline)) <= _LONGEST_FIGURE else None
            if share and cell.type == "td_open" and len(inline.children or []) == 1:
                inline.children = [Token("share", "", 0, meta={"share": share[1], "count": share[2]})]


def _is_figure(text: str) -> bool:
    # The bound comes first: on a long run of spaces the pattern would take quadratic time.
    return len(text) <= _LONGEST_FIGURE and _FIGURE.fullmatch(text) is not None


def _table_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    # Wide tables scroll in a box of their own; whoever uses a keyboard has to be able to reach it.
    meta = tokens[index].meta
    long = " table-scroll--long" if meta["long"] else ""
    name = escape(meta["heading"])
    return f'<div class="table-scroll{long}" role="group" aria-labelledby="{name}" tabindex="0"><table class="table">\n'


def _table_close(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def _share(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    meta = tokens[index].meta
    return f'{escape(meta["share"])} <span class="figure__count">{escape(meta["count"])}</span>'


def _code_block(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _picture(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return escape(renderer.renderInlineAsText(tokens[index].children, options, env))


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
    for name, rule in {
        "table_open": _table_open,
        "table_close": _table_close,
        "share": _share,
        "fence": _code_block,
        "code_block": _code_block,
        "image": _picture,
    }.items():
        reader.add_render_rule(name, rule)
    return reader


_MARKDOWN = _reader()
