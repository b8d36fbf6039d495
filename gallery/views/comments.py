"""Comments: below a post, the newest of all, and what people do with one.

A POST answers with a fragment for htmx, and without any script with the page it belongs to. Visitors are sent to sign
in and come back to the same page.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import cards
from gallery.community import comment_pages, comments
from gallery.community.comment_forms import CommentDecisionForm, CommentForm, CommentReportForm
from gallery.community.comment_markup import render_comment
from gallery.community.comment_visibility import reachable_comments, readable_below
from gallery.community.comment_votes import vote_on_comment
from gallery.community.opinions import read_score
from gallery.errors import SearchTimeout, UserFacingError
from gallery.models import Comment, Post, User
from gallery.models.comment import LONGEST, CommentState
from gallery.models.review import SiteRule
from gallery.moderation.comments import remove_comment, restore_comment
from gallery.moderation.voices import Received, report_comment
from gallery.search.budget import PAGE_MS, time_budget
from gallery.visibility import reachable_posts

SECTION, ONE = "gallery/parts/comments.html", "gallery/parts/comment.html"


@require_safe
def newest_comments(request: HttpRequest) -> HttpResponse:
    """The newest comments of all posts that this viewer's lists hold; `by` a name, those of one person; `on=mine`,
    those on one's own posts. `before` continues below a comment's number."""
    before, by = _number(request.GET.get("before", "")), request.GET.get("by", "").replace("\x00", "")[:150]
    mine = request.GET.get("on") == "mine"
    if mine and not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    person = get_object_or_404(User, username__iexact=by, is_active=True) if by else None
    if mine and isinstance(request.user, User):
        found = comment_pages.on_own_posts(request.user)
        found = found.filter(pk__lt=before) if before is not None else found
    else:
        which = {"author": person} if person else {}
        found = comment_pages.newest(request.user, before=before, **which)
    try:
        # A filter may leave hardly any post, and then every comment there is would be looked at.
        with time_budget(PAGE_MS):
            rows = list(found[: comment_pages.A_PAGE + 1])
    except SearchTimeout as error:
        problem = {"problem": error.message, "person": person, "mine": mine}
        response = render(request, "gallery/comments.html", problem, status=error.status)
        response["Retry-After"] = "10"
        return response
    older = len(rows) > comment_pages.A_PAGE
    rows = rows[: comment_pages.A_PAGE]
    if mine and rows and isinstance(request.user, User):
        comment_pages.mark_seen(request.user, rows[0].pk)
    made = {card.post.pk: card for card in cards({row.post_id: row.post for row in rows}.values(), viewer=request.user)}
    kept = {"by": by} if by else {"on": "mine"} if mine else {}
    context = {
        # What stands one after another on the same post shares its picture.
        "groups": [
            (made[post_id], list(ones))
            for post_id, ones in groupby(comment_pages.as_shown(rows, request.user), lambda one: one.comment.post_id)
        ],
        "person": person,
        "mine": mine,
        "own_page": person is not None and person.pk == request.user.pk,
        "kept": kept,
        "before": before,
        "older": rows[-1].pk if older else None,
    }
    return render(request, "gallery/comments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def post_comments(request: HttpRequest, post_id: int) -> HttpResponse:
    """The comments on one post, older ones with `before`; a POST writes one, or shows how it will look."""
    shown = _reached_post(request, post_id)
    if request.method != "POST":
        return _section(request, shown, before=_number(request.GET.get("before", "")))
    if not isinstance(request.user, User):
        return _to_sign_in(request, reverse("gallery:post", args=[post_id]) + "#comments")
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _section(request, shown, form=form, status=422)
    text = form.cleaned_data["text"]
    if request.POST.get("act") == "preview":
        return _section(request, shown, form=form, preview=_preview(request, text))
    try:
        made = comments.write(request.user, shown, text)
    except UserFacingError as error:
        form.refuse(error)
        response = _section(request, shown, form=form, preview=_preview(request, text), status=error.status)
        if error.status == 429:
            response["Retry-After"] = str(error.params["wait"])
        return response
    if getattr(request, "htmx", False):
        return _section(request, shown)
    return redirect(reverse("gallery:post", args=[post_id]) + f"#c{made.pk}")


@login_required
@require_POST
def comments_open(request: SignedInRequest, post_id: int) -> HttpResponse:
    """The author of a post takes comments on it, or no more: `open` 1 or 0."""
    shown = _reached_post(request, post_id)
    if shown.author_id != request.user.pk:
        raise Http404
    is_open = request.POST.get("open") == "1"
    try:
        comments.set_open(request.user, shown, is_open)
    except UserFacingError as error:
        messages.error(request, error.message)
    else:
        said = _("Others can comment on this post.") if is_open else _("Nobody can comment on this post any more.")
        messages.success(request, said)
    return redirect(reverse("gallery:post", args=[post_id]) + "#comments")


@require_safe
def one_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The lasting address of a comment: leads to where it stands among the others."""
    found = _reached(request, comment_id)
    below = Comment.objects.filter(readable_below(request.user), post=found.post_id, pk__gt=found.pk)
    if below[: comment_pages.A_PAGE].count() < comment_pages.A_PAGE:
        return redirect(reverse("gallery:post", args=[found.post_id]) + f"#c{found.pk}")
    address = reverse("gallery:post_comments", args=[found.post_id])
    return redirect(f"{address}?before={found.pk + 1}#c{found.pk}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_comment(request: SignedInRequest, comment_id: int) -> HttpResponse:
    """One's own comment, to change it for a while; others' answer as if this page did not exist."""
    found = _own(request, comment_id)
    form, preview, status = CommentForm(initial={"text": found.text}), None, 200
    if request.method == "POST":
        form, status = CommentForm(request.POST), 422
        if form.is_valid():
            text = form.cleaned_data["text"]
            preview = _preview(request, text)
            status = 200
            if request.POST.get("act") != "preview":
                try:
                    comments.edit(request.user, found, text)
                except UserFacingError as error:
                    form.refuse(error)
                    status = error.status
                else:
                    return redirect("gallery:comment", found.pk)
    minutes = comments.EDIT_FOR.seconds // 60
    context = {"comment": found, "form": form, "preview": preview, "longest": LONGEST, "minutes": minutes}
    return render(request, "gallery/comment_edit.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_comment(request: SignedInRequest, comment_id: int) -> HttpResponse:
    """Asks first; then nobody reads the comment any more."""
    found = _own(request, comment_id)
    context, status = {"comment": found, "html": _html(request, found.text)}, 200
    if request.method == "POST":
        try:
            comments.withdraw(request.user, found)
        except UserFacingError as error:
            context["problem"], status = error.message, error.status
        else:
            messages.success(request, _("Your comment is withdrawn."))
            return redirect(_below(request, found))
    return render(request, "gallery/comment_withdraw.html", context, status=status)


@require_POST
def vote_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """`score`: 1, -1 or 0 (take the vote back)."""
    if not isinstance(request.user, User):
        return _to_sign_in(request, reverse("gallery:comment", args=[comment_id]))
    found = _reached(request, comment_id)
    refusal, status = "", 200
    try:
        vote_on_comment(request.user, found, read_score(request.POST.get("score", "")))
    except UserFacingError as error:
        refusal, status = error.message, error.status
    if getattr(request, "htmx", False):
        again = Comment.objects.select_related("author", "post").filter(pk=found.pk)
        one = comment_pages.as_shown(again, request.user)[0]
        # Who votes has it open; it doesn't fold under the pointer.
        context = {"one": one, "refusal": refusal, "unfolded": True, "back_url": _back(request, found)}
        return render(request, ONE, context, status=status)
    if refusal:
        page = {"refusal": refusal, "back_url": _back(request, found)}
        return render(request, "gallery/refused.html", page, status=status)
    return redirect(_back(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
def report_a_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Tell moderators that a comment breaks a rule; for everybody who can read it."""
    found = _reached(request, comment_id)
    form = CommentReportForm(request.POST if request.method == "POST" else None)
    received, status = form.carry_out(lambda said: report_comment(request.user, found, said["rule"], said["text"]))
    if received:
        return _thanks(request, found, received)
    context = {"comment": found, "html": _html(request, found.text), "form": form}
    return render(request, "gallery/comment_report.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def moderate_comment(request: SignedInRequest, comment_id: int) -> HttpResponse:
    """A moderator removes a comment, or puts a removed one back; without a case."""
    found = _reached(request, comment_id)
    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    form = CommentDecisionForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                if request.POST.get("act") == "restore":
                    restore_comment(request.user, found, said["reason"])
                else:
                    remove_comment(request.user, found, said["reason"], SiteRule(said["rule"] or SiteRule.OTHER))
            except UserFacingError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("Done; it stands in the moderation log."))
                return redirect("gallery:comment", found.pk)
    context = {"comment": found, "html": _html(request, found.text), "form": form}
    return render(request, "gallery/comment_moderate.html", context, status=status)


def comments_panel(request: HttpRequest, shown: Post, **more: Any) -> dict[str, Any]:
    """What `gallery/parts/comments.html` shows below a post."""
    page = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("gallery:post", args=[shown.pk])
    made = comment_pages.panel(request.user, shown, before=more.pop("before", None))
    sign_in = redirect_to_login(page).url
    return (
        made
        | {"form": CommentForm(), "preview": None, "longest": LONGEST, "back_url": page, "sign_in_url": sign_in}
        | more
    )


def _section(request: HttpRequest, shown: Post, *, status: int = 200, **more: Any) -> HttpResponse:
    context: dict[str, Any] = {"panel": comments_panel(request, shown, **more)}
    if getattr(request, "htmx", False):
        return render(request, SECTION, context, status=status)
    context["card"] = cards([shown], viewer=request.user)[0]
    return render(request, "gallery/post_comments.html", context, status=status)


def _thanks(request: HttpRequest, found: Comment, received: Received) -> HttpResponse:
    messages.success(request, _("Thank you; a moderator will look at it."))
    if received.receipt:
        try:
            return redirect(reverse("gallery:receipt", args=[received.receipt]))
        except NoReverseMatch:
            messages.info(request, _("The number of your report: %(number)s") % {"number": received.receipt})
    return redirect(_below(request, found))


def _preview(request: HttpRequest, text: str) -> Any:
    # Not longer than what can be sent: a preview of more would only cost time.
    return _html(request, text.replace("\x00", "")[: 2 * LONGEST]) if text.strip() else ""


def _html(request: HttpRequest, text: str) -> Any:
    return render_comment(text, comment_pages.linkable_posts([text], request.user))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _reached_post(request: HttpRequest, post_id: int) -> Post:
    loaded = Post.objects.filter(reachable_posts(request.user)).select_related("asset", "author", "stats")
    return get_object_or_404(loaded.prefetch_related("asset__files"), pk=post_id)


def _reached(request: HttpRequest, comment_id: int) -> Comment:
    # Numbers beyond the table's are no comment, and no error of the database either.
    number = comment_id if comment_id < 2**63 else -1
    found = Comment.objects.filter(reachable_comments(request.user), pk=number)
    return get_object_or_404(found.select_related("post", "author"))


def _own(request: SignedInRequest, comment_id: int) -> Comment:
    """One's own standing comment, wherever its post is by now."""
    number = comment_id if comment_id < 2**63 else -1
    own = Comment.objects.filter(author=request.user, pk=number).exclude(state=CommentState.WITHDRAWN)
    return get_object_or_404(own.select_related("post", "author"))


def _below(request: HttpRequest, found: Comment) -> str:
    """Where the comment stands, or one's own profile where its post can't be opened any more."""
    if Post.objects.filter(reachable_posts(request.user), pk=found.post_id).exists():
        return reverse("gallery:post", args=[found.post_id]) + "#comments"
    return reverse("gallery:newest_comments")


def _back(request: HttpRequest, found: Comment) -> str:
    """The page that the button stood on, if it is one of this site's, at the comment."""
    asked = request.POST.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked.partition("#")[0] + f"#c{found.pk}"
    return reverse("gallery:comment", args=[found.pk])


def _to_sign_in(request: HttpRequest, page: str) -> HttpResponse:
    sign_in = redirect_to_login(page)
    return HttpResponseClientRedirect(sign_in.url) if getattr(request, "htmx", False) else sign_in
