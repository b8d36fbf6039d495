"""A checkpoint's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from gallery.links.searches import posts_url
from generation.access import usable_by
from generation.card import card_of
from generation.models import Checkpoint


@require_safe
def model(request: HttpRequest, slug: str) -> HttpResponse:
    """What a model can draw, within which limits, under which licence, and its posts."""
    found = get_object_or_404(Checkpoint, usable_by(request.user, Checkpoint), slug=slug)
    card = card_of(found, get_language())
    context = {"model": found, "card": card, "search_url": posts_url(f'model:"{found.name}"')}
    return render(request, "generation/model.html", context)
