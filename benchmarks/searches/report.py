"""Measurements as Markdown tables."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from benchmarks.searches.asked import Asked
from benchmarks.searches.measure import Taken

COLUMNS = ("ids", "count", "page", "text ids", "text count", "join ids", "join count")
HEADS = {
    "ids": "ids",
    "count": "count",
    "page": "HTML page",
    "text ids": "Danbooru's SQL: ids",
    "text count": "its count",
    "join ids": "plain join: ids",
    "join count": "its count",
}


@dataclass
class Report:
    """What was measured, by column and kind of search."""

    taken: dict[str, dict[str, list[Taken]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    slow: list[tuple[float, str, Asked, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    last: dict[str, Taken] = field(default_factory=dict)

    def add(self, column: str, asked: Asked, taken: Taken, way: str = "") -> None:
        """Keep one measurement; `way` is how the site found the ids."""
        self.taken[column][asked.kind].append(taken)
        self.last[column] = taken
        if column in ("ids", "count", "page"):
            self.slow.append((taken.wall, column, asked, f", {way}" if way else ""))

    def line(self, asked: Asked) -> str:
        """What was measured last, for whoever watches."""
        figures = [f"{'>' * taken.cut}{ms(taken.wall)} {column}" for column, taken in self.last.items()]
        return f"{asked.kind[:2]} {', '.join(figures)} ({asked.viewer}: {asked.text()[:60]})"

    def table(self, *, computed: bool = False) -> str:
        """One row a kind: the middle and the 95th percentile of its searches on the clock (or `computed`), then all."""
        columns = [column for column in COLUMNS if column in self.taken]
        lines = ["| kind of search | " + " | ".join(HEADS[column] for column in columns) + " |"]
        lines.append("|---" * (len(columns) + 1) + "|")
        for kind in self.taken[columns[0]]:
            cells = [_cell(self.taken[column][kind], computed) for column in columns]
            lines.append(f"| {kind} | " + " | ".join(cells) + " |")
        lines.append("| **all** | " + " | ".join(_cell(self._all(column), computed) for column in columns) + " |")
        return "\n".join(lines)

    def summary(self) -> str:
        """All searches by column: on the clock and computed."""
        lines = [
            "| | p50 ms | p95 ms | slowest run | p50 computed | p95 computed | cut off at the limit |",
            "|---|---|---|---|---|---|---|",
        ]
        for column in COLUMNS:
            if column not in self.taken:
                continue
            every = self._all(column)
            walls, computed = [taken.wall for taken in every], [taken.processor for taken in every]
            slowest = max(taken.slowest for taken in every)
            cut = sum(taken.cut for taken in every)
            lines.append(
                f"| {column} | {ms(percentile(walls, 50))} | {ms(percentile(walls, 95))} | {ms(slowest)}"
                f" | {ms(percentile(computed, 50))} | {ms(percentile(computed, 95))} | {cut} of {len(every)} |"
            )
        return "\n".join(lines)

    def slowest(self, number: int) -> str:
        """The site's own slowest searches."""
        found = sorted(self.slow, key=lambda row: -row[0])[:number]
        return "\n".join(
            f"- {ms(wall)} ms {column}{way}, {asked.viewer}: `{asked.text()}`" for wall, column, asked, way in found
        )

    def _all(self, column: str) -> list[Taken]:
        return [taken for found in self.taken[column].values() for taken in found]


def percentile(values: Iterable[float], hundredth: int) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, ceil(len(ranked) * hundredth / 100) - 1)]


def short_plan(lines: list[str]) -> str:
    """The nodes of a plan, what they threw away and the time, without the long conditions."""
    kept = r"->|Scan|Sort|Limit|Rows Removed|Execution Time|Heap Blocks|Index Searches|SubPlan"
    first_buffers = next((line for line in lines if "Buffers:" in line), "")
    found = [line for line in lines if re.search(kept, line) and "Sort Key" not in line and "Sort Method" not in line]
    return "\n".join(line[:110] for line in [*found, *([first_buffers] if first_buffers else [])])


def _cell(found: list[Taken], computed: bool) -> str:
    if not found:
        return "–"
    ranked = sorted((taken.processor if computed else taken.wall, taken.cut) for taken in found)
    parts = []
    for hundredth in (50, 95):
        value, cut = ranked[max(0, ceil(len(ranked) * hundredth / 100) - 1)]
        parts.append(f"{'>' if cut else ''}{ms(value)}")
    return " / ".join(parts)


def ms(value: float) -> str:
    """Milliseconds as people read them."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
