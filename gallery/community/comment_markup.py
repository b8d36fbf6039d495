"""The small markup of comments, as safe HTML.

Paragraphs and line breaks, `**bold**`, `*italic*`, `` `code` `` and fenced code, `> quotes`, `[words](https://…)` and
bare web addresses, `[[tag]]` to a wiki page, `post #12` to a post that the reader may see, `||spoiler||`. Everything
else is the text that it is. markdown-it-py reads it without HTML, by rules that each take linear time; nh3 cleans what
it made against a list of what may be there, so that a fault of the one is caught by the other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import nh3
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from gallery.links.pages import wiki_url
from gallery.wiki.text import title_of

POSTS_LINKED = 50
"""So many posts that one comment names may become links."""

_RULES = (
    "blockquote", "fence", "paragraph",
    "inline", "block", "normalize", "text_join",
    "text", "newline", "escape", "backticks", "emphasis", "balance_pairs", "fragments_join",
)  # fmt: skip
_TAGS = {"a", "blockquote", "br", "code", "em", "p", "pre", "span", "strong"}
_ATTRIBUTES = {"a": {"href"}, "span": {"tabindex", "title"}, "pre": {"tabindex"}}
_CLASSES = {"span": {"spoiler", "spoiler__text"}, "a": {"post-link"}}
_REL = "nofollow ugc noopener"

# Each is bounded and starts at a sign that it doesn't repeat: a text of nothing but brackets costs no more than others.
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\((https?://[^\s()<>\\\"']{1,1000}|/(?![/\\])[^\s()<>\\\"']{0,500})\)", re.I)
_WIKI = re.compile(r"\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{0,200}))?\]\]")
_IN_TEXT = re.compile(r"\bpost #(?P<post>[0-9]{1,18})\b|\bhttps?://[^\s<>\\\"'|]{1,1000}", re.I)
_AFTER_ADDRESS = ".,:;!?…。、，！？)]}」』）*_"
_POSTS = re.compile(r"\bpost #([0-9]{1,18})\b", re.I)


def posts_named(texts: Iterable[str]) -> set[int]:
    """The numbers of the posts that texts name as `post #12`."""
    found = set[int]()
    for text in texts:
        found.update([int(match[1]) for match in _POSTS.finditer(text)][:POSTS_LINKED])
    return {number for number in found if number < 2**63}


def render_comment(text: str, seen: Collection[int] = ()) -> SafeString:
    """The text as HTML; `seen` are those of `posts_named` that the reader may see, the others stay plain text."""
    tokens = _READER.parse(text)
    for token in tokens:
        if token.children:
            token.children = list(_linked(token.children, seen))
    html = _READER.renderer.render(tokens, _READER.options, {})
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https"},
        link_rel=_REL,
    )
    return mark_safe(cleaned.strip())  # noqa: S308  # cleaned just above


def _linked(children: Sequence[Token], seen: Collection[int]) -> Iterator[Token]:
    """The same tokens, with links in what is plain text and in no link."""
    depth = 0
    for child in children:
        depth += child.nesting if child.type in ("link_open", "link_close") else 0
        if child.type != "text" or depth:
            yield child
            continue
        end = 0
        for match in _IN_TEXT.finditer(child.content):
            words = match[0]
            if match["post"]:
                number = int(match["post"])
                address = reverse("gallery:post", args=[number]) if number in seen else ""
            else:
                words = address = _without_stop(words)
            if not address:
                continue
            yield _text(child.content[end : match.start()])
            attrs: dict[str, str | int | float] = {"href": address}
            yield Token("link_open", "a", 1, attrs=attrs)
            yield _text(words)
            yield Token("link_close", "a", -1)
            end = match.start() + len(words)
        yield _text(child.content[end:])


def _without_stop(address: str) -> str:
    """An address in a sentence ends before the sentence's own signs; a bracket that was opened in it belongs to it."""
    cut = address.rstrip(_AFTER_ADDRESS)
    rest = address[len(cut) :]
    return cut + ")" if rest.startswith(")") and cut.count("(") > cut.count(")") else cut


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(state: StateInline, silent: bool) -> bool:
    match = _LINK.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "[" else None
    if match is None or state.linkLevel:
        return False
    if not silent:
        _push_link(state, match[2], match[1])
    state.pos = match.end()
    return True


def _wiki_link(state: StateInline, silent: bool) -> bool:
    match = _WIKI.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "[" else None
    title = title_of(match[1].strip()) if match else ""
    if match is None or not title or state.linkLevel:
        return False
    if not silent:
        _push_link(state, wiki_url(title), (match[2] or "").strip() or match[1].strip())
    state.pos = match.end()
    return True


def _push_link(state: StateInline, address: str, words: str) -> None:
    state.push("link_open", "a", 1).attrs = {"href": address}
    state.push("text", "", 0).content = words
    state.push("link_close", "a", -1)


def _spoiler(state: StateInline, silent: bool) -> bool:
    """`||…||`, with markup inside; of two bars without an end, the text."""
    start = state.pos + 2
    if not state.src.startswith("||", state.pos) or state.level >= state.md.options["maxNesting"]:
        return False
    # The first of several finds the second, so only the last one looks through the rest of the text in vain.
    end = state.src.find("||", start, state.posMax)
    if end < 0:
        return False
    if not state.src[start:end].strip():
        return False
    if not silent:
        past = state.posMax
        state.push("spoiler_open", "span", 1)
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.posMax = past
        state.push("spoiler_close", "span", -1)
    state.pos = end + 2
    return True


def _spoiler_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    # It can be focused: a press, a touch or the Tab key shows what is in it, without any script.
    return f'<span class="spoiler" tabindex="0" title="{escape(_("Spoiler"))}"><span class="spoiler__text">'


def _spoiler_close(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</span></span>"


def _code_block(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 20})
    reader.enable(_RULES)
    for name, rule in {
        "spoiler_open": _spoiler_open,
        "spoiler_close": _spoiler_close,
        "fence": _code_block,
    }.items():
        reader.add_render_rule(name, rule)
    reader.inline.add_terminator_char("|")
    reader.inline.ruler.before("emphasis", "wiki_link", _wiki_link)
    reader.inline.ruler.before("emphasis", "link_here", _link)
    reader.inline.ruler.before("emphasis", "spoiler", _spoiler)
    return reader


_READER = _reader()
