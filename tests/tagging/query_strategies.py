"""Hypothesis strategies for queries: any tree that the language can say, and texts that look like queries."""

from __future__ import annotations

from hypothesis import strategies as st

from tagging.query import Metatag, Node, Not, QueryError, Tag, Wildcard, conjunction, disjunction, parse
from tests.tagging.every_kind import every_kind

# Signs that mean something, and a few that don't.
ALPHABET = "ab1_:*()-~'\"\\<>;,./%“”é猫（－　 \t\u200d"
SNIPPETS = [
    *("and", "or", "not", " ", "(", ")", "-", "~", ":)", ":(", "*", "foo_(bar)", "rating:g", "order:id", 'user:"'),
    *("id:5..", "model:'a b'", "\\ ", "\u200b", "\x00", "source:x", "/ab", "a*"),
    *("date:2026-02-30", "age:<1w", "ratio:16:9", "mpixels:1..", "filesize:1mb", "prompt:", "cfg:7.5"),
    *("order:random:7", "limit:5", "parent:none", "\u202e", "';--", "%", "order:score"),
]


def query_texts() -> st.SearchStrategy[str]:
    """Arbitrary text and text made of the language's own pieces."""
    pieces = st.lists(st.sampled_from(SNIPPETS) | st.text(ALPHABET, max_size=5), max_size=30).map("".join)
    return st.text(max_size=60) | st.text(ALPHABET, max_size=60) | pieces


def _is_leaf(text: str) -> bool:
    try:
        return isinstance(parse(text, every_kind), Tag | Wildcard) and text == text.strip()
    except QueryError:
        return False


def _leaf(text: str) -> Node:
    return parse(text, every_kind)


def _values(kind: str, *values: str) -> st.SearchStrategy[Node]:
    return st.builds(Metatag, st.just(kind), st.sampled_from(values))


FIXED = [
    _values("rating", "g,s", "Explicit"),
    _values("id", "5..9,>20", "-5", "...7"),
    _values("status", "any"),
    _values("steps", "none", "20..30"),
    _values("cfg", "7.5", ".5...1.5,>=9"),
    _values("mpixels", "1", "<2.5"),
    _values("ratio", "16:9", "4/3..1.78"),
    _values("filesize", "200kb..1.5mb", "500"),
    _values("date", "2026-01-02T03:04", "2026/01", "today", "<2026", "2026-01-02 03:04:05"),
    _values("age", "<1y2mo", "1.5h", "1 week..2 weeks"),
    _values("evidence", "c2pa", "none"),
    _values("md", "0123456789abcdef" * 2),
    _values("parent", "5", "none", "removed"),
    _values("favgroup", "5", "any", "my list"),
]


def leaves_of_any_kind() -> st.SearchStrategy[Node]:
    """Tags and wildcards with every sign they may have, and metatags with any value of their type (of `every_kind`,
    the singletons left out).
    """
    words = st.text("ab1_:*()-~é'\\;>/", min_size=1, max_size=8).filter(_is_leaf).map(_leaf)
    emoticons = st.sampled_from([Tag(face) for face in (":)", ":(", ";)", ";(", ">:)", ">:(")])
    free_text = st.text("ab \\\"'“”＂()*,é猫＊\u3000\u200d", min_size=1, max_size=8).filter(str.strip)
    quoted = st.builds(
        Metatag, st.sampled_from(["model", "user", "prompt", "approver", "favgroup"]), free_text, st.just(True)
    )
    bare = st.builds(
        Metatag,
        st.sampled_from(["model", "prompt"]),
        st.text("ab \\(\"'*“,é猫", max_size=8).map(lambda text: "x" + text),
    )
    return words | emoticons | quoted | bare | st.one_of(FIXED)


def trees(leaves: st.SearchStrategy[Node] | None = None) -> st.SearchStrategy[Node]:
    """Flat trees of `leaves`."""
    return st.recursive(
        leaves_of_any_kind() if leaves is None else leaves,
        lambda children: (
            st.builds(Not, children)
            | st.lists(children, min_size=2, max_size=4).map(conjunction)
            | st.lists(children, min_size=2, max_size=4).map(disjunction)
        ),
        max_leaves=25,
    )
