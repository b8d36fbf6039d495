"""The read-only JSON interface. Every answer is for its reader alone, errors have one form."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from gallery.api import comments_as_json, comments_for, listed_tags, posts_as_json, similar_as_json, versions_as_json
from gallery.errors import Invalid, UserFacingError
from gallery.models import Post
from gallery.search import search
from gallery.search.budget import PAGE_MS, time_budget
from gallery.similar.lines import posts_like
from gallery.visibility import reachable_posts
from tagging.messages import explain
from tagging.query import QueryError

DEFAULT_LIMIT = 20
MOST_POSTS, MOST_TAGS = 200, 1000
RETRY_SECONDS = "10"
SAFE = ("GET", "HEAD")

P = ParamSpec("P")


def answers_in_json(
    view: Callable[Concatenate[HttpRequest, P], JsonResponse],
) -> Callable[Concatenate[HttpRequest, P], JsonResponse]:
    """GET and HEAD only; errors become `{"success": false, "error": code, "message": sentence}`."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> JsonResponse:
        if request.method not in SAFE:
            response = _refusal("method_not_allowed", _("This address answers GET and HEAD alone."), 405)
            response["Allow"] = ", ".join(SAFE)
            return response
        try:
            return view(request, *args, **kwargs)
        except QueryError as error:
            return _refusal(error.code, explain(error), 422, column=error.column)
        except UserFacingError as error:
            response = _refusal(error.code, error.message, error.status)
            if error.status == 503:
                response["Retry-After"] = RETRY_SECONDS
            return response

    return answer


@answers_in_json
def posts(request: HttpRequest) -> JsonResponse:
    """A page of a search: `tags`, `page` (a number or a place from the `Link` header), `limit`."""
    query, limit = _text(request, "tags"), _limit(request, MOST_POSTS)
    page = search(query, request.user, page_token=_text(request, "page") or None, limit=limit)
    response = JsonResponse(posts_as_json(page.posts, request.user, request.build_absolute_uri), safe=False)
    if links := _links(request, page.query, {"next": page.next_token, "prev": page.previous_token}):
        response["Link"] = links
    return response


@answers_in_json
def post(request: HttpRequest, post_id: int) -> JsonResponse:
    """One post; 404 for one that this reader may not see, as for one that never was."""
    found = Post.objects.filter(reachable_posts(request.user), pk=post_id)
    loaded = list(found.select_related("asset", "author", "stats").prefetch_related("asset__files"))
    if not loaded:
        return _no_such_post()
    return JsonResponse(posts_as_json(loaded, request.user, request.build_absolute_uri)[0])


@answers_in_json
def similar(request: HttpRequest, post_id: int) -> JsonResponse:
    """The posts that look like one, the most alike first; 404 for one that this reader may not see."""
    return _like_post(request, post_id, with_itself=False)


@answers_in_json
def iqdb_queries(request: HttpRequest) -> JsonResponse:
    """The same under Danbooru's address, `post_id` in the query; the post itself is among them there."""
    text = (_text(request, "post_id") or _text(request, "search[post_id]")).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid("post_id_needed")
    return _like_post(request, int(text), with_itself=True)


@answers_in_json
def generation_versions(request: HttpRequest, post_id: int) -> JsonResponse:
    """The versions of a post's generation data, newest first; `before` a number, older ones."""
    found = Post.objects.filter(reachable_posts(request.user), pk=post_id).first()
    if found is None:
        return _refusal("not_found", _("There is no such post, or you may not see it."), 404)
    before = _text(request, "before").strip()
    if before and not (before.isascii() and before.isdigit() and len(before) < 10):
        raise Invalid("bad_version", value=before[:60])
    listed = versions_as_json(found, request.user, int(before) if before else None)
    return JsonResponse(listed, safe=False)


@answers_in_json
def comments(request: HttpRequest) -> JsonResponse:
    """The newest comments, of all posts or of one (`post_id`); `page=b123`, those below comment 123."""
    asked = _text(request, "post_id") or _text(request, "search[post_id]")
    page = _text(request, "page").strip()
    limit = _limit(request, MOST_POSTS)
    number = page.removeprefix("b")
    below = _whole(number, "bad_comment_page") if page else None
    found = comments_for(request.user, _whole(asked.strip(), "post_id_needed") if asked else None, below)
    if found is None:
        return _no_such_post()
    with time_budget(PAGE_MS):
        listed = comments_as_json(found[:limit])
    return JsonResponse(listed, safe=False)


@answers_in_json
def counts(request: HttpRequest) -> JsonResponse:
    """How many posts of a search this reader can see; without `exact`, how many at least."""
    page = search(_text(request, "tags"), request.user, limit=1)
    return JsonResponse({"counts": {"posts": page.count}, "exact": page.count_is_exact})


@answers_in_json
def tags(request: HttpRequest) -> JsonResponse:
    """The largest tags that fit; see `gallery.api.tags`."""
    asked = {key: _text(request, key) for key in request.GET}
    return JsonResponse(listed_tags(asked, request.user, _limit(request, MOST_TAGS)), safe=False)


def _like_post(request: HttpRequest, post_id: int, *, with_itself: bool) -> JsonResponse:
    limit = _limit(request, MOST_POSTS)
    post = Post.objects.filter(reachable_posts(request.user), pk=post_id).select_related("asset").first()
    if post is None:
        return _no_such_post()
    with time_budget(PAGE_MS):
        found = posts_like(request.user, post, limit=limit, with_itself=with_itself)
    return JsonResponse(similar_as_json(found, request.user, request.build_absolute_uri), safe=False)


def _whole(text: str, code: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise Invalid(code, **({"page": text[:60]} if code == "bad_comment_page" else {}))


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "")


def _limit(request: HttpRequest, most: int) -> int:
    text = _text(request, "limit").strip()
    if not text:
        return DEFAULT_LIMIT
    if text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= most:
        return int(text)
    raise Invalid("bad_limit", value=text[:60], limit=most)


def _links(request: HttpRequest, query: str, tokens: dict[str, str | None]) -> str:
    """RFC 8288: the same search at another place, for each token that there is. `query`: with a shuffle's number."""
    kept = {name: text for name, text in (("tags", query), ("limit", _text(request, "limit"))) if text}
    address = request.build_absolute_uri(request.path)
    return ", ".join(
        f'<{address}?{urlencode({**kept, "page": token})}>; rel="{rel}"' for rel, token in tokens.items() if token
    )


def _no_such_post() -> JsonResponse:
    return _refusal("not_found", _("There is no such post, or you may not see it."), 404)


def _refusal(code: str, message: str, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"success": False, "error": code, "message": message, **more}, status=status)
