"""A file as an HTTP answer, with its name and who may keep it, or why there is none."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from gallery.errors import NotNow, UserFacingError
from gallery.models import AssetFile, Download
from gallery.provenance import FORMATS
from gallery.storing import handed_over

logger = logging.getLogger(__name__)

# Nothing is kept without asking again each time: a moderator may hide a picture a second from now. `EVERYBODY` may be
# kept by shared caches too; an original with its recipe only by the reader's own.
EVERYBODY, READERS_OWN, NOWHERE = "public, no-cache", "private, no-cache", "private, no-store"


def file_answer(request: HttpRequest, file: AssetFile | Download, *, name: str, caches: str) -> HttpResponse:
    """The bytes or the way to them, or 304 where the reader has them; `?download` offers them to be kept as `name`.

    Raises `Http404` where the file was lost; a page says so where it can't be had at this moment.
    """
    return stored_answer(request, file.path, file.sha256, FORMATS[file.format].mime, name=name, caches=caches)


def stored_answer(request: HttpRequest, path: str, sha256: str, mime: str, *, name: str, caches: str) -> HttpResponse:
    """`file_answer` for whatever is stored at `path`."""
    etag = quote_etag(sha256)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        kept = "attachment" if "download" in request.GET else "inline"
        disposition = f'{kept}; filename="{name}"'
        try:
            response = handed_over(path, mime=mime, disposition=disposition, caches=caches, method=str(request.method))
        except FileNotFoundError as error:
            raise Http404 from error
        except OSError:
            logger.exception("The file %s can't be read", path)
            return refused(request, NotNow("files_out_of_reach"))
    else:
        response["Cache-Control"] = caches
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = etag
    return response


def refused(request: HttpRequest, error: UserFacingError) -> HttpResponse:
    """A page that says why there is no such file, or not now."""
    response = render(request, "gallery/no_file.html", {"refusal": error.message}, status=error.status)
    response["Cache-Control"] = NOWHERE
    if error.status == 503:
        response["Retry-After"] = "30"
    return response
