"""What can be wrong with a query, as codes: the edge turns them into sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CODES = frozenset(
    {
        "bad_character",  # a control or invisible character; params: character ("U+200B")
        "bad_value",  # a metatag's value isn't of its type; params: name, value, expected, and what `expected` needs
        "dangling_operator",  # an operator without its operand; params: operator, side ("left" or "right")
        "double_prefix",  # `--a`, `~-a`; params: operator
        "empty_group",  # `()`
        "order_conflict",  # two metatags that each give an order; params: name, other
        "order_misplaced",  # a metatag that rules the whole search inside not, ~ or or; params: name
        "order_repeated",  # ... or given twice; params: name
        "too_deep",  # params: limit
        "too_long",  # params: limit
        "too_many_stars",  # in one wildcard; params: limit
        "too_many_terms",  # params: limit
        "unbalanced_close",  # a `)` too many
        "unbalanced_open",  # a `(` that is never closed
        "unclosed_quote",  # params: quote
        "unknown_metatag",  # a metatag that this site has not; params: name, known and nearest (tuples of names)
        "wildcard_alone",  # `*`, which is every tag
    }
)


class QueryError(Exception):
    """A query that cannot be understood.

    `code` is one of `CODES`, `column` the 1-based position in the text (counted in code points) and `params` what the
    sentence for the reader needs.
    """

    def __init__(self, code: str, column: int, params: Mapping[str, Any] | None = None) -> None:
        if code not in CODES:
            raise ValueError(f"{code!r} is no code of a query error")
        self.code = code
        self.column = column
        self.params: dict[str, Any] = dict(params or {})
        super().__init__(f"{code} at column {column}: {self.params}")
