"""What a search does, statement by statement, for measurements and for tests of its plans."""

from dataclasses import dataclass

from gallery.search.budget import PAGE_MS, Ran, time_budget
from gallery.search.compilation import Compilation
from gallery.search.compile import compile_search
from gallery.search.engine import Page, Result, find_page
from gallery.search.options import take_apart
from gallery.search.tokens import read_token
from gallery.visibility import Viewer
from tagging.query import parse


@dataclass(frozen=True)
class Traced:
    """The rows of a page, the statements that were run for them, and the plan of each as text."""

    result: Result
    ran: list[Ran]
    plans: list[str]


def trace(
    query_text: str, viewer: Viewer, *, page_token: str | None = None, limit: int = 40, analyse: bool = False
) -> Traced:
    """The page as `gallery.search.search` finds it, without its count and posts.

    With `analyse` each statement runs once more, and its plan tells what really happened.
    """
    tree = parse(query_text)
    compilation = Compilation.of(tree, viewer)
    with time_budget(PAGE_MS) as budget:
        asked = take_apart(tree, compilation)
        compiled = compile_search(asked.rest, compilation)
        start, ordering = read_token(page_token, asked.ordering, viewer, free_seed=asked.free_seed)
        result = find_page(budget, compiled, ordering, Page(start, asked.limit or limit))
        ran, options = list(budget.ran), "ANALYZE, BUFFERS" if analyse else "COSTS"
        plans = []
        for step in ran:
            lines = budget.run(f"EXPLAIN ({options}) {step.sql}", step.params, step.planner)
            plans.append("\n".join(line for (line,) in lines))
    return Traced(result, ran, plans)
