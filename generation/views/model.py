"""A checkpoint's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from gallery.search_links import posts_url
from generation.card import card_html
from generation.models import Checkpoint


@require_safe
def model(request: HttpRequest, slug: str) -> HttpResponse:
    """What a model can draw, within which limits, under which licence, and its posts."""
    found = get_object_or_404(Checkpoint, slug=slug)
    context = {"model": found, "card": card_html(found.card), "search_url": posts_url(f'model:"{found.name}"')}
    return render(request, "generation/model.html", context)
