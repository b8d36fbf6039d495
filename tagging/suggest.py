"""For a tag that doesn't exist: those that may have been meant."""

from __future__ import annotations

from django.db.models import Q

from tagging.models import Tag
from tagging.names import normalise_tag

CANDIDATES = 2000
LEAST_LIKENESS = 0.3  # pg_trgm's threshold
EVERY_TAG = Q()


def nearest_tags(name: str, limit: int = 3, *, among: Q = EVERY_TAG) -> list[str]:
    """Up to `limit` names of existing tags that fit `among`, the likest first; none if nothing is near.

    Likeness is Jaccard's over trigrams of the padded name, as PostgreSQL's pg_trgm has it, among the largest
    `CANDIDATES` tags that begin or end like `name`.
    """
    typed = normalise_tag(name).strip(",")
    if not all("!" <= character <= "~" for character in typed):
        return []
    words = [word for word in typed.split("_") if word]
    if not words:
        return []
    near = Q(name__startswith=typed[0])
    for word in words[:8]:
        near |= Q(name__contains=word) | Q(name__endswith=word[-3:])
    candidates = Tag.objects.filter(near, among).exclude(name=name).order_by("-general_count", "name")
    names = candidates.values_list("name", flat=True)[:CANDIDATES]
    scored = [(_likeness(typed, candidate), candidate) for candidate in names]
    # Sorting is stable: among equals the larger tag stays first.
    scored.sort(key=lambda pair: -pair[0])
    return [candidate for likeness, candidate in scored[:limit] if likeness >= LEAST_LIKENESS]


def _likeness(one: str, other: str) -> float:
    """From 0 to 1: the share of trigrams that both have."""
    if one == other:
        return 1.0
    left, right = _trigrams(one), _trigrams(other)
    return len(left & right) / len(left | right)


def _trigrams(name: str) -> set[str]:
    padded = f"  {name} "
    return {padded[index : index + 3] for index in range(len(padded) - 2)}
