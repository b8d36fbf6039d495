"""The desk: one's own takes as a grid or a film-strip, found by a search, their stacks folded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.errors import UserFacingError
from gallery.views.browse import mark_column
from generation.desk.pages import Stacked, desk_page, inside, loaded
from generation.desk.search import Asked, chip_counts, read, sentence_for
from generation.desk.terms import registry
from generation.models import Take
from generation.models.take import Fix
from generation.views.edge import MemberRequest
from generation.views.starting import id_in
from tagging.query import QueryError

UNDO = "desk_undo"
"""Where the session keeps how the last act is undone, until the desk is shown."""
CHIPS = (
    ("all", "", _("All")),
    ("picked", "is:pick", _("Picked")),
    ("undecided", "is:undecided", _("Undecided")),
    ("rejected", "is:reject", _("Rejected")),
    ("later", "fix:any", _("Finish later")),
    ("published", "is:published", _("Published")),
    ("archive", "status:archived", _("Archive")),
    ("bin", "status:binned", _("Bin")),
)
GRID, STRIP = "grid", "strip"
FRAGMENTS = {
    "page": "generation/parts/desk_page.html",
    "stack": "generation/parts/desk_tiles.html",
    "stage": "generation/parts/desk_stage.html",
}


@dataclass(frozen=True)
class Address:
    """What stands in the desk's address."""

    query: str = ""
    view: str = GRID
    unfolded: bool = False
    page: str = ""
    open: int | None = None
    at: int | None = None

    @classmethod
    def of(cls, request: MemberRequest) -> Address:
        """As it was asked for; what makes no sense is left out."""
        given = request.GET
        return cls(
            query=given.get("q", "").replace("\x00", "").strip(),
            view=STRIP if given.get("view") == STRIP else GRID,
            unfolded=given.get("all") == "1",
            page=given.get("page", ""),
            open=id_in(given.get("open", "")),
            at=id_in(given.get("at", "")),
        )

    def url(self, **changed: Any) -> str:
        """The address with these parts changed."""
        new = replace(self, **changed)
        parts = {
            "q": new.query,
            "view": new.view if new.view != GRID else "",
            "all": "1" if new.unfolded else "",
            "page": new.page,
            "open": new.open or "",
            "at": new.at or "",
        }
        said = urlencode({name: value for name, value in parts.items() if value})
        return reverse("generation:takes") + (f"?{said}" if said else "")


@never_cache
@login_required
@require_safe
def all_takes(request: MemberRequest) -> HttpResponse:
    """The takes that `q` finds. `view=strip`: one of them (`at`) large above the others; `all=1`: stacks unfolded;
    `open`: the stack below this take opened in its place; `page`: further on; `part`: a piece of the page for scripts.

    422 with the search as typed and a sentence where it can't be read.
    """
    address, part = Address.of(request), request.GET.get("part", "")
    context: dict[str, Any] = {"address": address, "query": address.query}
    try:
        asked = read(address.query, request.user)
        context |= _found(request, address, asked, part)
    except QueryError as error:
        said = {"query_problem": sentence_for(error), "query_marked": mark_column(address.query, error.column)}
        return _page(request, address, context | said, status=422)
    except UserFacingError as error:
        return _page(request, address, context | {"query_problem": error.message}, status=error.status)
    if part in FRAGMENTS:
        if part == "stage" and context["stage"] is None:
            raise Http404
        return render(request, FRAGMENTS[part], context)
    context["undo"] = request.session.pop(UNDO, None)
    return _page(request, address, context)


def _page(request: MemberRequest, address: Address, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    counts = chip_counts(request.user)
    plain = replace(address, page="", open=None, at=None)
    context |= {
        "chips": [
            {"name": label, "count": counts[key], "url": plain.url(query=query), "current": address.query == query}
            for key, query, label in CHIPS
        ],
        "any_takes": any(counts.values()),
        "grid_url": plain.url(view=GRID),
        "strip_url": plain.url(view=STRIP),
        "fold_url": plain.url(unfolded=not address.unfolded),
        "here_url": address.url(),
        "first_url": plain.url(),
        "kinds": [kind for kind in registry.kinds() if kind.section == "takes"],
        "orders": registry.order_kinds(),
        "fixes": Fix.choices,
        "star_counts": range(6),
        "more_keys": "generation/parts/desk_keys.html",
    }
    return render(request, "generation/takes.html", context, status=status)


def _found(request: MemberRequest, address: Address, asked: Asked, part: str) -> dict[str, Any]:
    user = request.user
    if part == "stack":
        top = loaded(user, [address.open or 0]).get(address.open or 0)
        return {"entries": inside(user, asked, top) if top else []}
    if part == "stage":
        return {"stage": _stage(request, address, [])}
    page = desk_page(user, asked, token=address.page, folded=not address.unfolded)
    entries = page.entries
    if address.open is not None and not address.unfolded:
        entries = _opened(request, asked, entries, address.open)
    return {
        "page": page,
        "entries": entries,
        "next_url": address.url(page=page.next_token, open=None, at=None) if page.next_token else "",
        "in_bin": bool(entries) and all(entry.take.purged_at for entry in entries),
        "stage": _stage(request, address, entries) if address.view == STRIP and part != "page" else None,
    }


def _opened(request: MemberRequest, asked: Asked, entries: list[Stacked], pk: int) -> list[Stacked]:
    """The same with what lies below one of them behind it."""
    result = []
    for entry in entries:
        if entry.take.pk == pk and entry.size > 1:
            result += [replace(entry, opened=True), *inside(request.user, asked, entry.take)]
        else:
            result.append(entry)
    return result


def _stage(request: MemberRequest, address: Address, entries: list[Stacked]) -> Take | None:
    """The take that is shown large: the one asked for, else the first."""
    wanted = address.at or (entries[0].take.pk if entries else 0)
    known = next((entry.take for entry in entries if entry.take.pk == wanted), None)
    take = known or loaded(request.user, [wanted]).get(wanted)
    if take is not None and take.erased_at is None:
        return take
    return entries[0].take if entries else None
