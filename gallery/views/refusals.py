"""Rules on words: what moderators see and try, what admins change, and what everybody may read of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import UserFacingError
from gallery.models import HashList, RefusalRule
from gallery.models.refusal import RuleEffect, RulePlace
from gallery.refusals.counting import WINDOW, refused_lately
from gallery.refusals.forms import RuleForm
from gallery.refusals.rules import delete_rule, save_rule
from gallery.refusals.trying import MAX_TEXT, try_text

EFFECTS = {
    RuleEffect.REFUSE: gettext_lazy("Nothing is drawn or posted; what was typed stays in the form."),
    RuleEffect.WARN: gettext_lazy(
        "Before drawing, people read the warning and go on if they want to. Posts go through."
    ),
    RuleEffect.REVIEW: gettext_lazy("Drawing goes on; a post waits until a moderator has looked at it."),
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def refusal_rules(request: SignedInRequest) -> HttpResponse:
    """All rules, whom they refused lately, and a box to try a text on them (POST). Moderators only."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    text, place, problem, tried = "", RulePlace.PROMPT, "", None
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\x00", "")
        place = _place(request.POST.get("place", ""))
        if len(text) > MAX_TEXT:
            problem = _("The text has %(length)d characters; %(limit)d are the most.")
            problem %= {"length": len(text), "limit": MAX_TEXT}
        else:
            tried = try_text(text, place)
    context = {
        "rules": RefusalRule.objects.select_related("changed_by").order_by("-enabled", "name"),
        "refused": refused_lately(),
        "days": WINDOW.days,
        "lists": HashList.objects.order_by("pk"),
        "text": text,
        "place": place,
        "places": RulePlace.choices,
        "problem": problem,
        "tried": tried,
    }
    return render(request, "gallery/refusal_rules.html", context, status=422 if problem else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def refusal_rule_new(request: SignedInRequest) -> HttpResponse:
    """A new rule. Admins only."""
    return _rule_page(request, None)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def refusal_rule(request: SignedInRequest, rule_id: int) -> HttpResponse:
    """One rule: POST saves it, or deletes it where `act` says so. Admins only."""
    if not request.user.is_admin:
        return render(request, "errors/403.html", status=403)
    return _rule_page(request, get_object_or_404(RefusalRule, pk=rule_id))


@require_safe
def refusal_help(request: HttpRequest) -> HttpResponse:
    """What is refused here, in words for everybody: the names of the rules and what they do, not their words."""
    rules = RefusalRule.objects.filter(enabled=True).order_by("name")
    return render(request, "gallery/refusal_help.html", {"rules": rules})


def _rule_page(request: SignedInRequest, rule: RefusalRule | None) -> HttpResponse:
    if not request.user.is_admin:
        return render(request, "errors/403.html", status=403)
    if request.method != "POST":
        return _form_page(request, rule, RuleForm.of(rule))
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _form_page(request, rule, form, 422)
    try:
        if rule is not None and request.POST.get("act") == "delete":
            delete_rule(request.user, rule, form.cleaned_data["reason"])
            messages.success(request, _("The rule is deleted; that stands in the moderation log."))
        else:
            save_rule(request.user, rule, form.wanted(), form.cleaned_data["reason"])
            messages.success(request, _("Saved. The rule holds from now on; that stands in the moderation log."))
    except UserFacingError as error:
        form.refuse(error)
        return _form_page(request, rule, form, error.status)
    return redirect("gallery:refusal_rules")


def _form_page(request: SignedInRequest, rule: RefusalRule | None, form: RuleForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "rule": rule,
        "form": form,
        "effects": [(effect.value, effect.label, EFFECTS[effect]) for effect in RuleEffect],
        "places": RulePlace.choices,
    }
    return render(request, "gallery/refusal_rule.html", context, status=status)


def _place(value: str) -> RulePlace:
    return RulePlace(value) if value in RulePlace.values else RulePlace.PROMPT
