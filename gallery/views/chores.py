"""The page of what needs a gardener's hand."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.tags.chores import chores


@login_required
@require_safe
def chores_page(request: SignedInRequest) -> HttpResponse:
    """Kinds of work with numbers and links; for members, since it looks at much."""
    return render(request, "gallery/chores.html", {"chores": chores(request.user)})
