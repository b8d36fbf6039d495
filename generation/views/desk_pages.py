"""The desk's smaller pages: lineage, two takes side by side, and what all of them take up."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.errors import Gone
from generation.desk.keeping import BIN_KEPT, REJECTS_KEPT
from generation.desk.lineage import MAX_RELATIVES, lineage_of
from generation.desk.storage import storage_of
from generation.models import Take
from generation.remix.differences import differences
from generation.takes import owned, recipe_of
from generation.views.edge import MemberRequest
from generation.views.starting import id_in


@never_cache
@login_required
@require_safe
def lineage(request: MemberRequest, take_id: int) -> HttpResponse:
    """All relatives of a take. 404 for another member's, and for what was erased."""
    take = get_object_or_404(Take, pk=take_id, owner=request.user, erased_at=None)
    context = {"take": take, "lineage": lineage_of(request.user, take), "most": MAX_RELATIVES}
    return render(request, "generation/lineage.html", context)


@never_cache
@login_required
@require_safe
def compare(request: MemberRequest) -> HttpResponse:
    """The takes `a` and `b`; 404 with a box for another number where one is none of this member's, or in the bin."""
    typed = {letter: request.GET.get(letter, "").replace("\x00", "").strip()[:20] for letter in ("a", "b")}
    mine = owned(request.user).select_related("asset").prefetch_related("asset__files")
    found = {letter: mine.filter(pk=number).first() for letter, text in typed.items() if (number := id_in(text))}
    missing = [text for letter, text in typed.items() if text and found.get(letter) is None]
    binned = Take.objects.filter(owner=request.user, purged_at__isnull=False, erased_at=None)
    lying = {take.pk for take in binned.filter(pk__in=[id_in(text) or 0 for text in missing])}
    context: dict[str, Any] = {
        "typed": typed,
        "missing": [text for text in missing if id_in(text) not in lying],
        "binned": [Gone("take_in_bin", id=number).message for number in sorted(lying)],
    }
    first, second = found.get("a"), found.get("b")
    if first is not None and second is not None:
        context |= {
            "pair": [("A", first), ("B", second)],
            "differences": differences(recipe_of(first), recipe_of(second)),
            "swap_url": f"{reverse('generation:compare')}?{urlencode({'a': second.pk, 'b': first.pk})}",
        }
    return render(request, "generation/compare.html", context, status=404 if missing else 200)


@never_cache
@login_required
@require_safe
def storage(request: MemberRequest) -> HttpResponse:
    """Bytes by kind, and what the archive and the bin would free."""
    context = {"storage": storage_of(request.user), "bin_days": BIN_KEPT.days, "reject_days": REJECTS_KEPT.days}
    return render(request, "generation/storage.html", context)
