"""Searches as the rules of a filter: checked when they are typed, and as conditions that hold no visibility.

`gallery.filters` lays them over every search, which is why nothing here asks what the viewer may see.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from django.db.models import Q
from django.utils import timezone

from gallery.errors import Invalid, SearchTimeout, UserFacingError
from gallery.search.compilation import Compilation
from gallery.search.compile import condition_alone
from gallery.search.metatags import METATAGS
from gallery.search.names import MAX_WILDCARDS, Counted, Names, resolve
from gallery.visibility import Viewer
from tagging.query import Everything, Metatag, Node, QueryError, Wildcard, leaves, parse
from tagging.query.values import Clock

# Each looks at far more than the post that it is asked about; a filter is asked about every post of every list.
COSTLY = frozenset({"similar", "lineage", "search"})


def read_rule(text: str) -> Node:
    """The tree of one rule. Raises QueryError, and Invalid for what can't be asked about a single post."""
    tree = parse(text)
    if isinstance(tree, Everything):
        raise Invalid("filter_rule_empty")
    for leaf in leaves(tree):
        if isinstance(leaf, Metatag):
            if leaf.name in COSTLY:
                raise Invalid("filter_rule_costly", name=leaf.name)
            if leaf.name == "order" or METATAGS[leaf.name].compile is None:
                raise Invalid("filter_rule_rules", name=leaf.name)
    return tree


def wildcards_in(tree: Node) -> int:
    """How many patterns there are in it."""
    return sum(isinstance(leaf, Wildcard) for leaf in leaves(tree))


def check_meaning(tree: Node, viewer: Viewer) -> None:
    """Raises QueryError or UserFacingError for values that cannot be read or not be asked for by this viewer."""
    if wildcards_in(tree) > MAX_WILDCARDS:
        raise Invalid("too_many_wildcards", limit=MAX_WILDCARDS)
    condition_alone(tree, _compilation(viewer), resolve([tree]))


def look_up(queries: Iterable[str]) -> dict[str, Any]:
    """What the names and patterns in the queries stand for now, to be kept as JSON for `conditions`. One that is no
    rule any more has none."""
    trees = []
    for query in queries:
        with suppress(QueryError, UserFacingError):
            trees.append(read_rule(query))
    names = resolve(trees)
    return {
        "tags": {name: [tag.id, tag.posts] for name, tag in names.tags.items()},
        "patterns": {pattern: [[tag.id, tag.posts] for tag in tags] for pattern, tags in names.patterns.items()},
    }


def conditions(queries: Iterable[str], names: Mapping[str, Any], viewer: Viewer) -> list[Q | None]:
    """Each query as a condition on `Post`, None for one that is no rule any more. Asks nothing of the database but
    what single metatags do. Raises SearchTimeout inside a budget that ran out."""
    known = Names(
        {name: Counted(*tag) for name, tag in names.get("tags", {}).items()},
        {pattern: [Counted(*tag) for tag in tags] for pattern, tags in names.get("patterns", {}).items()},
    )
    compilation = _compilation(viewer)
    return [_condition(query, known, compilation) for query in queries]


def _condition(query: str, names: Names, compilation: Compilation) -> Q | None:
    try:
        return condition_alone(read_rule(query), compilation, names)
    except SearchTimeout:
        raise
    except (QueryError, UserFacingError, KeyError):  # KeyError: a pattern that nobody looked up
        return None


def _compilation(viewer: Viewer) -> Compilation:
    return Compilation(viewer, Clock(timezone.localtime()), any_zone=True, any_filter=True)
