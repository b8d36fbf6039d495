"""Round brackets inside tags: `foo_(bar)` is one word, `(foo bar)` a group."""

from __future__ import annotations

# The only names with lone brackets (Danbooru has the same list).
EMOTICONS = frozenset({":)", ":(", ";)", ";(", ">:)", ">:("})


def stray_bracket(text: str) -> tuple[str, int] | None:
    """The first `)` that closes nothing, else the first `(` that is not closed, with its index; None if balanced."""
    opened: list[int] = []
    for index, character in enumerate(text):
        if character == "(":
            opened.append(index)
        elif character == ")":
            if not opened:
                return ")", index
            opened.pop()
    return ("(", opened[0]) if opened else None
