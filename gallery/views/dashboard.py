"""How moderation and the site are doing."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.views.decorators.http import require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.dashboard.page import charts
from gallery.dashboard.periods import PERIODS, period
from gallery.dashboard.queue_age import BAND_WORDS, queue_ages
from gallery.dashboard.storage import storage


@login_required
@require_safe
def dashboard(request: SignedInRequest) -> HttpResponse:
    """Charts of the last `days` days, and what waits now. Moderators only."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    now = timezone.now()
    chosen = period(request.GET.get("days", ""), now)
    ages, files = queue_ages(now), storage()
    context = {
        "period": chosen,
        "periods": PERIODS,
        "ages": ages,
        "bands": BAND_WORDS,
        "waiting": sum(one.number for one in ages),
        "late": sum(one.late for one in ages),
        "oldest": min((one.oldest for one in ages), default=None),
        "charts": charts(chosen),
        "storage": files,
        "pictures": number_format(files.counted.pictures, force_grouping=True) if files.counted else "",
        "now": now,
    }
    return render(request, "gallery/dashboard.html", context)
