"""The list of tags as JSON."""

from collections.abc import Mapping
from typing import Any

from gallery.errors import Invalid
from gallery.search.budget import PAGE_MS, time_budget
from gallery.tags.known import mentionable_tags
from gallery.visibility import Viewer, signed_in
from tagging.models import KNOWN_TO_ALL, Category, Tag
from tagging.names import normalise_tag

# For members more are looked up than asked for, since some may stand on hidden posts alone.
CANDIDATES = 3
PATTERN_LENGTH = 200


def listed_tags(asked: Mapping[str, str], viewer: Viewer, limit: int) -> list[dict[str, Any]]:
    """The largest tags that fit `search[name_matches]` (`*` for any text), `search[name]` (names with commas) and
    `search[category]` (its number), of those that this viewer may be told of.

    Raises Invalid for a category that is none, and SearchTimeout.
    """
    fitting = Tag.objects.order_by("-general_count", "name")
    if pattern := asked.get("search[name_matches]", "").strip():
        fitting = fitting.filter(name__regex=_anchored(normalise_tag(pattern[:PATTERN_LENGTH])))
    if names := asked.get("search[name]", "").strip():
        fitting = fitting.filter(name__in=[normalise_tag(name) for name in names.split(",")][:limit])
    if category := asked.get("search[category]", "").strip():
        fitting = fitting.filter(category=_category(category))
    with time_budget(PAGE_MS):
        if signed_in(viewer):
            candidates = list(fitting[: limit * CANDIDATES])
            told = mentionable_tags(viewer, [tag.name for tag in candidates])
            found = [tag for tag in candidates if tag.name in told][:limit]
        else:
            found = list(fitting.filter(KNOWN_TO_ALL)[:limit])
    return [
        {
            "id": tag.pk,
            "name": tag.name,
            "category": tag.category,
            "post_count": tag.general_count,
            "is_deprecated": tag.is_deprecated,
        }
        for tag in found
    ]


def _category(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) in Category.values:
        return int(text)
    raise Invalid("unknown_category", value=text[:60], choices=", ".join(str(value) for value in Category.values))


def _anchored(pattern: str) -> str:
    """`pattern` as a regular expression for PostgreSQL in which `*` alone means anything."""
    escaped = "".join(char if char.isalnum() or char in "_*" else "\\" + char for char in pattern)
    return "^" + escaped.replace("*", ".*") + "$"
