"""The search language: text to an immutable tree and back. Pure Python, no Django, no database.

    text --parser--> tree --(an engine elsewhere)--> posts
                      |
                      +--printer--> canonical text

Which metatags exist is written in a registry (`metatags.py`) where features add theirs; what their values may be
stands in `values.py`, how they are written in `readers/`. Every error is a `QueryError` with a code, a column and
parameters; the sentence for it is made at the edge (`tagging.messages`). Compiling a tree to SQL is not done here: the
tree knows nothing of posts.
"""

from tagging.query.errors import QueryError
from tagging.query.metatags import MetatagKind, OrderKind, Registry, registry
from tagging.query.parser import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, parse
from tagging.query.printer import print_query
from tagging.query.singletons import split_order, split_singletons
from tagging.query.tree import (
    And,
    Everything,
    Metatag,
    Node,
    Not,
    Or,
    Tag,
    Wildcard,
    conjunction,
    disjunction,
    leaves,
)
from tagging.query.values import Clock

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TERMS",
    "And",
    "Clock",
    "Everything",
    "Metatag",
    "MetatagKind",
    "Node",
    "Not",
    "Or",
    "OrderKind",
    "QueryError",
    "Registry",
    "Tag",
    "Wildcard",
    "conjunction",
    "disjunction",
    "leaves",
    "parse",
    "print_query",
    "registry",
    "split_order",
    "split_singletons",
]
