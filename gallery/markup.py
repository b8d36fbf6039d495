"""Markdown that anybody may have written, as safe HTML.

It is read by markdown-it-py: CommonMark and tables, without HTML. Pictures become their description, links lead only
to web pages and mail addresses, and no attribute of the text's own reaches the page. Headings start below the page's.

Texts of this site may also link within it (`site_links`): `[[long hair]]` and `[[long_hair|hair]]` to a wiki page,
`{{sky -night}}` to a search, `post #12` to a post.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

TOP_LEVEL = 3
"""The text's highest headings are h3: h1 and h2 are the page's."""

LONG_TABLE = 30
"""Rows above which a table scrolls in a box of limited height, below its own head."""

WIKI, SEARCH, POST = "wiki", "search", "post"

_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^/]", re.IGNORECASE)
# "98% (118/120)", "4.2%", "26 MB", "–": columns of such are set to the right, digit below digit.
_FIGURE = re.compile(r"[<>≈~±+−-]?\d[\d.,\s]*(?:[^\W\d]{1,3}|[%％])?(?:\s*\([^)]*\))?")
_LONGEST_FIGURE = 40
_LONGEST_NAME = 24  # columns with longer cells are prose, which may wrap but not into a thread of single words
_NOTHING = {"", "-", "–", "—"}
_WITH_COUNT = re.compile(r"(\S+)\s+(\([^)]*\))")
# Bounded, so that a text of nothing but brackets is still read in linear time.
_WIKI_LINK = re.compile(r"\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{0,200}))?\]\]")
_SEARCH_LINK = re.compile(r"\{\{([^{}|\n]{1,400})(?:\|([^{}\n]{0,200}))?\}\}")
_POST_LINK = re.compile(r"\bpost #([0-9]{1,18})\b", re.IGNORECASE)

Address = Callable[[str, str], tuple[str, str]]
"""From a kind of link (WIKI, SEARCH, POST) and its target to its address and class; an empty address is no link."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text: its `id` on the page, and its words without their marks."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as HTML; `contents` are its main headings."""

    html: SafeString
    contents: tuple[Heading, ...] = ()


def render_markdown(
    source: str, *, anchors: str, drop_title: bool = False, site_links: Address | None = None
) -> Rendered:
    """The text as HTML whose headings are called `anchors`-1 and so on; `drop_title` leaves a first level-1 heading
    out. Links within the site are read only if `site_links` says where they lead."""
    reader = _READER if site_links is None else _SITE_READER
    tokens = reader.parse(source)
    if drop_title and tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        tokens = tokens[3:]
    contents = tuple(_set_headings(tokens, anchors))
    for token in tokens:
        if token.children:
            children = list(_with_safe_links(token.children, site_links))
            token.children = list(_with_post_links(children, site_links)) if site_links else children
    _set_tables(tokens, anchors)
    html = reader.renderer.render(tokens, reader.options, {})
    return Rendered(mark_safe(html.strip()), contents)  # noqa: S308  # HTML in texts is off


def linked_titles(source: str) -> set[str]:
    """What the text links to as wiki pages, as it is written there."""
    return {match[1].strip() for match in _WIKI_LINK.finditer(source)}


def _set_headings(tokens: list[Token], anchors: str) -> Iterator[Heading]:
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
            token.attrs = {"id": f"{anchors}-{number}"}
            text = _plain(tokens[index + 1])
            if level == TOP_LEVEL and text:
                yield Heading(f"{anchors}-{number}", text)


def _plain(inline: Token) -> str:
    """An inline token's words without their marks."""
    return "".join(" " if child.type.endswith("break") else child.content for child in inline.children or []).strip()


def _with_safe_links(children: Sequence[Token], site_links: Address | None) -> Iterator[Token]:
    """The same tokens; of a link that leads elsewhere than to a web page, a mail address or into the site only its
    text."""
    safe = False
    for child in children:
        if child.type == "link_open" and "kind" in child.meta and site_links:
            address, css_class = site_links(child.meta["kind"], child.meta["target"])
            safe = bool(address)
            child.attrs = {"class": css_class, "href": address} if css_class else {"href": address}
        elif child.type == "link_open":
            address = str(child.attrGet("href") or "")
            safe = bool(_SAFE_LINK.match(address))
            child.attrs = {"href": address, "rel": "nofollow noopener"}
        if safe or child.type not in ("link_open", "link_close"):
            yield child


def _with_post_links(children: Sequence[Token], site_links: Address) -> Iterator[Token]:
    """`post #12` in plain text becomes a link, but never inside another link."""
    depth = 0
    for child in children:
        depth += child.nesting if child.type in ("link_open", "link_close") else 0
        if child.type != "text" or depth:
            yield child
            continue
        end = 0
        for match in _POST_LINK.finditer(child.content):
            address, css_class = site_links(POST, match[1])
            if not address:
                continue
            yield Token("text", "", 0, content=child.content[end : match.start()])
            attrs: dict[str, str | int | float] = {"href": address}
            yield Token("link_open", "a", 1, attrs=attrs | ({"class": css_class} if css_class else {}))
            yield Token("text", "", 0, content=match[0])
            yield Token("link_close", "a", -1)
            end = match.end()
        yield Token("text", "", 0, content=child.content[end:])


def _set_tables(tokens: Sequence[Token], anchors: str) -> None:
    """Give tables the name of their heading, and columns of figures their class."""
    heading = f"{anchors}-heading"
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
        # What the text says of alignment comes as a style attribute, which the page's policy refuses.
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


def _site_link(pattern: re.Pattern[str], kind: str) -> Callable[[StateInline, bool], bool]:
    """The rule for one kind of link in double brackets."""

    def rule(state: StateInline, silent: bool) -> bool:
        match = pattern.match(state.src, state.pos)
        target = match[1].strip() if match else ""
        if match is None or not target or state.linkLevel:
            return False
        if not silent:
            state.push("link_open", "a", 1).meta = {"kind": kind, "target": target}
            state.push("text", "", 0).content = (match[2] or "").strip() or target
            state.push("link_close", "a", -1)
        state.pos = match.end()
        return True

    return rule


def _reader(*, site_links: bool) -> MarkdownIt:
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
    if site_links:
        reader.inline.ruler.before("link", "wiki_link", _site_link(_WIKI_LINK, WIKI))
        reader.inline.ruler.before("link", "search_link", _site_link(_SEARCH_LINK, SEARCH))
    return reader


_READER = _reader(site_links=False)
_SITE_READER = _reader(site_links=True)
