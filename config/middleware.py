"""What every answer has in common, whichever floor it comes from."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django_htmx.http import reswap, retarget

from config.bodies import TOO_LARGE
from gallery.around_views import after_views, before_views
from gallery.ingest import MAX_BYTES

PAGE = "private, no-cache"


@after_views
def private_by_default(response: HttpResponseBase) -> None:
    """Answers that say nothing about caches are for this reader alone, and are asked for anew each time.

    Pages show who is signed in and what they may see. Stands behind WhiteNoise, whose files don't come by here.
    """
    response.headers.setdefault("Cache-Control", PAGE)


@before_views
def refuse_large_bodies(request: HttpRequest) -> HttpResponse | None:
    """413 in the site's own words for what `config.bodies` let through only in part.

    Stands last, where language and account are known; no form was read yet, not even for its token.
    """
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
