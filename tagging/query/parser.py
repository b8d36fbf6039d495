"""Tokens to a tree.

    query   = [ choice ]
    choice  = both { "or" both }
    both    = list { "and" list }
    list    = factor { factor }              juxtaposition; all factors with "~" in one list form one choice
    factor  = [ "-" | "not" | "~" ] ( "(" choice ")" | tag | wildcard | metatag )

Danbooru's grammar with `not` as a word and with errors instead of empty results. There is no recursion, so that no
nesting can exhaust the stack, and each token is handled once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tagging.query.errors import QueryError
from tagging.query.metatags import Registry
from tagging.query.metatags import registry as site_registry
from tagging.query.singletons import check_singletons
from tagging.query.tokens import Kind, Token, tokens
from tagging.query.tree import Everything, Metatag, Node, Not, conjunction, disjunction, leaves
from tagging.query.values import Clock

MAX_LENGTH = 4000  # characters
MAX_TERMS = 250
MAX_DEPTH = 40  # open brackets; what walks the tree may recurse, at up to three nodes a bracket


@dataclass(slots=True)
class _Group:
    """A group whose closing bracket has not come yet (the outermost one ends with the text)."""

    opening: Token | None = None
    choices: list[Node] = field(default_factory=list)  # finished operands of "or"
    both: list[Node] = field(default_factory=list)  # finished operands of "and"
    factors: list[Node] = field(default_factory=list)
    maybe: list[Node] = field(default_factory=list)  # factors with "~"
    maybe_position: int = 0  # where their choice stands among the factors
    prefix: Token | None = None
    operator: Token | None = None  # the last "and" or "or", until its right side comes

    def add(self, node: Node) -> None:
        if self.prefix is None:
            self.factors.append(node)
        elif self.prefix.kind is Kind.NOT:
            self.factors.append(Not(node))
        else:
            if not self.maybe:
                self.maybe_position = len(self.factors)
            self.maybe.append(node)
        self.prefix = self.operator = None

    def end_list(self, operator: Token | None) -> None:
        """The list before an operator, a closing bracket or the end of the text is complete."""
        if self.prefix is not None:
            raise _dangling(self.prefix, "right")
        if not (self.factors or self.maybe):
            if operator is not None and self.operator is None:
                raise _dangling(operator, "left")
            if self.operator is not None:
                raise _dangling(self.operator, "right")
            return
        if self.maybe:
            self.factors.insert(self.maybe_position, disjunction(self.maybe))
        self.both.append(conjunction(self.factors))
        self.factors, self.maybe = [], []
        if operator is None or operator.kind is Kind.OR:
            self.choices.append(conjunction(self.both))
            self.both = []
        self.operator = operator

    def end(self) -> Node | None:
        """The group as a tree, None if it is empty."""
        self.end_list(None)
        return disjunction(self.choices) if self.choices else None


def _dangling(token: Token, side: str) -> QueryError:
    return QueryError("dangling_operator", token.column, {"operator": token.text, "side": side})


def parse(text: str, registry: Registry = site_registry, clock: Clock | None = None) -> Node:
    """The tree of a query; Everything for an empty one. Time grows linearly with the text.

    Raises QueryError, and nothing else, whatever the text: syntax, unknown metatags, values that don't fit (on this
    clock), limits. Tags are not looked up.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError("too_long", MAX_LENGTH + 1, {"limit": MAX_LENGTH})
    tree = _tree(text, registry)
    clock = clock or Clock.utc()
    for leaf in leaves(tree):
        if isinstance(leaf, Metatag):
            registry.read(leaf, clock)
    check_singletons(tree, registry)
    return tree


def _tree(text: str, registry: Registry) -> Node:
    group = _Group()
    outer: list[_Group] = []
    terms = 0
    for token in tokens(text, registry):
        match token.kind:
            case Kind.TERM:
                terms += 1
                if terms > MAX_TERMS:
                    raise QueryError("too_many_terms", token.column, {"limit": MAX_TERMS})
                if token.leaf is not None:
                    group.add(token.leaf)
            case Kind.NOT | Kind.MAYBE:
                if group.prefix is not None:
                    raise QueryError("double_prefix", token.column, {"operator": token.text})
                group.prefix = token
            case Kind.AND | Kind.OR:
                group.end_list(token)
            case Kind.OPEN:
                if len(outer) == MAX_DEPTH:
                    raise QueryError("too_deep", token.column, {"limit": MAX_DEPTH})
                outer.append(group)
                group = _Group(opening=token)
            case Kind.CLOSE:
                node = group.end()
                if node is None:
                    raise QueryError("empty_group", group.opening.column if group.opening else token.column)
                group = outer.pop()
                group.add(node)
    if group.opening is not None:
        raise QueryError("unbalanced_open", group.opening.column)
    return group.end() or Everything()
