"""What a site draws with: the index of models, and the page of a LoRA, embedding or VAE."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from gallery.cards import Card, cards
from gallery.errors import UserFacingError
from gallery.links.searches import posts_url
from gallery.search.pages import search
from gallery.visibility import Viewer
from generation.access import may_manage, may_use, usable_by
from generation.card import card_of, read_card
from generation.checkpoints import available, available_resources
from generation.models import Checkpoint, Resource
from generation.models.checkpoint import CheckpointState
from generation.models.resource import ResourceKind
from generation.models_on_disk.defaults import base_name, fits
from tagging.query import Metatag, QueryError, print_query

NEWEST_POSTS = 12


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Every model that the viewer may use, and what can be added to them."""
    groups = [
        (kind, [_line(row) for row in available_resources(request.user).filter(kind=kind)]) for kind in ResourceKind
    ]
    context = {
        "checkpoints": [_line(row) for row in available(request.user)],
        "groups": [(kind.label, lines) for kind, lines in groups if lines],
        "may_manage": may_manage(request.user),
    }
    return render(request, "generation/models.html", context)


def _line(row: Checkpoint | Resource) -> tuple[Checkpoint | Resource, str]:
    return row, base_name(row.family)


@require_safe
def model(request: HttpRequest, slug: str) -> HttpResponse:
    """What a model can draw, within which limits, under which licence, and its posts."""
    found = get_object_or_404(
        Checkpoint.objects.select_related("default_vae"), usable_by(request.user, Checkpoint), slug=slug
    )
    query = print_query(Metatag("model", found.name, quoted=True))
    fitting = [
        resource
        for resource in available_resources(request.user).exclude(kind=ResourceKind.VAE)
        if fits(resource.family, resource.kind, found.family)
    ]
    vae = found.default_vae
    context = {
        "model": found,
        # Its name is for those alone who may use it.
        "default_vae": vae if vae is not None and may_use(request.user, vae) else None,
        "base": base_name(found.family),
        "card": card_of(found, get_language()),
        "cards": newest_cards(query, request.user),
        "search_url": posts_url(query),
        "fitting": fitting[:40],
        "may_manage": may_manage(request.user),
    }
    return render(request, "generation/model.html", context)


@require_safe
def resource(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """What a LoRA, embedding or VAE is for, how a prompt calls it, and its posts."""
    if kind not in ResourceKind.values or "\0" in slug:
        raise Http404
    found = get_object_or_404(Resource, usable_by(request.user, Resource), kind=kind, slug=slug)
    query = print_query(Metatag("lora", found.slug)) if kind == ResourceKind.LORA else ""
    fitting = [row for row in available(request.user) if fits(found.family, found.kind, row.family)]
    context = {
        "resource": found,
        "base": base_name(found.family),
        "card": read_card(found.card),
        "cards": newest_cards(query, request.user) if query else [],
        "search_url": posts_url(query) if query else "",
        "fitting": fitting[:40],
        "ready": found.state == CheckpointState.READY,
        "may_manage": may_manage(request.user),
    }
    return render(request, "generation/resource.html", context)


def newest_cards(query: str, viewer: Viewer) -> list[Card]:
    """The newest posts of a search that the viewer's lists hold; none where it fails or takes too long."""
    try:
        return cards(search(query, viewer, limit=NEWEST_POSTS).posts, query, viewer=viewer, favourites=True)
    except (QueryError, UserFacingError):
        return []
