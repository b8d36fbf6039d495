"""Wiki pages: reading, writing, what they were before, and the list of all of them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import Invalid, SearchTimeout, UserFacingError
from gallery.links.numbered import numbered
from gallery.links.pages import wiki_edit_url, wiki_history_url, wiki_url
from gallery.search.budget import time_budget
from gallery.tags.facts import facts_of, newer_name, newest_cards
from gallery.wiki import rights as wiki_rights
from gallery.wiki.diff import compare
from gallery.wiki.text import excerpt, render_wiki
from tagging.messages import explain_name, explain_wiki
from tagging.models import WikiPage, WikiVersion
from tagging.names import TagNameError
from tagging.other_names import fold_name
from tagging.wiki import (
    MOST_LINKING,
    WikiConflict,
    WikiError,
    Written,
    canonical_title,
    check,
    is_about_a_tag,
    pages_linking_to,
    read_names,
    state_of,
)

NEWEST_POSTS = 8
PAGES_LISTED = 50
VERSIONS_LISTED = 50
LINKING_MS = 500
ORDERS = {"title": ["title"], "changed": ["-updated_at", "title"], "created": ["-created_at", "title"]}
FIELD_OF_CODE = {"text_too_long": "body", "too_many_names": "other_names", "name_too_long": "other_names"}


class WikiForm(forms.Form):
    """What somebody writes; whether it can be kept is decided by `tagging.wiki`."""

    title = forms.CharField(label=gettext_lazy("Title"), required=False, max_length=400)
    body = forms.CharField(
        label=gettext_lazy("Text"), required=False, widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"})
    )
    other_names = forms.CharField(
        label=gettext_lazy("Other names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line, in any language: 長い髪, longhair. Searches and completion find the tag by them."
        ),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=60)

    @classmethod
    def of(cls, title: str, page: WikiPage | None) -> "WikiForm":
        """The form with the page as it stands."""
        written = Written.of(page) if page else Written("")
        names = "\n".join(written.other_names)
        return cls(initial={"title": title, "body": written.body, "other_names": names, "seen": state_of(page)})

    def written(self) -> Written:
        """What is in the boxes."""
        body = self.cleaned_data["body"].replace("\r\n", "\n").replace("\r", "\n")
        return Written(body, read_names(self.cleaned_data["other_names"]))


@require_safe
def wiki(request: HttpRequest) -> HttpResponse:
    """All pages, or those with a text in their title, other names or (when asked) in what they say."""
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    order = request.GET.get("order", "changed")
    order = order if order in ORDERS else "changed"
    pages = WikiPage.objects.filter(is_deleted=False)
    if asked:
        folded = fold_name(asked)
        found = Q(title__contains=folded) | Q(other_names__folded__contains=folded)
        if request.GET.get("text"):
            found |= Q(body__icontains=asked)
        pages = pages.filter(found).distinct()
    try:
        listed = numbered(request, pages.order_by(*ORDERS[order]), PAGES_LISTED)
    except UserFacingError as error:
        return render(
            request, "gallery/wiki/list.html", {"problem": error.message, "asked": asked}, status=error.status
        )
    context = {
        "pages": [{"page": page, "url": wiki_url(page.title), "excerpt": excerpt(page.body, 160)} for page in listed],
        "listed": listed,
        "asked": asked,
        "in_text": bool(request.GET.get("text")),
        "order": order,
        "orders": [("changed", _("Changed last")), ("title", _("By title")), ("created", _("Newest"))],
        "new_url": _new_url(asked),
    }
    return render(request, "gallery/wiki/list.html", context)


@require_safe
def page(request: HttpRequest, title: str | None = None) -> HttpResponse:
    """One page, with what may be said of its tag; 404 with the way to write it where there is none."""
    typed = title if title is not None else request.GET.get("title", "")
    name = _title(typed)
    if title is not None and name != typed:
        return redirect(wiki_url(name))
    found = WikiPage.objects.filter(title=name).first()
    readable = found if found and (not found.is_deleted or wiki_rights.moderates(request.user)) else None
    facts = facts_of(request.user, name) if is_about_a_tag(name) else None
    renamed = newer_name(request.user, name)
    if renamed and readable is None:
        return redirect(wiki_url(renamed))
    linking = _linking(name)
    newest = found.versions.select_related("editor").order_by("-number").first() if readable and found else None
    context = {
        "title": name,
        "words": name.replace("_", " "),
        "found": found,
        "page": readable,
        "text": render_wiki(readable.body) if readable else None,
        "other_names": readable.other_names.order_by("position") if readable else [],
        "facts": facts,
        "renamed": {"name": renamed, "url": wiki_url(renamed)} if renamed else None,
        "cards": newest_cards(request.user, name, NEWEST_POSTS) if facts else [],
        "linking": [{"title": other, "url": wiki_url(other)} for other in (linking or [])[:MOST_LINKING]],
        "more_linking": len(linking or []) > MOST_LINKING,
        "linking_unknown": linking is None,
        "newest": newest,
        "may_write": wiki_rights.may_write(request.user, found),
        "moderates": wiki_rights.moderates(request.user),
        "edit_url": wiki_edit_url(name),
        "history_url": wiki_history_url(name),
    }
    return render(request, "gallery/wiki/page.html", context, status=200 if readable else 404)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest) -> HttpResponse:
    """The form; what was typed is kept whatever goes wrong, and a conflict shows both texts."""
    typed = request.GET.get("title", "").replace("\x00", "")
    if request.method != "POST":
        try:
            name = canonical_title(typed) if typed else ""
        except TagNameError:
            name = typed[:400]
        found = WikiPage.objects.filter(title=name).first() if name else None
        if found and found.is_deleted and not wiki_rights.moderates(request.user):
            # Not even the names and the text that the form would begin with: they are deleted for members.
            return _edit_page(request, WikiForm(), name, withheld=True, status=404)
        return _edit_page(request, WikiForm.of(name, found), name)
    form = WikiForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, form, typed, status=422)
    wanted = form.cleaned_data["title"] or typed
    try:
        name = canonical_title(wanted)
    except TagNameError as error:
        form.add_error("title", explain_name(error))
        return _edit_page(request, form, "", status=422)
    try:
        if "preview" in request.POST:
            check(form.written())
            return _edit_page(request, form, name, preview=render_wiki(form.written().body))
        wiki_rights.write(request.user, name, form.written(), seen=form.cleaned_data["seen"])
    except WikiError as error:
        form.add_error(FIELD_OF_CODE.get(error.code), explain_wiki(error))
        return _edit_page(request, form, name, status=422)
    except WikiConflict as conflict:
        return _conflict_page(request, form, conflict.page)
    messages.success(request, _("Saved."))
    return redirect(wiki_url(name))


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The versions, newest first, and what changed between two of them (`from`, `to`)."""
    name, found = _existing(request, request.GET.get("title", ""))
    try:
        listed = numbered(request, found.versions.select_related("editor").order_by("-number"), VERSIONS_LISTED)
    except Invalid as error:
        raise Http404 from error
    shown = _version(found, request.GET.get("to", "")) or (listed.rows[0] if listed.rows else None)
    before = _version(found, request.GET.get("from", ""))
    if shown and before is None:
        before = found.versions.filter(number__lt=shown.number).order_by("-number").first()
    context = {
        "title": name,
        "words": name.replace("_", " "),
        "page_url": wiki_url(name),
        "listed": listed,
        "shown": shown,
        "before": before,
        "body_changes": compare(before.body if before else "", shown.body) if shown else [],
        "name_changes": compare("\n".join(before.other_names) if before else "", "\n".join(shown.other_names))
        if shown
        else [],
        "newest": found.versions.order_by("-number").values_list("number", flat=True).first(),
        "may_write": wiki_rights.may_write(request.user, found),
    }
    return render(request, "gallery/wiki/history.html", context)


@login_required
@require_POST
def revert(request: SignedInRequest) -> HttpResponse:
    """Bring a version's text back, as a new version."""

    def act(name: str) -> str:
        number = request.POST.get("number", "")
        wiki_rights.revert(request.user, name, int(number) if _is_number(number) else 0)
        return _("The text of version %(number)s is back.") % {"number": number}

    return _change(request, act)


@login_required
@require_POST
def state(request: SignedInRequest) -> HttpResponse:
    """Moderators lock, unlock, delete and restore."""
    wanted = request.POST.get("state", "")
    if not wiki_rights.moderates(request.user):
        return render(request, "errors/403.html", status=403)
    if wanted not in wiki_rights.STATES:
        raise Http404

    def act(name: str) -> str:
        wiki_rights.set_state(request.user, name, wanted)
        return {
            "locked": _("The page is locked; only moderators can change it."),
            "open": _("The page is open again."),
            "deleted": _("The page is deleted; nothing of it is lost, and you can restore it here."),
            "restored": _("The page is restored."),
        }[wanted]

    return _change(request, act)


def _change(request: SignedInRequest, act: Callable[[str], str]) -> HttpResponse:
    """Do something to an existing page, say so and show it."""
    name, _found = _existing(request, request.POST.get("title", ""))
    try:
        messages.success(request, act(name))
    except WikiError as error:
        messages.error(request, explain_wiki(error))
    return redirect(wiki_url(name))


def _title(text: str) -> str:
    try:
        return canonical_title(text)
    except TagNameError:
        raise Http404 from None


def _linking(name: str) -> list[str] | None:
    """Titles of the pages that link to this one, one more than are shown; None if reading all texts takes too long."""
    try:
        with time_budget(LINKING_MS):
            return list(pages_linking_to(name).values_list("title", flat=True)[: MOST_LINKING + 1])
    except SearchTimeout:
        return None


def _existing(request: HttpRequest, text: str) -> tuple[str, WikiPage]:
    """The page that is meant; a deleted one is there for moderators alone."""
    name = _title(text)
    found = WikiPage.objects.filter(title=name).first()
    if found is None or (found.is_deleted and not wiki_rights.moderates(request.user)):
        raise Http404
    return name, found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _version(found: WikiPage, number: str) -> WikiVersion | None:
    if not _is_number(number):
        return None
    return found.versions.select_related("editor").filter(number=int(number)).first()


def _new_url(asked: str) -> str:
    """Where a page called like the search is written, if it can be called so and isn't there."""
    try:
        name = canonical_title(asked)
    except TagNameError:
        return ""
    return "" if WikiPage.objects.filter(title=name).exists() else wiki_edit_url(name)


def _edit_page(request: SignedInRequest, form: WikiForm, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    found = WikiPage.objects.filter(title=name).first() if name else None
    context = {
        "form": form,
        "title": name,
        "words": name.replace("_", " "),
        "found": found,
        "barred": bool(found) and not wiki_rights.may_write(request.user, found),
        "back_url": wiki_url(name) if found else "",
        **more,
    }
    return render(request, "gallery/wiki/edit.html", context, status=status)


def _conflict_page(request: SignedInRequest, form: WikiForm, theirs: WikiPage) -> HttpResponse:
    """Both texts side by side; saving once more replaces theirs knowingly."""
    mine, now = form.written(), Written.of(theirs)
    typed = {name: form.data.get(name, "") for name in form.fields}
    again = WikiForm(typed | {"seen": state_of(theirs)})
    newest = theirs.versions.select_related("editor").order_by("-number").first()
    return _edit_page(
        request,
        again,
        theirs.title,
        status=409,
        conflict={
            "version": newest,
            "body": now.body,
            "body_changes": compare(now.body, mine.body),
            "name_changes": compare("\n".join(now.other_names), "\n".join(mine.other_names)),
        },
    )
