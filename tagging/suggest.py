"""For a tag that doesn't exist: those that may have been meant."""

from __future__ import annotations

from difflib import get_close_matches

from tagging import completion_rows
from tagging.completion_rows import Among, Row
from tagging.names import MAX_LENGTH, normalise_tag
from tagging.other_names import fold_name, is_other_name
from tagging.query import QueryError, parse, registry

LEAST_LIKENESS = 0.3  # pg_trgm's threshold
LEAST_METATAG_LIKENESS = 0.7  # difflib's: a letter wrong, missing or in another place
EVERY_TAG = Among()


def nearest_tags(name: str, limit: int = 3, *, among: Among = EVERY_TAG) -> list[str]:
    """Up to `limit` names of existing tags, the likest first; none if nothing is near.

    First come those that are only slips away. Likeness is pg_trgm's, over trigrams of names and aliases; for a name
    outside ASCII it is counted in pairs of characters, over other names with the same beginning or end. A tag
    that is not `among` those that may come has no influence on the rest.
    """
    typed = normalise_tag(name).strip(",")
    if not typed or len(typed) > MAX_LENGTH:
        return []
    if is_other_name(typed):
        rows = _other_names_near(fold_name(typed), among)
    elif all("!" <= character <= "~" for character in typed):
        alike = [row for row in completion_rows.by_likeness(typed, among) if row.name != name]
        rows = misspelt(typed, alike) + alike
    else:
        return []
    return list(dict.fromkeys(row.name for row in rows))[:limit]


def misspelt(typed: str, rows: list[Row]) -> list[Row]:
    """Those of `rows` that `typed` can be the beginning of, but for a few slips; the fewest slips first.

    One slip in four letters is allowed, and one in less. Among equals the larger tag comes first.
    """
    allowed = max(1, len(typed) // 4)
    slips = [(slips_at_beginning(typed, row.found), row) for row in rows]
    near = [(count, row) for count, row in slips if count <= allowed]
    return [row for _count, row in sorted(near, key=lambda pair: (pair[0], -pair[1].post_count, pair[1].found))]


def slips_at_beginning(typed: str, name: str) -> int:
    """Levenshtein's distance from `typed` to the beginning of `name` that is nearest, two swapped letters being one
    slip (optimal string alignment)."""
    older: list[int] = []
    row = list(range(len(name) + 1))
    for place, letter in enumerate(typed, 1):
        above, row = row, [place]
        for at, other in enumerate(name, 1):
            cost = min(above[at] + 1, row[at - 1] + 1, above[at - 1] + (letter != other))
            if place > 1 and at > 1 and letter == name[at - 2] and typed[place - 2] == other:
                cost = min(cost, older[at - 2] + 1)
            row.append(cost)
        older = above
    return min(row)


def _other_names_near(folded: str, among: Among) -> list[Row]:
    found = completion_rows.by_other_name(folded[:1], among)
    if len(folded) > 1:
        found += completion_rows.by_other_name(folded[-2:], among, inside=True)
    scored = sorted(((_likeness(folded, fold_name(row.found)), row) for row in found), key=lambda pair: -pair[0])
    return [row for likeness, row in scored if likeness >= LEAST_LIKENESS]


def nearest_metatag(name: str) -> str | None:
    """For `stpes:20`, which reads as a tag: `steps:20`, if the part before the colon is nearly a metatag's name and
    the rest a value that it takes."""
    prefix, colon, value = name.partition(":")
    if not colon or not value:
        return None
    near = get_close_matches(prefix, registry.names(), 1, LEAST_METATAG_LIKENESS)
    if not near:
        return None
    text = f"{near[0]}:{value}"
    try:
        parse(text)
    except QueryError:
        return None
    return text


def _likeness(one: str, other: str) -> float:
    """From 0 to 1: the share of pairs of neighbouring characters that both have."""
    left, right = _pairs(one), _pairs(other)
    return len(left & right) / len(left | right)


def _pairs(name: str) -> set[str]:
    padded = f" {name} "
    return {padded[index : index + 2] for index in range(len(padded) - 1)}
