"""A search in parts, so that each design can be asked for the same posts in its own words."""

from dataclasses import dataclass
from datetime import date

PAGE = 40


@dataclass(frozen=True)
class Asked:
    """One search: all of `every`, none of `no`, one of each group of `some`, and what else is given.

    `wildcard` stands for the names that fit it (`expanded`), a hundred at most. `steps` and `days` are ranges with both
    ends in them; `viewer` says which ratings may be shown.
    """

    kind: str
    viewer: str
    every: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    some: tuple[tuple[str, ...], ...] = ()
    wildcard: str = ""
    expanded: tuple[str, ...] = ()
    rating: str = ""
    days: tuple[date, date] | None = None
    steps: tuple[int, int] | None = None
    sampler: str = ""
    model: str = ""
    by_score: bool = False
    page: int = 1
    name: str = ""
    """A name for the few that docs/performance.md speaks of."""

    def text(self) -> str:
        """The search as somebody types it."""
        words = [*self.every, *(f"-{tag}" for tag in self.no)]
        words += [f"({' or '.join(group)})" for group in self.some]
        if self.wildcard:
            words.append(self.wildcard)
        if self.rating:
            words.append(f"rating:{self.rating}")
        if self.days:
            words.append(f"date:{self.days[0]}..{self.days[1]}")
        if self.steps:
            words.append(f"steps:{self.steps[0]}..{self.steps[1]}")
        if self.sampler:
            words.append(f'sampler:"{self.sampler}"')
        if self.model:
            words.append(f"model:{self.model}")
        if self.by_score:
            words.append("order:score")
        return " ".join(words)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """All groups of which a post has one, the wildcard's names among them."""
        return (*self.some, self.expanded) if self.expanded else self.some
