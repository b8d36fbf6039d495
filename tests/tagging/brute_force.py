"""The meaning of a query in a dozen lines, slow and plain: what every engine must agree with."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from tagging.query import And, Everything, Metatag, Node, Not, Or, Tag, Wildcard, registry
from tagging.query.values import Order, Text, UserName

Post = dict[str, Any]  # {"id": 1, "tags": {"cat"}, "rating": "g", "status": "active", "user": "ann", "model": "tiny"}


def matches(tree: Node, post: Post) -> bool:
    """Whether `post` belongs to the result of `tree`."""
    match tree:
        case Everything():
            return True
        case And(children):
            return all(matches(child, post) for child in children)
        case Or(children):
            return any(matches(child, post) for child in children)
        case Not(child):
            return not matches(child, post)
        case Tag(name):
            return name in post["tags"]
        case Wildcard(pattern):
            return any(_fits_pattern(pattern, tag) for tag in post["tags"])
        case Metatag(name):
            return _fits(registry.read(tree), name, post)


def _fits_pattern(pattern: str, text: str) -> bool:
    """Whether all of `text` fits, where only `*` means something."""
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def _fits(value: Any, name: str, post: Post) -> bool:
    match value:
        case Order():
            return True
        case UserName(user):
            return post["user"].lower() == user.lower()
        case Text(text):
            has = (post[name] or "").lower()
            return _fits_pattern(text.lower(), has) if value.is_pattern else has == text.lower()
        case _:
            return (name == "status" and "any" in value.values) or value.contains(post[name])
