"""Places in an order: where a page begins, in the address of a page.

`b123` is what stands below post 123, `a123` what stands above it, whichever way the order runs. In orders other than
by id the token also carries the order and the post's value in it: `b123.score.17`, so that the place stays where it is
when the post changes. A plain number is a numbered page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Value

from gallery.search.expressions import RowCompare
from gallery.search.orders import Ordering


@dataclass(frozen=True)
class Place:
    """What stands `above` (else below) one post in the order of the values, that post left out.

    `value` is the post's key in the order (in the order by id: the id).
    """

    above: bool
    id: int
    value: Any

    def condition(self, key: Any, tie: Any, *, by_id: bool) -> Q:
        """The place as a condition on the table of these two expressions; `by_id`: the first is the id itself."""
        if by_id:
            return Q(**{f"{key.name}__{'gt' if self.above else 'lt'}": self.id})
        sign = ">" if self.above else "<"
        return Q(RowCompare((key, tie), (Value(self.value), Value(self.id)), sign=sign))

    def within(self, ordering: Ordering) -> Q:
        """The place as a condition on `Post`."""
        return self.condition(ordering.key, ordering.tie, by_id=ordering.by_id)

    def opposite(self) -> Place:
        """The other side of the same post."""
        return Place(not self.above, self.id, self.value)

    def token(self, ordering: Ordering) -> str:
        """The place as it stands in an address."""
        start = f"{'a' if self.above else 'b'}{self.id}"
        return start if ordering.by_id else f"{start}.{ordering.name}.{ordering.codec.write(self.value)}"
