"""The meaning of a query in a few lines, slow and plain: what every engine must agree with."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from tagging.query import And, Everything, Metatag, Node, Not, Or, Tag, Wildcard, registry
from tagging.query.values import Choices, Order, Text, UserName

# What one viewer may know of a post, by the name of the metatag that asks for it. Numbers, times, words and names stand
# as they are, None where there is nothing. Sets hold words (`is`, `has`), names (`fav`) or ids (`child`, `lineage`).
# {"id": 1, "tags": {"cat"}, "rating": "g", "status": "active", "user": "ann", "model": "tiny", "is": {"child"}}
Post = dict[str, Any]


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
            return any(_fits_pattern(tag, pattern) for tag in post["tags"])
        case Metatag(name):
            return _fits(registry.read(tree), name, post)


def _fits(value: Any, name: str, post: Post) -> bool:
    match value:
        case Order():
            return True
        case UserName(user):
            names = post[name] if isinstance(post[name], set) else {post[name]}
            return user.lower() in {one.lower() for one in names}
        case Text(text) if name in ("prompt", "negative"):
            return _has_phrase((post[name] or "").split(), text.replace("_", " ").split())
        case Text(text):
            return (post[name] or "").lower() in (text.lower(), text.lower().replace("_", " "))
        case Choices(words) if isinstance(post.get(name), set):
            return bool(words & post[name])
        case Choices(words) if name == "status" and "any" in words:
            return True
    if name == "parent" and value.contains(post["parent"]):
        return True
    if name == "parent":
        return hasattr(value, "points") and value.contains(post["id"])
    if isinstance(post[name], set):
        return any(value.contains(one) for one in post[name]) or (not post[name] and value.contains(None))
    return bool(value.contains(post[name]))


def _has_phrase(words: list[str], phrase: list[str]) -> bool:
    """The words of the phrase one after another."""
    starts = range(len(words) - len(phrase) + 1)
    return any(all(_fits_pattern(*pair) for pair in zip(words[start:], phrase, strict=False)) for start in starts)


def _fits_pattern(word: str, pattern: str) -> bool:
    return fnmatchcase(word, pattern.replace("[", "[[]").replace("?", "[?]"))
