"""A file as an HTTP answer, with its name and who may keep it, or why there is none."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from gallery.errors import UserFacingError
from gallery.models import AssetFile, Download
from gallery.provenance import FORMATS

# Nothing is kept without asking again each time: a moderator may hide a picture a second from now. `EVERYBODY` may be
# kept by shared caches too; an original with its recipe only by the reader's own.
EVERYBODY, READERS_OWN, NOWHERE = "public, no-cache", "private, no-cache", "private, no-store"


def file_answer(request: HttpRequest, file: AssetFile | Download, *, name: str, caches: str) -> HttpResponse:
    """The bytes, or 304 where the reader has them; `?download` offers them to be kept as `name`.

    Raises `Http404` where the disk lost the file.
    """
    etag = quote_etag(file.sha256)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            content = Path(settings.MEDIA_ROOT, file.path).read_bytes()
        except FileNotFoundError as error:
            raise Http404 from error
        response = HttpResponse(content, content_type=FORMATS[file.format].mime)
        disposition = "attachment" if "download" in request.GET else "inline"
        response["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response["ETag"] = etag
    response["Cache-Control"] = caches
    response["X-Content-Type-Options"] = "nosniff"
    return response


def refused(request: HttpRequest, error: UserFacingError) -> HttpResponse:
    """A page that says why there is no such file, or not now."""
    response = render(request, "gallery/no_file.html", {"refusal": error.message}, status=error.status)
    response["Cache-Control"] = NOWHERE
    if error.status == 503:
        response["Retry-After"] = "30"
    return response
