"""The page that says what this site is and what its words mean."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.models.post import AiEvidence, AiLevel
from gallery.ratings import ORDER
from gallery.visibility import ceiling


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Labels, evidence, ratings, in words."""
    context = {"levels": AiLevel, "evidence": AiEvidence, "ratings": ORDER, "ceiling": ceiling()}
    return render(request, "gallery/about.html", context)
