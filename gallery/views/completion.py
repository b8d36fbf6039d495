"""What the box at the caret asks for, a few times a second."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from gallery.tags.completion import Line, complete_word, read_box

# The beginnings that everybody types. Others change sooner with what is posted, and are asked for rarely.
HOT_LETTERS = 2
HOT_SECONDS, OTHER_SECONDS, STALE_SECONDS = 600, 60, 3600


@require_safe
def complete(request: HttpRequest) -> JsonResponse:
    """`{"completions": [{kind, name, insert, …}], "status": "5 suggestions"}` for `q`, the word at the caret so far, in
    a `box` of the kind query, tags or prompt.

    Visitors' answers can be kept by caches between, the hot ones of one and two letters for longer; members' answers
    by their own browser alone, and by nobody what is nobody else's affair, or what stands after a colon: of that,
    what is hidden now is told no longer.
    """
    typed = request.GET.get("q", "")
    found = complete_word(request.user, read_box(request.GET.get("box", "")), typed)
    response = listed(found.lines)
    if found.private or any(line.kind == "value" for line in found.lines):
        patch_cache_control(response, private=True, no_store=True)
    elif request.user.is_authenticated:
        patch_cache_control(response, private=True, max_age=OTHER_SECONDS)
    elif len(typed.strip()) <= HOT_LETTERS:
        patch_cache_control(response, public=True, max_age=HOT_SECONDS, stale_while_revalidate=STALE_SECONDS)
    else:
        patch_cache_control(response, public=True, max_age=OTHER_SECONDS)
    return response


def listed(lines: list[Line]) -> JsonResponse:
    """The lines as the script of a box reads them."""
    count = len(lines)
    status = ngettext("%(count)d suggestion", "%(count)d suggestions", count) % {"count": count}
    return JsonResponse({"completions": [as_json(line) for line in lines], "status": status if count else ""})


def as_json(line: Line) -> dict[str, Any]:
    """A line as the script reads it; what says nothing is left out."""
    said: dict[str, Any] = {"kind": line.kind, "name": line.name, "insert": line.insert}
    if line.kind == "tag":
        said |= {"category": line.category, "post_count": line.post_count, "antecedent": line.antecedent}
    more = {
        "category_label": line.category_label,
        "local_name": line.local_name,
        "note": line.note,
        "match": line.match,
        "deprecated": line.deprecated,
        "unfinished": line.unfinished,
    }
    return said | {name: value for name, value in more.items() if value}
