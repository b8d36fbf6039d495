"""The small answers that the page "Create" asks for while pictures are drawn: tiles, previews, cancelling."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generation import requests
from generation.models import GenerationRequest, Job, JobPreview
from generation.views.board import board_of
from generation.views.edge import MemberRequest, PageRequest


@never_cache
@login_required
@require_safe
def request_status(request: MemberRequest, request_id: int) -> HttpResponse:
    """The tiles of one's own request as a fragment; a browser that comes here by a link gets the whole page."""
    found = _own_request(request, request_id)
    if not request.htmx:
        return redirect(f"{reverse('generation:create')}?request={found.pk}")
    return render(request, "generation/parts/request.html", {"board": board_of(found)})


@login_required
@require_POST
def cancel_request(request: MemberRequest, request_id: int) -> HttpResponse:
    """Stop what is left of one's own request; finished pictures stay."""
    found = _own_request(request, request_id)
    requests.cancel(request.user, found)
    return request_status_after(request, found)


@login_required
@require_POST
def cancel_job(request: MemberRequest, job_id: int) -> HttpResponse:
    """Stop one picture of one's own."""
    job = get_object_or_404(Job.objects.select_related("request"), pk=job_id, user=request.user)
    requests.cancel_job(request.user, job)
    return request_status_after(request, job.request)


@login_required
@require_safe
def job_preview(request: MemberRequest, job_id: int) -> HttpResponse:
    """The newest preview of one's own picture while it is drawn (WebP); 204 before the first and after the last."""
    job = get_object_or_404(Job.objects.select_related("preview"), pk=job_id, user=request.user)
    preview: JobPreview | None = getattr(job, "preview", None)
    if preview is None:
        return HttpResponse(status=204, headers={"Cache-Control": "private, no-store"})
    response = HttpResponse(bytes(preview.image), content_type="image/webp")
    response["Cache-Control"] = "private, no-store"
    return response


def request_status_after(request: PageRequest, changed: GenerationRequest) -> HttpResponse:
    """The changed tiles for a script, the page for a browser."""
    if request.htmx:
        return render(request, "generation/parts/request.html", {"board": board_of(changed)})
    response = redirect(f"{reverse('generation:create')}?request={changed.pk}")
    response.status_code = 303
    return response


def _own_request(request: MemberRequest, request_id: int) -> GenerationRequest:
    return get_object_or_404(GenerationRequest.objects.select_related("checkpoint"), pk=request_id, user=request.user)
