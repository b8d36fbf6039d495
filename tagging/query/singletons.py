"""Metatags that rule the whole search (`order:`, `limit:`): each once, at the top, and one order at most."""

from __future__ import annotations

from tagging.query.errors import QueryError
from tagging.query.metatags import Registry
from tagging.query.metatags import registry as site_registry
from tagging.query.tree import ORDER, And, Metatag, Node, conjunction, leaves

# Each of these says in which order the posts come (and `ordfav:` and the like also which posts).
ORDERING = frozenset({ORDER, "ordfav", "ordfavgroup", "ordpool", "random"})


def check_singletons(tree: Node, registry: Registry) -> None:
    """Raises QueryError (order_misplaced, order_repeated, order_conflict)."""
    # Places, not meanings: the same `order:id` may stand at the top and inside a choice.
    top = {id(node) for node in _top(tree)}
    seen: dict[str, Metatag] = {}
    for leaf in leaves(tree):
        if not isinstance(leaf, Metatag) or not _is_singleton(leaf, registry):
            continue
        if id(leaf) not in top:
            raise QueryError("order_misplaced", leaf.column, {"name": leaf.name})
        if leaf.name in seen:
            raise QueryError("order_repeated", leaf.column, {"name": leaf.name})
        other = next((name for name in seen if {name, leaf.name} <= ORDERING), None)
        if other is not None:
            raise QueryError("order_conflict", leaf.column, {"name": leaf.name, "other": other})
        seen[leaf.name] = leaf


def split_singletons(tree: Node, registry: Registry = site_registry) -> tuple[dict[str, Metatag], Node]:
    """What rules a parsed query, by name, and the rest, which says what matches."""
    ruling = {node.name: node for node in _top(tree) if isinstance(node, Metatag) and _is_singleton(node, registry)}
    rest = [node for node in _top(tree) if not (isinstance(node, Metatag) and node.name in ruling)]
    return ruling, conjunction(rest) if ruling else tree


def split_order(tree: Node) -> tuple[Metatag | None, Node]:
    """The `order:` of a parsed query (or None) and the rest, other singletons included.

    `parse` has made sure that there is one at most and that it stands at the top.
    """
    order = next((node for node in _top(tree) if isinstance(node, Metatag) and node.name == ORDER), None)
    if order is None:
        return None, tree
    return order, conjunction(node for node in _top(tree) if node is not order)


def _top(tree: Node) -> tuple[Node, ...]:
    return tree.children if isinstance(tree, And) else (tree,)


def _is_singleton(metatag: Metatag, registry: Registry) -> bool:
    kind = registry.kind(metatag.name)
    return kind is not None and kind.singleton
