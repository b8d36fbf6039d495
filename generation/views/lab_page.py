"""One comparison: its table while it fills, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.errors import UserFacingError
from generation.errors import RequestRefused
from generation.lab import drawing
from generation.lab.grid import grid_of
from generation.lab.keeping import LEAST, SheetRefused, current_sheet, make_sheet
from generation.models import Lab, LabCell
from generation.views.edge import MemberRequest
from generation.views.starting import id_in

COMPARED = 2


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab_page(request: MemberRequest, lab_id: int) -> HttpResponse:
    """The table. `?pair=<take>&pair=<take>` leads to these two side by side. POST with `act`: redraw (with `cell`),
    sheet or remove."""
    found = _own(request, lab_id)
    if request.method == "POST":
        return _act(request, found)
    pair = request.GET.getlist("pair")
    if pair:
        return _compare(request, found, pair)
    return _page(request, found)


@never_cache
@login_required
@require_safe
def lab_grid(request: MemberRequest, lab_id: int) -> HttpResponse:
    """The table alone, for the page's script; a browser that comes here by a link gets the whole page."""
    found = _own(request, lab_id)
    if not request.htmx:
        return redirect("generation:lab_page", found.pk)
    return render(request, "generation/parts/lab_grid.html", _context(found))


@login_required
@require_POST
def lab_cancel(request: MemberRequest, lab_id: int) -> HttpResponse:
    """Stop what is left of one's own comparison; pictures that came out stay."""
    found = _own(request, lab_id)
    count = drawing.cancel(request.user, found)
    said = ngettext("%(count)d picture is cancelled.", "%(count)d pictures are cancelled.", count)
    messages.info(request, said % {"count": count})
    return _see_other("generation:lab_page", found.pk)


def _act(request: MemberRequest, lab: Lab) -> HttpResponse:
    act = request.POST.get("act")
    try:
        if act == "redraw":
            drawing.redraw(request.user, _cell(lab, request.POST.get("cell", "")))
        elif act == "sheet":
            return _see_other("generation:take", make_sheet(request.user, lab).pk)
        elif act == "remove":
            drawing.remove(request.user, lab)
            messages.info(request, _("The comparison is gone. Its pictures are among your takes."))
            return _see_other("generation:lab")
        else:
            return _page(request, lab, [_("That can’t be done with a comparison. Press one of its buttons.")], 422)
    except RequestRefused as refusal:
        return _page(request, lab, [sentence for _field, sentence in refusal.problems], 422)
    except SheetRefused as refusal:
        return _page(request, lab, [refusal.message], 422)
    except UserFacingError as error:
        return _page(request, lab, [error.message], error.status)
    return _see_other("generation:lab_page", lab.pk)


def _compare(request: MemberRequest, lab: Lab, pair: list[str]) -> HttpResponse:
    numbers = list(dict.fromkeys(number for text in pair if (number := id_in(text)) is not None))
    url = _compare_url()
    if not url or len(numbers) != COMPARED:
        return _page(request, lab, [_("Tick two pictures, no more and no less, to lay them side by side.")], 422)
    return redirect(f"{url}?a={numbers[0]}&b={numbers[1]}")


def _cell(lab: Lab, text: str) -> LabCell:
    number = id_in(text)
    if number is None:
        raise Http404
    return get_object_or_404(LabCell, lab=lab, pk=number)


def _page(request: MemberRequest, lab: Lab, problems: list[str] | None = None, status: int = 200) -> HttpResponse:
    return render(request, "generation/lab_page.html", _context(lab) | {"problems": problems or []}, status=status)


def _context(lab: Lab) -> dict[str, Any]:
    grid = grid_of(lab)
    return {
        "lab": lab,
        "grid": grid,
        "sheet": current_sheet(lab),
        "enough": grid.done >= LEAST,
        "compare_url": _compare_url(),
    }


def _compare_url() -> str:
    try:
        return reverse("generation:compare")
    except NoReverseMatch:
        return ""


def _own(request: MemberRequest, lab_id: int) -> Lab:
    """404 for another member's, as if it did not exist."""
    if lab_id >= 2**63:
        raise Http404
    return get_object_or_404(drawing.owned(request.user).select_related("sheet"), pk=lab_id)


def _see_other(name: str, *args: Any) -> HttpResponse:
    response = redirect(name, *args)
    response.status_code = 303
    return response
