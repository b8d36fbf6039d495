"""One picture as another place has it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gallery.errors import Invalid
from gallery.provenance import Recipe

# How edit strings say a tag's category; general tags are written bare.
CATEGORIES = ("general", "artist", "copyright", "character", "meta", "model")


class BrokenSidecar(Invalid):
    """What is said of a picture can't be read. The picture itself can be had, so the place isn't out of reach."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A picture with what is said of it there.

    `key` names it there for good: a post's number, a file's path below the folder. `number` is the number of its post
    there, and `parent` that of the post above it, as far as they are known. `words` are tags as an edit string
    has them (`artist:name`), `rating` a letter or "" where none is given. `read` brings the bytes and raises `Invalid`
    with a sentence, or `OSError`. `recipe` is what the other place says of how it was made, beside the file itself.
    """

    key: str
    name: str
    read: Callable[[], bytes]
    words: tuple[str, ...] = ()
    rating: str = ""
    source: str = ""
    title: str = ""
    commentary: str = ""
    number: str = ""
    parent: str = ""
    recipe: Recipe | None = None


def words_of(facts: dict[str, Any]) -> tuple[str, ...]:
    """The tags of Danbooru's JSON, or of what gallery-dl writes beside a picture, each with its category.

    Read are `tag_string_artist` and its like, `tags_artist` and its like (text or list), and where none of them is
    there, `tag_string` or `tags`.
    """
    found: list[str] = []
    for category in CATEGORIES:
        for name in _names(facts.get(f"tag_string_{category}")) or _names(facts.get(f"tags_{category}")):
            found.append(name if category == "general" else f"{category}:{name}")
    return tuple(dict.fromkeys(found or _names(facts.get("tag_string")) or _names(facts.get("tags"))))


def rating_of(value: Any) -> str:
    """`g`, `s`, `q` or `e` from a letter or a word; "" for everything else."""
    letter = str(value or "").strip().lower()
    words = {"general": "g", "sensitive": "s", "questionable": "q", "explicit": "e"}
    return letter if letter in words.values() else words.get(letter, "")


def text_of(value: Any, limit: int) -> str:
    """A text that can be kept: no NUL, no half characters, at most `limit` characters."""
    text = value if isinstance(value, str) else ""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode().strip()[:limit]


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    if isinstance(value, list):
        return ["_".join(name.split()) for name in value if isinstance(name, str) and name.strip()]
    return []
