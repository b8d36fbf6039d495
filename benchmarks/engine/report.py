"""Tables of what was measured, in Markdown."""

import statistics
from collections.abc import Iterable

from benchmarks.engine.sides import Run


def percentile(values: list[float], share: float) -> float:
    """The smallest of `values` that `share` (0 to 1) of them don't exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def alone(title: str, side: int, steps: int, bare: list[float], engine: list[float]) -> str:
    """One line: a picture alone, on both sides (seconds of rounds that took turns)."""
    with_bare, with_engine = statistics.median(bare), statistics.median(engine)
    overhead = (with_engine / with_bare - 1) * 100
    return f"| {title} | {side}² | {steps} | {with_bare:.3f} | {with_engine:.3f} | {overhead:+.1f} % |"


ALONE_HEAD = "| model | size | steps | bare diffusers, s | engine, s | engine's overhead |\n|---|---|---|---|---|---|"
LOAD_HEAD = (
    "| model | size | users | pictures | bare: a minute | p50 / p95 s | engine: a minute | p50 / p95 s | throughput |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def load(title: str, side: int, users: int, bare: Run, engine: Run) -> str:
    """One line: the same arrivals on both sides."""
    gain = engine.pictures_a_minute / bare.pictures_a_minute if bare.pictures_a_minute else 0.0
    failed = f" ({len(engine.failed)} failed: {', '.join(sorted(set(engine.failed)))})" if engine.failed else ""
    return (
        f"| {title} | {side}² | {users} | {len(bare.latencies)} | {bare.pictures_a_minute:.1f} | {_times(bare)} "
        f"| {engine.pictures_a_minute:.1f}{failed} | {_times(engine)} | {gain:.2f}× |"
    )


def table(head: str, lines: Iterable[str]) -> str:
    """Head and lines as one text."""
    return "\n".join([head, *lines])


def _times(run: Run) -> str:
    return f"{percentile(run.latencies, 0.5):.2f} / {percentile(run.latencies, 0.95):.2f}"
