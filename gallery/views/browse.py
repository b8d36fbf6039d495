"""Looking at many posts: the front page and search results."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from gallery.cards import cards
from gallery.errors import UserFacingError
from gallery.filters import shown
from gallery.filters.counting import hidden_by_filter, lifted_among
from gallery.filters.lifting import PARAMETER, lifted_by
from gallery.labels.zones import names_level, zone_of
from gallery.links.pages import wiki_edit_url, wiki_url
from gallery.links.results import order_links, random_order, ready_made, wildcard_tags
from gallery.links.searches import SearchTerms, posts_url
from gallery.models.user import Zone
from gallery.ratings import up_to
from gallery.search import SearchPage, outside_zone, search, tags_of_page
from gallery.tags.groups import group_tags
from gallery.tags.known import mentionable_tags, nearest_for
from gallery.visibility import Viewer, ceiling, effective_ratings
from gallery.wiki.text import title_of
from tagging.edit import resolve_tags
from tagging.messages import explain, explain_unknown
from tagging.models import WikiPage
from tagging.names import normalise_tag
from tagging.query import Node, Not, QueryError, Tag, leaves, parse, print_query
from tagging.suggest import nearest_metatag

FRONT_PICTURES = 29
MOSAIC = 5
# How many tags are offered in place of an unknown one, and for how many of them: each is a search of its own.
NEAREST, WITH_NEAREST = 3, 5


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Living pictures and the way to make one."""
    page = search("", request.user, limit=FRONT_PICTURES, per_author=settings.POSTS_PER_AUTHOR)
    newest = cards(page.posts, viewer=request.user)
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
            "outside_zone": outside_zone("", request.user),
            "more_by": more_by(page, SearchTerms()),
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
        token = request.GET.get("page") or None
        page = search(query, request.user, page_token=token, per_author=settings.POSTS_PER_AUTHOR)
    except QueryError as error:
        problem = {"query_error": explain(error), "query_marked": mark_column(query, error.column)}
        return render(request, "gallery/posts.html", context | problem, status=422)
    except UserFacingError as error:
        problem = {
            "query_error": error.message,
            "too_slow": error.status == 503,
            "bad_page": error.code == "bad_page",
        }
        response = render(request, "gallery/posts.html", context | problem, status=error.status)
        if error.status == 503:
            response["Retry-After"] = "10"
        return response
    context |= _results(query, page, request)
    context |= filter_words(request, query)
    context["picking"] = bool(request.GET.get("select")) and request.user.is_authenticated and bool(page.posts)
    response = render(request, "gallery/posts.html", context)
    if lifted_by(request.user):
        # Their files and pages, too, from here on.
        shown.remember(request, response, lifted_among(request.user, [post.pk for post in page.posts]))
    return response


@require_safe
def random_post(request: HttpRequest) -> HttpResponse:
    """Any one post of a search; previous and next then follow that search. Its results where there is none."""
    query = request.GET.get("tags", "").replace("\x00", "")
    try:
        parse(query)  # one that cannot be read must not pass for a search for everything
        found = search(random_order(SearchTerms.read(query)), request.user, limit=1).posts
    except (QueryError, UserFacingError):
        found = []
    return redirect(cards(found, query, viewer=request.user)[0].href if found else posts_url(query))


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
    ratings = effective_ratings(request.user)
    left_out = [rating for rating in up_to(ceiling()) if rating not in ratings]
    return {"shown_ratings": ratings, "hidden_ratings": left_out}


def more_by(page: SearchPage, asked: SearchTerms) -> list[dict[str, object]]:
    """Links to the further posts of authors of whom a page shows only a part."""
    return [{"more": more, "url": posts_url(asked.by_author(more.name))} for more in page.more_by]


def _zone_words(query: str, viewer: Viewer) -> dict[str, object]:
    """The zone, what it keeps out of this search, and whether the search sets it aside by asking for labels."""
    zone = zone_of(viewer)
    aside = zone != Zone.BOTH and names_level(parse(query))
    return {"outside_zone": outside_zone(query, viewer), "zone_aside": aside}


def filter_words(request: HttpRequest, query: str) -> dict[str, object]:
    """What the filter hides of this search, each rule with the address of the page without it."""
    hidden = hidden_by_filter(query, request.user)
    lifted = sorted(lifted_by(request.user))
    lines = hidden.lines if hidden else []
    return {
        "hidden_by_filter": hidden,
        "hiding_rules": [{"line": line, "lift_url": lifting_url(query, [*lifted, line.name])} for line in lines],
        "lifted": len(lifted),
        "unlifted_url": posts_url(query),
    }


def lifting_url(query: str, names: list[str], page: str | None = None) -> str:
    """The address of a search, or one of its pages, without some rules of the viewer's filter."""
    url = posts_url(query, page)
    if not names:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode([(PARAMETER, name) for name in names])}"


def _results(query: str, page: SearchPage, request: HttpRequest) -> dict[str, object]:
    viewer, lifted = request.user, sorted(lifted_by(request.user))
    asked = SearchTerms.read(query)
    linked = asked.terms if asked.linkable else ()
    return {
        "cards": cards(page.posts, page.query, viewer=viewer, favourites=True),
        "page": page,
        "query": page.query,
        "tag_groups": group_tags(tags_of_page(page.posts), asked) if page.posts else [],
        "wildcards": wildcard_tags(linked, viewer),
        "orders": order_links(asked),
        "ready_made": ready_made() if not asked.terms and not asked.order else [],
        "more_by": more_by(page, asked),
        **_zone_words(query, viewer),
        "terms": [{"text": print_query(term), "url": posts_url(asked.without_term(term))} for term in linked],
        "narrowed": bool(asked.terms),
        "related_query": page.query if len(asked.terms) == 1 and isinstance(asked.terms[0], Tag) else "",
        "random_url": f"{reverse('gallery:random')}?{urlencode({'tags': query})}" if page.posts else "",
        "next_url": lifting_url(query, lifted, page.next_token) if page.next_token else "",
        "previous_url": lifting_url(query, lifted, page.previous_token) if page.previous_token else "",
        # With results too: a mistyped tag behind a minus takes nothing away, which nobody would notice.
        "unknown": _unknown_tags(_negated(asked.terms) if page.posts else asked.terms, viewer),
    }


def _negated(terms: tuple[Node, ...]) -> tuple[Node, ...]:
    """What stands behind a minus."""
    return tuple(term for term in terms if isinstance(term, Not))


def _unknown_tags(terms: tuple[Node, ...], viewer: Viewer) -> list[dict[str, object]]:
    """A sentence for each tag that is no tag, nor an old name of one, as far as this viewer may know."""
    names = {leaf.name for term in terms for leaf in leaves(term) if isinstance(leaf, Tag)}
    found = {name: tag.name for name, tag in resolve_tags(normalise_tag(name) for name in names).items()}
    told = mentionable_tags(viewer, found.values())
    unknown = sorted(name for name in names if found.get(normalise_tag(name)) not in told)
    result: list[dict[str, object]] = []
    for place, name in enumerate(unknown):
        near = nearest_for(viewer, name, NEAREST) if place < WITH_NEAREST else []
        meant = nearest_metatag(name)
        links = [{"name": other, "url": posts_url(other)} for other in ([meant] if meant else []) + near]
        result.append({"name": name, "sentence": explain_unknown(name), "nearest": links})
    if len(result) == 1 and not nearest_metatag(unknown[0]) and (title := title_of(unknown[0])):
        written = WikiPage.objects.filter(title=title, is_deleted=False).exists()
        result[0] |= {"wiki_url": wiki_url(title)} if written else {"edit_url": wiki_edit_url(title)}
    return result
