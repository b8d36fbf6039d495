"""A file on its way to a reader who may have it: by this process, by the proxy before it, or by the bucket."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect

from gallery.storing.files import content_of, is_there, place

X_ACCEL = "x-accel"
BEHIND_PROXY = "/_media/"
"""Where the proxy's own configuration has MEDIA_ROOT, for itself alone."""


def handed_over(path: str, *, mime: str, disposition: str, caches: str, method: str = "GET") -> HttpResponse:
    """The answer with the file at `path`; who calls this has asked whether the reader may have it.

    An address of the bucket is the reader's for minutes, so no cache keeps it, whatever `caches` says of the file.
    Raises `FileNotFoundError` where there is no such file, `OSError` when it can't be read.
    """
    response: HttpResponse
    address = place().address(path, mime=mime, disposition=disposition, method=method)
    if address is not None:
        if not is_there(path):
            raise FileNotFoundError(path)
        response = HttpResponseRedirect(address)
        caches = "private, no-store"
    elif settings.SENDFILE == X_ACCEL:
        if not is_there(path):
            raise FileNotFoundError(path)
        response = HttpResponse(content_type=mime)
        response["X-Accel-Redirect"] = BEHIND_PROXY + path
        response["Content-Disposition"] = disposition
    else:
        response = HttpResponse(content_of(path), content_type=mime)
        response["Content-Disposition"] = disposition
    response["Cache-Control"] = caches
    response["X-Content-Type-Options"] = "nosniff"
    return response
