"""What moderators read: where their work is; and the log of every act, which others read in part."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import Invalid, UserFacingError
from gallery.links.numbered import numbered
from gallery.models import ModerationAction, User
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiLevel
from gallery.moderation.public_log import FIGURES, TOLD, every_kind_lately, kinds_lately, told, told_acts
from gallery.moderation.sanction_pages import sanction_words
from gallery.moderation.waiting import waiting_work
from gallery.ratings import Rating
from gallery.similar.pairs import open_pairs

LOG_ROWS = 50
RULE_ACTS = {
    "made": pgettext_lazy("a rule", "made"),
    "changed": pgettext_lazy("a rule", "changed"),
    "deleted": pgettext_lazy("a rule", "deleted"),
}
COMMENT_ACTS = {
    "removed": pgettext_lazy("a comment", "removed"),
    "restored": pgettext_lazy("a comment", "restored"),
    "kept": pgettext_lazy("a comment", "left as it is"),
}
THING_ACTS = {
    "hidden": pgettext_lazy("a style", "hidden"),
    "shown": pgettext_lazy("a style", "shown again"),
    "kept": pgettext_lazy("a style", "left as it is"),
}
QUEUE_ACTS = {
    "queue_pause": gettext_lazy("All drawing paused"),
    "queue_drain": gettext_lazy("All drawing paused"),
    "queue_work": gettext_lazy("Drawing goes on"),
    "worker_pause": gettext_lazy("A worker paused"),
    "worker_drain": gettext_lazy("A worker drained"),
    "worker_work": gettext_lazy("A worker works again"),
    "cancel": gettext_lazy("Waiting or running pictures cancelled"),
    "priority": gettext_lazy("Place in the queue changed"),
}


@login_required
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """Where moderators' work is, and how much of it. Moderators only."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    context = {"waiting": waiting_work(request.user), "pairs": open_pairs().count()}
    return render(request, "gallery/moderation.html", context)


@require_safe
def moderation_log(request: HttpRequest) -> HttpResponse:
    """The newest acts first, of one `kind` or of all: to moderators with everything, to everybody else as far as
    `gallery.moderation.public_log` tells."""
    moderator = request.user if isinstance(request.user, User) and request.user.is_moderator else None
    whole = moderator is not None
    kind = request.GET.get("kind", "")
    kinds = every_kind_lately(kind) if whole else kinds_lately(kind)
    context: dict[str, Any] = {"kind": kind, "kinds": kinds, "days": FIGURES.days, "whole": whole}
    acts = _all_acts() if whole else told_acts(request.user)
    try:
        if kind and kind not in (ModerationKind.values if whole else TOLD):
            raise Invalid("unknown_act", value=kind[:40])
        page = numbered(request, acts.filter(kind=kind) if kind else acts, LOG_ROWS)
    except UserFacingError as error:
        return render(request, "gallery/moderation_log.html", context | {"problem": error.message}, status=error.status)
    if moderator is not None:
        context |= {"acts": [{"act": act, "change": _change(act)} for act in page]}
        context["waiting"] = waiting_work(moderator)
    else:
        context["told"] = [told(act) for act in page]
    return render(request, "gallery/moderation_log.html", context | {"listed": page})


def _all_acts() -> QuerySet[ModerationAction]:
    return ModerationAction.objects.select_related("actor", "subject", "post__author").order_by("-pk")


def _change(act: ModerationAction) -> str:
    """`General → Sensitive` for acts that say from what to what, and what was done to the queue."""
    if act.kind == ModerationKind.QUEUE:
        return str(QUEUE_ACTS.get(act.details.get("act"), ""))
    if act.kind == ModerationKind.RULE:
        return f"{act.details.get('rule', '')}: {RULE_ACTS.get(act.details.get('act'), '')}"
    if "comment" in act.details:
        what = COMMENT_ACTS.get(act.details.get("act"), "")
        return _("Comment %(id)d: %(act)s") % {"id": act.details["comment"], "act": what} if what else ""
    if "thing" in act.details:
        return f"{act.details.get('title', '')}: {THING_ACTS.get(act.details.get('act'), '')}"
    if act.kind in {ModerationKind.STRIKE, ModerationKind.BAN, ModerationKind.UNBAN}:
        return sanction_words(act)
    if act.kind == ModerationKind.LOCK:
        return _("Locked") if act.details.get("locked") else _("Unlocked")
    before, after = act.details.get("from"), act.details.get("to")
    if not before or not after:
        return ""
    if act.kind == "rerate":
        return f"{Rating(before).label} → {Rating(after).label}"
    if act.kind == ModerationKind.RULE and "tag" in act.details:
        return f"{act.details['tag']}: {Rating(before).label} → {Rating(after).label}"
    if act.kind == ModerationKind.LABEL:
        if "rejected" in act.details:
            words = {"label": AiLevel(after).label, "other": AiLevel(act.details["rejected"]).label}
            return _("%(label)s stays; the dispute for “%(other)s” is rejected") % words
        return f"{AiLevel(before).label} → {AiLevel(after).label}"
    return f"{before} → {after}"
