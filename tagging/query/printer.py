"""A tree to canonical text: one spelling for each meaning, for links, cache keys and saved searches."""

from __future__ import annotations

import re

from tagging.query.brackets import EMOTICONS, stray_bracket
from tagging.query.tree import And, Everything, Metatag, Node, Not, Or, Tag, Wildcard


def print_query(tree: Node) -> str:
    """Text that `parse` makes into `tree` again (flattened, if it wasn't flat).

    `a b` for And, `a or b` for Or, `-a` for Not; brackets only where they are needed.
    """
    match tree:
        case Everything():
            return ""
        case Tag(name):
            return name
        case Wildcard(pattern):
            return pattern
        case Metatag(name, value, quoted):
            return f"{name}:{_value(value, quoted)}"
        case Not(child):
            return "-" + (_group(child) if isinstance(child, And | Or | Not) else print_query(child))
        case And(children):
            return " ".join(_group(child) if isinstance(child, And | Or) else print_query(child) for child in children)
        case Or(children):
            return " or ".join(print_query(child) for child in children)


def _group(node: Node) -> str:
    inner = print_query(node)
    # A last word with a lone bracket (`:(`, `foo_(*`) would swallow the one that closes the group; so would `:`.
    last = print_query(_last_leaf(node))
    space = " " if stray_bracket(last) or f"{last})".endswith(tuple(EMOTICONS)) else ""
    return f"({inner}{space})"


def _last_leaf(node: Node) -> Node:
    while isinstance(node, And | Or | Not):
        node = node.child if isinstance(node, Not) else node.children[-1]
    return node


def _value(value: str, quoted: bool) -> str:
    stray = None if value in EMOTICONS else stray_bracket(value)
    if quoted or not value or value[0] in "\"'“”＂" or (stray and stray[0] == ")"):
        escaped = re.sub(r'(["\\])', r"\\\1", value)
        return f'"{escaped}"'
    return re.sub(r"([\s\\])", r"\\\1", value)
