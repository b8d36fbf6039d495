"""A take with its layers, for drawing programs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from gallery.downloads import NOWHERE, refused
from gallery.errors import UserFacingError
from gallery.ingest.signing import site_slug
from gallery.streaming import streamed
from generation.layers.export import Form, layered_file
from generation.views.edge import MemberRequest
from generation.views.takes import own_take


@login_required
@require_safe
def layers(request: MemberRequest, take_id: int, extension: str) -> HttpResponseBase:
    """One's own take as OpenRaster or PSD, made when it is asked for and kept nowhere."""
    take = own_take(request, take_id)
    if extension not in list(Form):
        raise Http404
    form = Form(extension)
    try:
        file = layered_file(take, form)
    except UserFacingError as error:
        return refused(request, error)
    response = streamed(request, file, f"{site_slug()}-take-{take.pk}.{form}", form.mime)
    response["Cache-Control"] = NOWHERE
    response["X-Content-Type-Options"] = "nosniff"
    return response
