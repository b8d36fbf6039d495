"""Editing the tags of a post: open to every member who can see it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import Card, alternative_text, cards, picture_of, placeholder_class, ratio_class
from gallery.errors import UserFacingError
from gallery.forms import TagsForm
from gallery.models import Post
from gallery.post_state import EDITABLE
from gallery.tag_edits import Edited, edit_tags
from gallery.tag_edits.lineage import relatives
from gallery.visibility import Viewer, reachable_posts, signed_in
from tagging.models import Tag


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def post_tags(request: SignedInRequest, post_id: int) -> HttpResponse:
    """The edit string of a post; 422 with what was typed where something is wrong."""
    shown = _reachable(request, post_id)
    if request.method != "POST":
        return _page(request, shown, TagsForm.of(tag_names(shown)))
    form = TagsForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    seen = form.cleaned_data["seen"] if "seen" in form.data else None
    try:
        edited = edit_tags(request.user, shown, new=" ".join(form.words()), seen=seen)
    except UserFacingError as error:
        form.refuse(error)
        return _page(request, shown, form, status=error.status)
    tell(request, edited)
    return redirect("gallery:post", shown.pk)


def tell(request: HttpRequest, edited: Edited) -> None:
    """What came of an edit, for the next page."""
    messages.success(request, _("Saved."))
    for warning in edited.warnings:
        messages.warning(request, warning)


def tag_names(post: Post) -> list[str]:
    """The names of a post's tags, as they stand in a box."""
    return list(Tag.objects.filter(pk__in=post.tag_ids).order_by("name").values_list("name", flat=True))


def editing(post: Post, viewer: Viewer) -> dict[str, Any]:
    """What the page of a post needs for editing its tags there, and for the posts around it."""
    may_edit = signed_in(viewer) and post.status in EDITABLE
    return {"tags_form": TagsForm.of(tag_names(post)) if may_edit else None, "lineage": lineage(post, viewer)}


def lineage(post: Post, viewer: Viewer) -> list[tuple[str, list[Card]]]:
    """The posts around one that this viewer may see, under what they are to it."""
    around = relatives(post, viewer)
    groups = [
        (_("Parent"), [around.parent] if around.parent else []),
        (_("Siblings"), around.siblings),
        (_("Children"), around.children),
    ]
    return [(label, cards(posts, viewer=viewer)) for label, posts in groups if posts]


def _reachable(request: HttpRequest, post_id: int) -> Post:
    posts = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author")
    return get_object_or_404(posts.prefetch_related("asset__files"), pk=post_id)


def _page(request: HttpRequest, shown: Post, form: TagsForm, status: int = 200) -> HttpResponse:
    context = {
        "post": shown,
        "form": form,
        "alt": alternative_text(shown, tag_names(shown)),
        **picture_of(shown, request.user).words(),
        "ratio": ratio_class(shown.asset.width, shown.asset.height),
        "placeholder": placeholder_class(shown.asset.dominant_color),
    }
    return render(request, "gallery/post_tags.html", context, status=status)
