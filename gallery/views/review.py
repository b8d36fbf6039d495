"""The review queue: what waits, a claimed case, and its decision. Moderators only."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import UserFacingError
from gallery.forms import DecisionForm
from gallery.links.numbered import numbered
from gallery.models import Case
from gallery.models.review import CaseKind, CaseState, Outcome
from gallery.moderation.cases import claim, claim_next, release
from gallery.moderation.decisions import CHOICES, Decision, decide
from gallery.moderation.queue import case_page, queue_lines, waiting_by_kind

CASES_A_PAGE = 24
# What many cases at once can be given: nothing that asks to look closely at each.
TOGETHER = (Outcome.KEPT, Outcome.REMOVED)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_queue(request: SignedInRequest) -> HttpResponse:
    """What waits, the urgent and old first, of one kind or of all; several can be decided at once."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    form, status = DecisionForm(), 200
    if request.method == "POST":
        form = DecisionForm(request.POST)
        status = _decide_together(request, form)
        if status == 302:
            return redirect(request.get_full_path())
    kind = request.GET.get("kind", "")
    kinds = [CaseKind(kind)] if kind in CaseKind.values else []
    page = numbered(request, queue_lines(kinds), CASES_A_PAGE)
    context = {
        "lines": page,
        "listed": page,
        "kind": kinds[0] if kinds else "",
        "tabs": waiting_by_kind(),
        "form": form,
        "picked": set(request.POST.getlist("case")),
    }
    return render(request, "gallery/review_queue.html", context, status=status)


@login_required
@require_safe
def review_case(request: SignedInRequest, case_id: int) -> HttpResponse:
    """One case: the picture (grey and blurred until asked for), what was said, and what was before."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    return _page(request, get_object_or_404(Case, pk=case_id), DecisionForm())


@login_required
@require_POST
def review_next(request: SignedInRequest) -> HttpResponse:
    """Claim the first free case and go there; back to the queue where there is none."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    kind, left = request.POST.get("kind", ""), request.POST.get("left", "")
    kinds = [CaseKind(kind)] if kind in CaseKind.values else None
    number = int(left) if left.isascii() and left.isdecimal() and len(left) < 19 else None
    if number is not None:
        found = Case.objects.filter(pk=number).first()
        if found:
            release(request.user, found)
    case = claim_next(request.user, kinds, after=number)
    if case is None:
        messages.info(request, _("Nothing is left that you could decide now."))
        return redirect("gallery:review_queue")
    return redirect("gallery:review_case", case.pk)


@login_required
@require_POST
def review_act(request: SignedInRequest, case_id: int) -> HttpResponse:
    """Claim, give back or decide; what was typed is kept where that is refused."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    case = get_object_or_404(Case, pk=case_id)
    act = request.POST.get("act", "")
    form = DecisionForm(request.POST if act not in ("claim", "release") else None)
    try:
        if act == "claim":
            claim(request.user, case)
        elif act == "release":
            release(request.user, case)
            return redirect("gallery:review_queue")
        elif form.is_valid():
            decide(request.user, case, form.decision())
            return _after(request, case)
        else:
            return _page(request, case, form, status=422)
    except UserFacingError as error:
        form.refuse(error)
        return _page(request, case, form, status=error.status)
    return redirect("gallery:review_case", case.pk)


def _after(request: SignedInRequest, case: Case) -> HttpResponse:
    """The next case of those that the moderator works on, at once."""
    messages.success(request, _("Decided; it stands in the moderation log."))
    following = claim_next(request.user)
    if following is None:
        return redirect("gallery:review_queue")
    return redirect("gallery:review_case", following.pk)


def _decide_together(request: SignedInRequest, form: DecisionForm) -> int:
    """Decide each of the picked cases by itself: what is refused for one is done for the others, and said."""
    picked = request.POST.getlist("case")[:CASES_A_PAGE]
    numbers = [int(text) for text in picked if text.isascii() and text.isdecimal() and len(text) < 19]
    if not form.is_valid() or form.decision().outcome not in TOGETHER:
        return 422
    if not numbers:
        form.add_error(None, _("Pick the cases first."))
        return 422
    done, refused = 0, []
    for case in Case.objects.filter(pk__in=numbers, state=CaseState.OPEN).order_by("-urgency", "pk"):
        try:
            decide(request.user, claim(request.user, case), _for_this_kind(form.decision(), CaseKind(case.kind)))
            done += 1
        except UserFacingError as error:
            refused.append(f"{case.get_kind_display()} {case.pk}: {error.message}")
    if done:
        said = ngettext("%(count)d case is decided.", "%(count)d cases are decided.", done)
        messages.success(request, said % {"count": done})
    for line in refused:
        form.add_error(None, line)
    return 409 if refused else 302


def _for_this_kind(decision: Decision, kind: CaseKind) -> Decision:
    """One button lets things be: it approves what waits, and leaves as it is what was reported."""
    if decision.outcome == Outcome.KEPT and Outcome.APPROVED in CHOICES[kind]:
        return replace(decision, outcome=Outcome.APPROVED)
    return decision


def _page(request: SignedInRequest, case: Case, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    case = Case.objects.select_related("post__asset", "post__author", "post__stats", "person", "claimed_by").get(
        pk=case.pk
    )
    context: dict[str, Any] = case_page(request.user, case, shown=request.GET.get("show", ""))
    return render(request, "gallery/review_case.html", context | {"form": form}, status=status)
