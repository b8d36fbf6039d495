"""Related tags: as JSON for the tag editor, and as a panel beside a search."""

from collections import defaultdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.errors import UserFacingError
from gallery.links.searches import SearchTerms, posts_url
from gallery.tags.groups import TagGroup, TagLine, category_word
from gallery.tags.related import RelatedTag, related
from tagging.messages import explain
from tagging.models import DISPLAY_ORDER, Category
from tagging.query import QueryError

LIMIT = 25
PANEL_LIMIT = 12
CATEGORIES = {category_word(category): category for category in Category}


@require_safe
def related_tags(request: HttpRequest) -> HttpResponse:
    """`{"query", "related": [{name, category, post_count, frequency, cosine}]}` for the search `q`.

    `category` is one category's word; without it there are up to 25 tags of each. 422 and 503 come with `{"error"}`.
    """
    query = request.GET.get("q", "").replace("\x00", "")
    word = request.GET.get("category", "")
    if word and word not in CATEGORIES:
        return JsonResponse({"error": f"category: {', '.join(CATEGORIES)}"}, status=422)
    try:
        found = related(query, request.user, category=CATEGORIES[word] if word else None, limit=LIMIT)
    except QueryError as error:
        return JsonResponse({"error": explain(error)}, status=422)
    except UserFacingError as error:
        return _retry(JsonResponse({"error": error.message}, status=error.status))
    return JsonResponse({"query": query, "related": [_as_json(one) for one in found]})


@require_safe
def related_panel(request: HttpRequest) -> HttpResponse:
    """The panel of a search `q`: a fragment for htmx, a page of its own for those who follow a link."""
    query = request.GET.get("q", "").replace("\x00", "")
    fragment = bool(getattr(request, "htmx", False))
    context: dict[str, object] = {"query_text": query, "search_url": posts_url(query)}
    status = 200
    try:
        context["groups"] = _groups(related(query, request.user, limit=PANEL_LIMIT), query)
    except QueryError as error:
        context["problem"], status = explain(error), 422
    except UserFacingError as error:
        context["problem"], status = error.message, error.status
    template = "gallery/parts/related_panel.html" if fragment else "gallery/related.html"
    return _retry(render(request, template, context, status=status))


def _groups(found: list[RelatedTag], query: str) -> list[TagGroup]:
    terms = SearchTerms.read(query)
    lines: dict[int, list[TagLine]] = defaultdict(list)
    for one in found:
        plus = posts_url(terms.with_term(one.tag.name)) if terms.linkable else ""
        minus = posts_url(terms.with_term(one.tag.name, negated=True)) if terms.linkable else ""
        kind = category_word(one.tag.category)
        url = posts_url(one.tag.name)
        lines[one.tag.category].append(TagLine(one.tag.name, kind, one.tag.general_count, url, plus, minus))
    return [
        TagGroup(str(category.label), category_word(category), lines[category])
        for category in DISPLAY_ORDER
        if category in lines
    ]


def _as_json(one: RelatedTag) -> dict[str, object]:
    return {
        "name": one.tag.name,
        "category": category_word(one.tag.category),
        "post_count": one.tag.general_count,
        "frequency": round(one.frequency, 4),
        "cosine": round(one.cosine, 4),
    }


def _retry(response: HttpResponse) -> HttpResponse:
    if response.status_code == 503:
        response["Retry-After"] = "10"
    return response
