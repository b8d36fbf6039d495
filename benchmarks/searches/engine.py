"""The way into the site's search below its pages: from the text of a query to ids, and to a count."""

from django.utils import timezone

from gallery.search.budget import PAGE_MS, time_budget
from gallery.search.compilation import Compilation
from gallery.search.compile import compile_search
from gallery.search.engine import Page, count, find_page
from gallery.search.options import take_apart
from gallery.visibility import Viewer
from tagging.query import parse
from tagging.query.values import Clock


def ids_of(text: str, viewer: Viewer, page: int, size: int) -> tuple[list[int], str]:
    """The ids of a numbered page, and the way in which they were found."""
    compilation = Compilation(viewer, Clock(timezone.localtime()))
    with time_budget(PAGE_MS) as budget:
        asked = take_apart(parse(text), compilation)
        result = find_page(budget, compile_search(asked.rest, compilation), asked.ordering, Page(page, size))
    return [post_id for post_id, _key in result.rows], result.way


def count_of(text: str, viewer: Viewer) -> tuple[int, bool]:
    """The count that a page shows, and whether it is exact."""
    compilation = Compilation(viewer, Clock(timezone.localtime()))
    asked = take_apart(parse(text), compilation)
    return count(compile_search(asked.rest, compilation), asked.ordering, viewer, at_least=0)
