"""The syntax tree of a query: immutable nodes, compared by meaning (a column is no part of the meaning).

`parse` returns flat trees: no And directly inside an And, no Or directly inside an Or, groups of one child dissolved,
and Everything only as the root. `conjunction` and `disjunction` keep trees flat when a caller combines them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

ORDER = "order"


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query: every post."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Posts that have this tag. `name` is lower-case, as typed otherwise; whether it exists is the engine's matter."""

    name: str
    column: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Posts that have any tag whose whole name fits `pattern`, where `*` stands for any text, also none."""

    pattern: str
    column: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Metatag:
    """`name:value`. `name` is the canonical name; `value` is the text without quotes and escapes, its case kept.

    `quoted` says that the reader asked to take the value literally. `Registry.read` gives the typed value.
    """

    name: str
    value: str
    quoted: bool = False
    column: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Posts that `child` does not match."""

    child: Node

    def __post_init__(self) -> None:
        if isinstance(self.child, Everything):
            raise ValueError("the language has no word for nothing: Everything cannot be negated")


@dataclass(frozen=True, slots=True)
class And:
    """Posts that all of at least two children match."""

    children: tuple[Node, ...]

    def __post_init__(self) -> None:
        _check_children(self.children)


@dataclass(frozen=True, slots=True)
class Or:
    """Posts that any of at least two children matches."""

    children: tuple[Node, ...]

    def __post_init__(self) -> None:
        _check_children(self.children)


Leaf = Tag | Wildcard | Metatag
Node = Everything | Leaf | Not | And | Or


def _check_children(children: tuple[Node, ...]) -> None:
    if len(children) < 2 or any(isinstance(child, Everything) for child in children):
        raise ValueError("a group needs two children that are queries themselves; see conjunction and disjunction")


def conjunction(nodes: Iterable[Node]) -> Node:
    """All of `nodes` at once, flat; of none: Everything."""
    children: list[Node] = []
    for node in nodes:
        if isinstance(node, And):
            children.extend(node.children)
        elif not isinstance(node, Everything):
            children.append(node)
    if not children:
        return Everything()
    return children[0] if len(children) == 1 else And(tuple(children))


def disjunction(nodes: Iterable[Node]) -> Node:
    """Any of `nodes`, flat; Everything if one of them is. Raises ValueError for no nodes at all."""
    children: list[Node] = []
    for node in nodes:
        if isinstance(node, Everything):
            return node
        if isinstance(node, Or):
            children.extend(node.children)
        else:
            children.append(node)
    if not children:
        raise ValueError("a choice of nothing matches nothing, for which the language has no word")
    return children[0] if len(children) == 1 else Or(tuple(children))


def leaves(tree: Node) -> Iterator[Leaf]:
    """The tags, wildcards and metatags of `tree` from left to right, without recursion."""
    waiting: list[Node] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case And(children) | Or(children):
                waiting.extend(reversed(children))
            case Not(child):
                waiting.append(child)
            case Tag() | Wildcard() | Metatag():
                yield node
