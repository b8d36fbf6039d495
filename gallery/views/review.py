"""The review queue: what waits, a claimed case, and its decision. Moderators only."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import UserFacingError
from gallery.links.numbered import numbered
from gallery.models import Case
from gallery.models.review import CaseKind, CaseState, Outcome, SiteRule
from gallery.moderation.cases import claim, claim_next, release
from gallery.moderation.decision_forms import DecisionForm, TogetherForm
from gallery.moderation.decisions import CHOICES, Decision, decide
from gallery.moderation.queue import (
    case_page,
    decided_sentence,
    decided_words,
    lines_of,
    named_rule,
    oldest_waits_since,
    queue_lines,
    waiting_by_kind,
)

CASES_A_PAGE = 24
# What many cases at once can be given: nothing that asks to look closely at each.
TOGETHER = (Outcome.KEPT, Outcome.REMOVED)
SHOWN = ("grey", "full")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_queue(request: SignedInRequest) -> HttpResponse:
    """What waits, the urgent and old first, of one kind or of all; several can be decided at once."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    form, status = TogetherForm(), 200
    if request.method == "POST":
        form = TogetherForm(request.POST)
        status = _decide_together(request, form)
        if status == 302:
            return redirect(_queue_url(_kind(request)))
    kind = _kind(request)
    tabs = waiting_by_kind()
    context: dict[str, Any] = {
        "kind": kind or "",
        "tabs": tabs,
        "count": sum(tab.count for tab in tabs),
        "late": sum(tab.late for tab in tabs),
        "oldest": oldest_waits_since(),
        "hours": settings.REVIEW_HOURS,
        "form": form,
        "picked": set(request.POST.getlist("case")),
    }
    try:
        page = numbered(request, queue_lines([kind] if kind else []), CASES_A_PAGE)
    except UserFacingError as error:
        return render(request, "gallery/review_queue.html", context | {"problem": error.message}, status=error.status)
    context |= {"lines": lines_of(request.user, page.rows), "listed": page}
    return render(request, "gallery/review_queue.html", context, status=status)


@login_required
@require_safe
def review_tab(request: SignedInRequest, kind: CaseKind) -> HttpResponse:
    """Where the waiting posts and the label disputes had pages of their own, the queue shows these alone."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    return redirect(_queue_url(kind))


@login_required
@require_safe
def review_case(request: SignedInRequest, case_id: int) -> HttpResponse:
    """One case: the picture (grey and blurred until asked for), what was said, and what was before."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    case = get_object_or_404(Case, pk=case_id)
    return _page(request, case, _empty_form(case), shown=request.GET.get("show", ""))


@login_required
@require_POST
def review_next(request: SignedInRequest) -> HttpResponse:
    """Claim the first free case, or the one behind that which is `left`, and go there; back to the queue where there
    is none."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    left = _number(request.POST.get("left", ""))
    if left is not None and (found := Case.objects.filter(pk=left).first()):
        release(request.user, found)
    return _go_on(request, left)


@login_required
@require_POST
def review_act(request: SignedInRequest, case_id: int) -> HttpResponse:
    """Claim, give back or decide; what was typed is kept where that is refused."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    case = get_object_or_404(Case, pk=case_id)
    act = request.POST.get("act", "")
    form = _empty_form(case) if act in ("claim", "release") else DecisionForm(request.POST)
    problem = ""
    try:
        if act == "claim":
            claim(request.user, case)
            return redirect(_case_url(case, _kind(request)))
        if act == "release":
            release(request.user, case)
            return redirect(_queue_url(_kind(request)))
        status = 422
        if form.is_valid():
            decided = decide(request.user, case, form.decision(CaseKind(case.kind)))
            messages.success(request, decided_sentence(decided))
            return _go_on(request, case.pk)
    except UserFacingError as error:
        status = error.status
        if form.is_bound:
            form.refuse(error)
        else:
            problem = error.message
    return _page(request, case, form, shown=request.POST.get("show", ""), status=status, problem=problem)


def _go_on(request: SignedInRequest, left: int | None) -> HttpResponse:
    """The next case of those that the moderator works on, at once."""
    kind = _kind(request)
    following = claim_next(request.user, [kind] if kind else None, after=left)
    if following is not None:
        return redirect(_case_url(following, kind))
    messages.info(request, _("Nothing is left that you could decide now."))
    return redirect(_queue_url(kind))


def _decide_together(request: SignedInRequest, form: TogetherForm) -> int:
    """Decide each of the picked cases by itself: what is refused for one is done for the others, and said."""
    picked = [_number(text) for text in request.POST.getlist("case")[:CASES_A_PAGE]]
    numbers = [number for number in picked if number is not None]
    if not form.is_valid():
        return 422
    if form.cleaned_data["outcome"] not in TOGETHER:
        form.add_error("outcome", _("Choose what you decide."))
        return 422
    if not numbers:
        form.add_error(None, _("Pick the cases first."))
        return 422
    done, refused = 0, []
    for case in Case.objects.filter(pk__in=numbers).select_related("decided_by").order_by("-urgency", "pk"):
        problem = _decide_one(request, case, form)
        if problem:
            refused.append(f"{case.get_kind_display()} {case.pk}: {problem}")
        else:
            done += 1
    if done:
        said = ngettext("%(count)d case is decided.", "%(count)d cases are decided.", done)
        messages.success(request, said % {"count": done})
    for line in refused:
        form.add_error(None, line)
    return 409 if refused else 302


def _decide_one(request: SignedInRequest, case: Case, form: TogetherForm) -> str:
    """Why one of several picked cases could not be decided; "" if it is. What this moderator did not hold before is
    given back."""
    if case.state != CaseState.OPEN:
        return _("%(name)s decided it meanwhile: %(outcome)s") % decided_words(case)
    mine = case.claimed_by_id == request.user.pk
    try:
        kind = CaseKind(case.kind)
        decision = form.decision(kind, named_rule(case))
        decide(request.user, claim(request.user, case), _for_this_kind(decision, kind))
    except UserFacingError as error:
        if not mine:
            release(request.user, case)
        return error.message
    return ""


def _for_this_kind(decision: Decision, kind: CaseKind) -> Decision:
    """One button lets things be: it approves what waits, and leaves as it is what was reported."""
    if decision.outcome == Outcome.KEPT and Outcome.APPROVED in CHOICES[kind]:
        return replace(decision, outcome=Outcome.APPROVED)
    return decision


def _empty_form(case: Case) -> DecisionForm:
    """Nothing chosen yet but the rule that was named first."""
    return DecisionForm(initial={"rule": named_rule(case) or SiteRule.OTHER})


def _page(
    request: SignedInRequest, case: Case, form: DecisionForm, *, shown: str, status: int = 200, problem: str = ""
) -> HttpResponse:
    with_all = Case.objects.select_related("post__asset", "post__author", "post__stats", "person", "claimed_by")
    case = with_all.select_related("decided_by").get(pk=case.pk)
    shown = shown if shown in SHOWN else ""
    context: dict[str, Any] = case_page(request.user, case, shown=shown)
    context |= {"form": form, "problem": problem, "shown": shown, "kind": _kind(request) or ""}
    return render(request, "gallery/review_case.html", context, status=status)


def _kind(request: SignedInRequest) -> CaseKind | None:
    """The kind that the moderator works on; None for all."""
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    return CaseKind(asked) if asked in CaseKind.values else None


def _queue_url(kind: CaseKind | None) -> str:
    return reverse("gallery:review_queue") + _query(kind)


def _case_url(case: Case, kind: CaseKind | None) -> str:
    return reverse("gallery:review_case", args=[case.pk]) + _query(kind)


def _query(kind: CaseKind | None) -> str:
    return f"?{urlencode({'kind': kind.value})}" if kind else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
