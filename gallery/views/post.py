"""One post: its page, its author's edits, a moderator's decisions."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery import moderation
from gallery import posts as post_acts
from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import (
    alternative_text,
    cards,
    picture_of,
    placeholder_class,
    ratio_class,
)
from gallery.downloads import post_menu
from gallery.errors import UserFacingError
from gallery.filters.in_force import in_force
from gallery.forms import ModerationForm, PostForm, WithdrawForm
from gallery.labels.pages import told_disputes
from gallery.links.searches import SearchTerms, posts_url
from gallery.models import AssetHash, Post, User
from gallery.models.post import STANDING, AiEvidence, PostStatus
from gallery.models.rating import RatingKind
from gallery.moderation.reading import pressing
from gallery.moderation.waiting import same_pictures
from gallery.provenance import Recipe
from gallery.recipes import recipe_of
from gallery.search import neighbours
from gallery.tag_edits.lineage import relatives
from gallery.tags.groups import group_tags
from gallery.views.comments import comments_panel
from gallery.views.credits_panel import credits_panel
from gallery.views.opinions import opinions_panel
from gallery.views.post_tags import editing
from gallery.views.recipe_panel import others_to_compare, recipe_panel
from gallery.visibility import Viewer, held_back, may_read_prompt, reachable_posts
from tagging.models import Tag
from tagging.query import QueryError

ACTS = {
    ModerationForm.RERATE: lambda actor, post, data: moderation.rerate(actor, post, data["rating"], data["reason"]),
    ModerationForm.REMOVE: lambda actor, post, data: moderation.remove(actor, post, data["reason"]),
    ModerationForm.RESTORE: lambda actor, post, data: moderation.restore(actor, post, data["reason"]),
    ModerationForm.APPROVE: lambda actor, post, data: moderation.approve(actor, post, data["reason"]),
}


@require_safe
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """The picture first, then everything that is known about it. Of one that nothing but the viewer's filter hides, the
    way to see it all the same."""
    shown = _loaded(request).filter(pk=post_id).first()
    if shown is None and in_force(request.user).hides_any:
        hidden = get_object_or_404(Post.objects.filter(held_back(request.user)), pk=post_id)
        return render(request, "gallery/filter_hides.html", {"post_id": hidden.pk, "force": in_force(request.user)})
    if shown is None:
        raise Http404
    return _post_page(request, shown)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, post_id: int) -> HttpResponse:
    """The author's form; 422 with what was typed where something is wrong."""
    shown = _own(request, post_id)
    names = [tag.name for tag in _tags(shown)]
    if request.method != "POST":
        return _edit_page(request, shown, PostForm.of(shown, names))
    form = PostForm(request.POST)
    if form.is_valid():
        try:
            edited = post_acts.edit(request.user, shown, **form.values())
        except UserFacingError as error:
            form.refuse(error)
            return _edit_page(request, shown, form, status=error.status)
        saved = edited.post
        if saved.rating != form.cleaned_data["rating"]:
            messages.warning(request, _why_not_as_wished(saved) % {"rating": saved.get_rating_display()})
        else:
            messages.success(request, _("Saved."))
        for warning in edited.warnings:
            messages.warning(request, warning)
        return redirect("gallery:post", shown.pk)
    return _edit_page(request, shown, form, status=422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Asks first and says what will happen; then the post leaves every list."""
    shown = _own(request, post_id)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                post_acts.withdraw(request.user, shown, form.cleaned_data["reason"])
            except UserFacingError as error:
                form.refuse(error)
                status = error.status
            else:
                sentence = _("Post %(id)d is withdrawn; only you and moderators can open it.")
                messages.success(request, sentence % {"id": shown.pk})
                return redirect("gallery:profile", request.user.username)
    return render(request, "gallery/withdraw.html", {"form": form, **_picture(shown, request.user)}, status=status)


@login_required
@require_POST
def moderate(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Re-rate, remove or restore; the reason typed is kept when it is not enough."""
    shown = _reachable(request, post_id)
    if not request.user.is_moderator:
        # A member may know the post; that there is a moderators' door is no secret either.
        return render(request, "errors/403.html", status=403)
    form = ModerationForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            ACTS[form.cleaned_data["act"]](request.user, shown, form.cleaned_data)
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("Done; it stands in the moderation log."))
            return redirect("gallery:post", shown.pk)
    return _post_page(request, shown, moderation_form=form, status=status)


def _loaded(request: HttpRequest) -> Any:
    posts = Post.objects.filter(reachable_posts(request.user))
    return posts.select_related("asset", "author", "generation", "stats").prefetch_related("asset__files")


def _reachable(request: HttpRequest, post_id: int) -> Post:
    return get_object_or_404(_loaded(request), pk=post_id)


def _own(request: HttpRequest, post_id: int) -> Post:
    """The post, if it is the viewer's own. Others' posts answer as if this page did not exist."""
    shown = _reachable(request, post_id)
    if shown.author_id != request.user.pk:
        raise Http404
    return shown


def _why_not_as_wished(saved: Post) -> str:
    """Why a post is rated higher than its author wants."""
    rules = saved.rating_sources.filter(kind=RatingKind.RULES, counts=saved.rating, overruled=False)
    if rules.exists():
        return _("Saved. Its tags or prompt call for the rating “%(rating)s”, so the post has that one.")
    return _("Saved. The post is rated “%(rating)s”; the page of its rating says why, and you can dispute it there.")


def _tags(shown: Post) -> list[Tag]:
    return list(Tag.objects.filter(pk__in=shown.tag_ids).order_by("name"))


def _picture(shown: Post, viewer: Viewer) -> dict[str, Any]:
    """The picture as templates show it large."""
    asset = shown.asset
    return {
        "post": shown,
        "alt": alternative_text(shown, [tag.name for tag in _tags(shown)]),
        **picture_of(shown, viewer).words(),
        "ratio": ratio_class(asset.width, asset.height),
        "placeholder": placeholder_class(asset.dominant_color),
    }


def _actions(shown: Post, recipe: Recipe | None) -> list[dict[str, str]]:
    """What the floors above offer to do with a post; `config` fills the slot. Some of it takes the prompt, some the
    seed too: of a `recipe` that the viewer may read."""
    has = {"nothing": True, "prompt": bool(recipe and recipe.prompt)}
    has["seed"] = has["prompt"] and recipe is not None and recipe.seed is not None
    actions = []
    for action in settings.POST_ACTIONS:
        if not has[action["needs"]]:
            continue
        try:
            url = reverse(action["url_name"]) + action["query"].format(post_id=shown.pk)
        except NoReverseMatch:
            continue
        actions.append({"label": action["label"], "note": action["note"], "icon": action["icon"], "url": url})
    return actions


def _neighbour_urls(request: HttpRequest, shown: Post, query: str) -> dict[str, str]:
    try:
        before, after = neighbours(query, request.user, shown)
    except (QueryError, UserFacingError):
        return {"previous_url": "", "next_url": ""}
    suffix = f"?{request.GET.urlencode()}" if query else ""
    urls = [reverse("gallery:post", args=[pk]) + suffix if pk else "" for pk in (before, after)]
    return {"previous_url": urls[0], "next_url": urls[1]}


def _post_page(
    request: HttpRequest, shown: Post, *, moderation_form: ModerationForm | None = None, status: int = 200
) -> HttpResponse:
    query = request.GET.get("q", "").replace("\x00", "")
    reads_prompt = may_read_prompt(request.user, shown)
    panel = recipe_panel(request, shown, reads_prompt=reads_prompt)
    mine = request.user.is_authenticated and shown.author_id == request.user.pk
    moderates = request.user.is_authenticated and request.user.is_moderator
    picture = _picture(shown, request.user)
    context = {
        **picture,
        "menu": None if picture["blurred"] else post_menu(shown, reads_prompt=reads_prompt),
        **_neighbour_urls(request, shown, query),
        "query_text": query,
        "search_url": posts_url(query),
        "tag_groups": group_tags(
            [(tag, tag.general_count) for tag in _tags(shown)], SearchTerms.read(query), by_name=True
        ),
        **panel,
        "actions": _actions(shown, panel["recipe"] if reads_prompt else None),
        **credits_panel(request, shown),
        "opinions": opinions_panel(request, shown),
        "panel": comments_panel(request, shown),
        "label_disputes": told_disputes(shown, request.user)[:1],
        "label_locked": shown.ai_evidence == AiEvidence.SITE_JOB,
        "shows_similar": AssetHash.objects.filter(asset=shown.asset_id).exists(),
        "mine": mine,
        "editable": mine and shown.status in post_acts.EDITABLE,
        "withdrawable": mine and shown.status in post_acts.WITHDRAWABLE,
        **editing(shown, request.user),
        "others_to_compare": others_to_compare(relatives(shown, request.user)),
        "inactive": shown.status not in STANDING,
        "decision": pressing(shown, request.user) if mine and isinstance(request.user, User) else None,
        "last_decision": _last_decision(shown) if shown.status not in STANDING and (mine or moderates) else None,
    }
    if moderates:
        context |= _why_it_waits(shown, request.user)
        context |= {
            "moderation_form": moderation_form or ModerationForm(initial={"rating": shown.rating}),
            "history": shown.moderation_actions.select_related("actor").order_by("-pk")[:10],
        }
    return render(request, "gallery/post.html", context, status=status)


def _why_it_waits(shown: Post, moderator: Viewer) -> dict[str, Any]:
    """For moderators: the posts of the same picture. Quarantined ones are counted, not shown, not even blurred."""
    if shown.status != PostStatus.PENDING:
        return {}
    same = same_pictures(shown)
    open_ones = same.exclude(status=PostStatus.QUARANTINED).select_related("asset", "author", "stats")
    found = cards(open_ones.prefetch_related("asset__files"), viewer=moderator, of_work=True)
    return {"same_pictures": found, "quarantined": same.filter(status=PostStatus.QUARANTINED).count()}


def _last_decision(shown: Post) -> Any:
    return shown.moderation_actions.order_by("-pk").first()


def _edit_page(request: HttpRequest, shown: Post, form: PostForm, status: int = 200) -> HttpResponse:
    # With the prompt goes all that is hidden with it, so any generation data ask who may read them.
    context = {"form": form, "has_prompt": recipe_of(shown) is not None, **_picture(shown, request.user)}
    return render(request, "gallery/edit.html", context, status=status)
