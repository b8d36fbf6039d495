"""What every answer has in common, whichever floor it comes from."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware
from django_htmx.http import reswap, retarget

from config.bodies import TOO_LARGE
from gallery.ingest import MAX_BYTES

PAGE = "private, no-cache"


@sync_and_async_middleware
def private_by_default(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answers that say nothing about caches are for this reader alone, and are asked for anew each time.

    Pages show who is signed in and what they may see. Stands behind WhiteNoise, whose files don't come by here.
    """

    def marked(response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Cache-Control", PAGE)
        return response

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            waiting: Awaitable[HttpResponseBase] = get_response(request)
            return marked(await waiting)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return marked(get_response(request))

    return answer


@sync_and_async_middleware
def refuse_large_bodies(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """413 in the site's own words for what `config.bodies` let through only in part.

    Stands last, where language and account are known; no form was read yet, not even for its token.
    """

    def refusal(request: HttpRequest) -> HttpResponse | None:
        if not getattr(request, "scope", {}).get(TOO_LARGE):
            return None
        limit = {"limit": MAX_BYTES // 2**20}
        if request.path.endswith(".json"):
            sentence = render_to_string("errors/413_sentence.txt", limit).strip()
            return JsonResponse({"success": False, "error": "upload_too_large", "message": sentence}, status=413)
        if request.headers.get("HX-Request"):  # beside the form, which stays as it is
            response = render(request, "errors/413_toast.html", limit, status=413)
            return reswap(retarget(response, "#toasts"), "innerHTML")
        return render(request, "errors/413.html", limit, status=413)

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            refused = await sync_to_async(refusal)(request)
            if refused is not None:
                return refused
            waiting: Awaitable[HttpResponseBase] = get_response(request)
            return await waiting

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        refused = refusal(request)
        return get_response(request) if refused is None else refused

    return answer
