"""The page that says what this site is and what its words mean."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.labels.words import EVIDENCE, WORDS, ZONES
from gallery.models.post import AiEvidence
from gallery.models.user import Zone
from gallery.ratings import ORDER
from gallery.visibility import ceiling


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Labels, evidence, ratings, in words."""
    context = {
        "labels": WORDS.values(),
        "evidence": [(kind.label, EVIDENCE[kind]) for kind in AiEvidence],
        "zones": [(zone.label, ZONES[zone]) for zone in Zone],
        "ratings": ORDER,
        "ceiling": ceiling(),
    }
    return render(request, "gallery/about.html", context)
