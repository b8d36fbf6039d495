"""The history of posts and tags: what people changed, and going back."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import UserFacingError
from gallery.models import Post, User
from gallery.post_state import EDITABLE
from gallery.tag_edits.curation import may_recategorise, revert_tag
from gallery.tag_edits.history import Filter, changes, history
from gallery.tag_edits.undo import revert_to, undo, undo_since
from gallery.tags.known import mentionable_tags
from gallery.views.post_tags import tell
from gallery.visibility import reachable_posts, signed_in
from tagging.models import Tag
from tagging.names import normalise_tag

# How far back a moderator can take somebody's edits back, in hours.
PERIODS = {"1": timedelta(hours=1), "24": timedelta(hours=24), "168": timedelta(days=7), "720": timedelta(days=30)}


@require_safe
def post_history(request: HttpRequest, post_id: int) -> HttpResponse:
    """Every version of a post, newest first."""
    shown = get_object_or_404(Post.objects.filter(reachable_posts(request.user)), pk=post_id)
    before = _number(request.GET.get("before", ""))
    context = {
        "post": shown,
        "page": history(shown, request.user, before),
        "before": before,
        "may_edit": signed_in(request.user) and shown.status in EDITABLE,
    }
    return render(request, "gallery/post_history.html", context)


@login_required
@require_POST
def post_version(request: SignedInRequest, post_id: int, number: int) -> HttpResponse:
    """Go back to one version, or undo what one changed."""
    shown = get_object_or_404(Post.objects.filter(reachable_posts(request.user)), pk=post_id)
    act = {"revert": revert_to, "undo": undo}.get(request.POST.get("act", ""))
    if act is None:
        return render(request, "errors/400.html", status=400)
    try:
        edited = act(request.user, shown, number, _number(request.POST.get("version", "")))
    except UserFacingError as error:
        messages.error(request, error.message)
    else:
        tell(request, edited)
    return redirect("gallery:post_history", shown.pk)


@require_safe
def all_changes(request: HttpRequest) -> HttpResponse:
    """What everybody changed, of posts that the viewer may see."""
    wanted = Filter(
        user=_text(request, "user", 150),
        added=_text(request, "added", 170),
        removed=_text(request, "removed", 170),
        before=_number(request.GET.get("before", "")),
    )
    status = 200
    page, problem = None, ""
    try:
        page = changes(request.user, wanted)
    except UserFacingError as error:
        problem, status = error.message, error.status
    context: dict[str, Any] = {"page": page, "wanted": wanted, "problem": problem}
    kept = {name: value for name in ("user", "added", "removed") if (value := getattr(wanted, name))}
    context["newest_url"] = f"{reverse('gallery:changes')}{'?' if kept else ''}{urlencode(kept)}"
    if page and page.next_before:
        context["older_url"] = f"?{urlencode(kept | {'before': page.next_before})}"
    if wanted.user and signed_in(request.user) and request.user.is_moderator:  # type: ignore[union-attr]
        context["undo_of"] = User.objects.filter(username__iexact=wanted.user).first()
        context["periods"] = _periods()
        context["after"] = _number(request.GET.get("after", "")) or 0
        context["hours"] = request.GET.get("hours", "24")
    return render(request, "gallery/changes.html", context, status=status)


@login_required
@require_POST
def undo_edits(request: SignedInRequest, name: str) -> HttpResponse:
    """Take back what somebody changed within a period; moderators only. Long ones go on with the next press."""
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    person = get_object_or_404(User, username__iexact=name)
    hours = request.POST.get("hours", "")
    if hours not in PERIODS:
        return render(request, "errors/400.html", status=400)
    after = _number(request.POST.get("after", "")) or 0
    done = undo_since(request.user, person, timezone.now() - PERIODS[hours], after=after)
    said = ngettext(
        "Edits of %(count)d post are taken back.", "Edits of %(count)d posts are taken back.", done.posts
    ) % {"count": done.posts}
    if done.left:
        said += " " + _("Left as they are, since they cannot be changed now: %(count)d.") % {"count": done.left}
    query = {"user": person.username}
    if done.next_after:
        said += " " + _("There are more; press the button again to go on.")
        query |= {"after": str(done.next_after), "hours": hours}
    messages.success(request, said)
    return redirect(f"{reverse('gallery:changes')}?{urlencode(query)}")


@require_safe
def tag_history(request: HttpRequest) -> HttpResponse:
    """The versions of a tag itself: its category, and whether it is deprecated."""
    tag = _tag(request, request.GET.get("name", ""))
    context = {
        "tag": tag,
        "versions": tag.versions.select_related("editor").order_by("-number"),
        "may_change": signed_in(request.user) and may_recategorise(request.user, tag),  # type: ignore[arg-type]
    }
    return render(request, "gallery/tag_history.html", context)


@login_required
@require_POST
def tag_revert(request: SignedInRequest) -> HttpResponse:
    """Make a tag what it was in an earlier version."""
    tag = _tag(request, request.POST.get("name", ""))
    number = _number(request.POST.get("number", ""))
    try:
        revert_tag(request.user, tag, number or 0)
    except UserFacingError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Saved."))
    return redirect(f"{reverse('gallery:tag_history')}?{urlencode({'name': tag.name})}")


def _tag(request: HttpRequest, name: str) -> Tag:
    """The tag, if this viewer may be told of it."""
    wanted = normalise_tag(name.replace("\x00", ""))
    if not mentionable_tags(request.user, [wanted]):
        raise Http404
    return get_object_or_404(Tag, name=wanted)


def _text(request: HttpRequest, name: str, limit: int) -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:limit]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _periods() -> list[tuple[str, str]]:
    labels = {
        "1": _("of the last hour"),
        "24": _("of the last 24 hours"),
        "168": _("of the last 7 days"),
        "720": _("of the last 30 days"),
    }
    return list(labels.items())
