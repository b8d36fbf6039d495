"""Hypothesis strategies for queries: any tree that the language can say, and texts that look like queries."""

from __future__ import annotations

from hypothesis import strategies as st

from tagging.query import Metatag, Node, Not, QueryError, Tag, Wildcard, conjunction, disjunction, parse

# Signs that mean something, and a few that don't.
ALPHABET = "ab1_:*()-~'\"\\<>;,é猫（－　 \t"
SNIPPETS = [
    *("and", "or", "not", " ", "(", ")", "-", "~", ":)", ":(", "*", "foo_(bar)", "rating:g", "order:id", 'user:"'),
    *("id:5..", "model:'a b'", "\\ ", "\u200b", "\x00", "source:x"),
]


def query_texts() -> st.SearchStrategy[str]:
    """Arbitrary text and text made of the language's own pieces."""
    pieces = st.lists(st.sampled_from(SNIPPETS) | st.text(ALPHABET, max_size=5), max_size=30).map("".join)
    return st.text(max_size=60) | st.text(ALPHABET, max_size=60) | pieces


def _is_leaf(text: str) -> bool:
    try:
        return isinstance(parse(text), Tag | Wildcard) and text == text.strip()
    except QueryError:
        return False


def _leaf(text: str) -> Node:
    return parse(text)


def leaves_of_any_kind() -> st.SearchStrategy[Node]:
    """Tags and wildcards with every sign they may have, and metatags with any value of their type."""
    words = st.text("ab1_:*()-~é'\\;>", min_size=1, max_size=8).filter(_is_leaf).map(_leaf)
    emoticons = st.sampled_from([Tag(face) for face in (":)", ":(", ";)", ";(", ">:)", ">:(")])
    free_text = st.text("ab \\\"'()*\u3000", min_size=1, max_size=8).filter(str.strip)
    quoted = st.builds(Metatag, st.sampled_from(["model", "user"]), free_text, st.just(True))
    bare = st.builds(Metatag, st.just("model"), st.text("ab \\(\"'*", max_size=8).map(lambda text: "x" + text))
    fixed = st.sampled_from([Metatag("rating", "g,s"), Metatag("id", "5..9,>20"), Metatag("status", "any")])
    return words | emoticons | quoted | bare | fixed


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
