"""The list of tags as JSON."""

from collections.abc import Mapping
from typing import Any

from gallery.errors import Invalid
from gallery.search.budget import PAGE_MS, time_budget
from gallery.tags.known import told_to
from gallery.visibility import Viewer
from tagging.models import Category, Tag
from tagging.names import normalise_tag

PATTERN_LENGTH = 200
MOST_NAMES = 1000


def listed_tags(asked: Mapping[str, str], viewer: Viewer, limit: int) -> list[dict[str, Any]]:
    """The largest tags that fit `search[name_matches]` (`*` for any text), `search[name]` (names with commas) and
    `search[category]` (its number), of those that this viewer may be told of.

    Raises Invalid for a category that is none, and SearchTimeout.
    """
    fitting = Tag.objects.filter(told_to(viewer)).order_by("-general_count", "name")
    if pattern := asked.get("search[name_matches]", "").strip():
        fitting = fitting.filter(name__regex=_anchored(normalise_tag(pattern[:PATTERN_LENGTH])))
    if names := asked.get("search[name]", "").strip():
        fitting = fitting.filter(name__in=[normalise_tag(name) for name in names.split(",")[:MOST_NAMES]])
    if category := asked.get("search[category]", "").strip():
        fitting = fitting.filter(category=_category(category))
    with time_budget(PAGE_MS):
        found = list(fitting[:limit])
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
