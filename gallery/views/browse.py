"""Looking at many posts: the front page, search results, completion."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from gallery.cards import cards
from gallery.errors import UserFacingError
from gallery.ratings import up_to
from gallery.search import SearchPage, search, tags_of_page
from gallery.search_links import order_of, posts_url, terms, with_order, without_term
from gallery.tag_groups import category_word, group_tags
from gallery.visibility import Viewer, ceiling, effective_ratings, mentionable_tags
from tagging.completion import complete
from tagging.messages import explain, explain_unknown
from tagging.query import QueryError, Tag, leaves, parse, print_query
from tagging.suggest import nearest_tags

FRONT_PICTURES = 29
MOSAIC = 5
COMPLETIONS = 10
# More are looked up than shown, for some may stand on hidden posts alone; so with tags that are like a mistyped one.
COMPLETION_CANDIDATES = 30
NEAREST, NEAREST_CANDIDATES = 3, 12
ORDERS = [("", _("Newest")), ("id", _("Oldest"))]


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Living pictures and the way to make one."""
    page = search("", request.user, limit=FRONT_PICTURES)
    newest = cards(page.posts)
    try:
        create_url = reverse(settings.CREATE_URL_NAME)
    except NoReverseMatch:
        create_url = ""
    return render(
        request,
        "gallery/front.html",
        {
            "mosaic": newest[:MOSAIC] if len(newest) >= MOSAIC else [],
            "newest": newest[MOSAIC:] if len(newest) > MOSAIC + 3 else newest if len(newest) < MOSAIC else [],
            "count": page.count,
            "create_url": create_url,
            "example_prompt": settings.EXAMPLE_PROMPT,
        },
    )


@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """Search results. 422 with the query as typed and a sentence where it cannot be read."""
    query = request.GET.get("tags", "").replace("\x00", "")
    context = {"query_text": query, **_rating_words(request)}
    try:
        page = search(query, request.user, page_token=request.GET.get("page") or None)
    except QueryError as error:
        problem = {"query_error": explain(error), "query_marked": mark_column(query, error.column)}
        return render(request, "gallery/posts.html", context | problem, status=422)
    except UserFacingError as error:
        response = render(request, "gallery/posts.html", context | {"query_error": error.message}, status=error.status)
        if error.status == 503:
            response["Retry-After"] = "10"
        return response
    context |= _results(query, page, request.user)
    return render(request, "gallery/posts.html", context)


@require_safe
def complete_tags(request: HttpRequest) -> JsonResponse:
    """`{"completions": [{name, category, post_count, antecedent}]}` for `q`, what was typed of a tag so far."""
    typed = request.GET.get("q", "")
    if "\x00" in typed:
        raise BadRequest("a tag has no NUL character")
    found = complete(typed[:200], limit=COMPLETION_CANDIDATES)
    told = mentionable_tags(request.user, [line.name for line in found])
    lines = [line for line in found if line.name in told][:COMPLETIONS]
    response = JsonResponse(
        {
            "completions": [
                {
                    "name": line.name,
                    "category": category_word(line.category),
                    "post_count": line.post_count,
                    "antecedent": line.antecedent,
                }
                for line in lines
            ]
        }
    )
    patch_cache_control(response, max_age=60, **{"private" if request.user.is_authenticated else "public": True})
    return response


@dataclass(frozen=True)
class Marked:
    """A query cut at the place of its error."""

    before: str
    at: str
    after: str


def mark_column(query: str, column: int) -> Marked:
    """`column` counts code points from 1; past the end a blank is marked."""
    index = max(0, column - 1)
    return Marked(query[:index], query[index : index + 1] or " ", query[index + 1 :])


def _rating_words(request: HttpRequest) -> dict[str, object]:
    shown = effective_ratings(request.user)
    return {"shown_ratings": shown, "hidden_ratings": [rating for rating in up_to(ceiling()) if rating not in shown]}


def _results(query: str, page: SearchPage, viewer: Viewer) -> dict[str, object]:
    order = order_of(query)
    return {
        "cards": cards(page.posts, page.query),
        "page": page,
        "query": page.query,
        "tag_groups": group_tags(tags_of_page(page.posts), page.query) if page.posts else [],
        "orders": [
            {"label": label, "url": posts_url(with_order(query, value)), "current": order == value}
            for value, label in ORDERS
        ],
        "terms": [{"text": print_query(term), "url": posts_url(without_term(query, term))} for term in terms(query)],
        "next_url": posts_url(query, page.next_token) if page.next_token else "",
        "previous_url": posts_url(query, page.previous_token) if page.previous_token else "",
        "unknown": _unknown_tags(query, viewer) if not page.posts else [],
    }


def _unknown_tags(query: str, viewer: Viewer) -> list[dict[str, object]]:
    names = {leaf.name for leaf in leaves(parse(query)) if isinstance(leaf, Tag)}
    known = mentionable_tags(viewer, names)
    result: list[dict[str, object]] = []
    for name in sorted(names - known):
        near = nearest_tags(name, limit=NEAREST_CANDIDATES)
        told = mentionable_tags(viewer, near)
        links = [{"name": other, "url": posts_url(other)} for other in near if other in told][:NEAREST]
        result.append({"name": name, "sentence": explain_unknown(name, []), "nearest": links})
    return result
