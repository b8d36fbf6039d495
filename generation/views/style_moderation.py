"""Styles that break a rule: told to moderators by whoever can open them, hidden and shown again by moderators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gallery.models import ModerationAction
from gallery.models.review import CaseKind, SiteRule
from gallery.moderation import rules, things
from gallery.moderation.forms import HideForm, VoiceForm
from gallery.moderation.heard import open_voice
from gallery.moderation.voices import report_thing
from gallery.views.voices import thanks
from generation.models import StylePage
from generation.style_pages.reported import name_of
from generation.style_pages.seeing import style_opened
from generation.views.edge import MemberRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def style_report(request: HttpRequest, slug: str) -> HttpResponse:
    """Tell moderators that a style breaks a rule; for everybody who can open it."""
    found = _opened(request, slug)
    form = VoiceForm(request.POST if request.method == "POST" else None, rules=rules.OF_PEOPLE)
    received, status = form.carry_out(
        lambda said: report_thing(request.user, name_of(found), said["rule"], said["reason"], contact=said["contact"])
    )
    if received:
        return thanks(request, received, redirect("generation:style", found.slug))
    context = {
        "form": form,
        "style": found,
        "own": found.owner_id == request.user.pk,
        "mine": open_voice(request.user, CaseKind.REPORT, person=found.owner, thing=name_of(found)),
    }
    return render(request, "generation/style_report.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def style_moderate(request: MemberRequest, slug: str) -> HttpResponse:
    """A moderator hides a style, or shows a hidden one again; without a case."""
    found = _opened(request, slug)
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    form = HideForm(request.POST if request.method == "POST" else None)

    def act(said: dict[str, Any]) -> ModerationAction:
        if request.POST.get("act") == "show":
            return things.show(request.user, name_of(found), said["reason"])
        return things.hide(request.user, name_of(found), said["reason"], SiteRule(said["rule"] or SiteRule.OTHER))

    done, status = form.carry_out(act)
    if done is None:
        return render(request, "generation/style_moderate.html", {"style": found, "form": form}, status=status)
    messages.success(request, _("Done; it stands in the moderation log."))
    return redirect("generation:style", found.slug)


def _opened(request: HttpRequest, slug: str) -> StylePage:
    found = style_opened(slug, request.user)
    if found is None:
        raise Http404
    return found
