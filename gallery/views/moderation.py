"""What moderators read: the log of every act."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.models import ModerationAction
from gallery.models.moderation import ModerationKind
from gallery.models.post import AiLevel
from gallery.moderation.waiting import waiting_work
from gallery.ratings import Rating
from gallery.similar.pairs import open_pairs

LOG_ROWS = 50
RULE_ACTS = {
    "made": pgettext_lazy("a rule", "made"),
    "changed": pgettext_lazy("a rule", "changed"),
    "deleted": pgettext_lazy("a rule", "deleted"),
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


@login_required
@require_safe
def moderation_log(request: SignedInRequest) -> HttpResponse:
    """The newest acts first; `before` continues below an act's number. Moderators only."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    acts = ModerationAction.objects.select_related("actor", "subject", "post__author").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        acts = acts.filter(pk__lt=int(before))
    rows = list(acts[: LOG_ROWS + 1])
    context = {
        "acts": [{"act": act, "change": _change(act)} for act in rows[:LOG_ROWS]],
        "waiting": waiting_work(request.user),
        "before": before,
        "next_before": rows[LOG_ROWS - 1].pk if len(rows) > LOG_ROWS else None,
    }
    return render(request, "gallery/moderation_log.html", context)


def _change(act: ModerationAction) -> str:
    """`General → Sensitive` for acts that say from what to what, and what was done to the queue."""
    if act.kind == ModerationKind.QUEUE:
        return str(QUEUE_ACTS.get(act.details.get("act"), ""))
    if act.kind == ModerationKind.RULE:
        return f"{act.details.get('rule', '')}: {RULE_ACTS.get(act.details.get('act'), '')}"
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
