"""Saved searches: the page with what is new in each, and the acts on them. Looking at it marks nothing as seen."""

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from gallery.accounts.signed_in import SignedInRequest
from gallery.community import saved_searches
from gallery.errors import UserFacingError
from gallery.links.searches import posts_url
from gallery.models import SavedSearch
from tagging.messages import explain
from tagging.query import QueryError

A_PAGE = 50
# One deleted search can be brought back for a while; it waits in the session, which only acts write to.
UNDO, UNDO_SECONDS = "deleted_search", 900


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: SignedInRequest) -> HttpResponse:
    """All saved searches, or those under `label`. POST saves `query` under `labels`; 422 with both as typed."""
    if request.method != "POST":
        return _saved_page(request)
    query, labels = request.POST.get("query", "").replace("\x00", ""), request.POST.get("labels", "")
    try:
        made = saved_searches.save(request.user, query, saved_searches.read_labels(labels))
    except QueryError as error:
        return _saved_page(request, query=query, labels=labels, problem=explain(error), status=422)
    except UserFacingError as error:
        return _saved_page(request, query=query, labels=labels, problem=error.message, status=error.status)
    messages.success(request, _("Saved. “%(query)s” is on your page of saved searches.") % {"query": made.query[:200]})
    return redirect(posts_url(made.query) if request.POST.get("stay") else "gallery:saved")


@login_required
@require_POST
def open_saved(request: SignedInRequest, saved_id: int) -> HttpResponse:
    """To the posts of a saved search; what is there now counts as seen."""
    found = _own(request, saved_id)
    saved_searches.mark_seen(request.user, found)
    return redirect(posts_url(found.query))


@login_required
@require_POST
def relabel_saved(request: SignedInRequest, saved_id: int) -> HttpResponse:
    """Put a saved search under other `labels`; 422 with what was typed."""
    found = _own(request, saved_id)
    labels = request.POST.get("labels", "")
    try:
        saved_searches.relabel(request.user, found, saved_searches.read_labels(labels))
    except UserFacingError as error:
        wrong = {"wrong_id": found.pk, "wrong_labels": labels, "wrong_problem": error.message}
        return _saved_page(request, status=error.status, **wrong)
    return redirect("gallery:saved")


@login_required
@require_POST
def delete_saved(request: SignedInRequest, saved_id: int) -> HttpResponse:
    """Keep a search no longer; the page that follows offers to take that back."""
    found = _own(request, saved_id)
    saved_searches.delete(request.user, found)
    request.session[UNDO] = {
        "query": found.query,
        "labels": found.labels,
        "seen_id": found.seen_id,
        "at": int(time.time()),
    }
    return redirect("gallery:saved")


@login_required
@require_POST
def undelete_saved(request: SignedInRequest) -> HttpResponse:
    """Bring back the search that was deleted last."""
    deleted = _deleted(request)
    if deleted:
        try:
            saved_searches.restore(request.user, deleted["query"], deleted["labels"], deleted["seen_id"])
        except QueryError as error:
            messages.error(request, explain(error))
        except UserFacingError as error:
            messages.error(request, error.message)
        else:
            request.session.pop(UNDO)
    return redirect("gallery:saved")


@login_required
@require_POST
def mark_all_seen(request: SignedInRequest) -> HttpResponse:
    """Nothing is new any more."""
    count = saved_searches.mark_all_seen(request.user)
    sentence = ngettext("%(count)d search is marked as seen.", "%(count)d searches are marked as seen.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("gallery:saved")


def _saved_page(request: SignedInRequest, status: int = 200, **typed: Any) -> HttpResponse:
    label = request.GET.get("label", "").replace("\x00", "")
    page = Paginator(saved_searches.searches_of(request.user, label), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "label": label,
        "labels_used": saved_searches.labels_of(request.user),
        "page": page,
        "lines": saved_searches.count_new(request.user, page),
        "deleted": _deleted(request),
        "limit": saved_searches.MAX_SEARCHES,
        **typed,
    }
    return render(request, "gallery/saved.html", context, status=status)


def _deleted(request: SignedInRequest) -> dict[str, Any] | None:
    deleted: dict[str, Any] | None = request.session.get(UNDO)
    return deleted if deleted and time.time() - deleted["at"] < UNDO_SECONDS else None


def _own(request: SignedInRequest, saved_id: int) -> SavedSearch:
    return get_object_or_404(SavedSearch, pk=saved_id, user=request.user)
