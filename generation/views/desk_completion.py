"""What the desk's search box asks for, a few times a second."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gallery.views.completion import listed
from generation.desk.completion import complete_word
from generation.views.edge import MemberRequest


@never_cache
@login_required
@require_safe
def complete_takes(request: MemberRequest) -> JsonResponse:
    """Lines for `q`, the word at the caret so far, as `gallery:complete` answers them; all are this member's own."""
    return listed(complete_word(request.user, request.GET.get("q", "")))
