"""Tags themselves: the list of them, the page of one, and what people change about it."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.errors import Invalid, UserFacingError
from gallery.links.numbered import numbered
from gallery.links.pages import tag_url, wiki_edit_url, wiki_url
from gallery.links.searches import posts_url
from gallery.tag_edits import curation
from gallery.tags.facts import facts_of, newer_name, newest_cards
from gallery.tags.groups import category_word
from gallery.tags.known import nearest_for, told_to
from gallery.tags.listing import TagFilter
from gallery.wiki.text import excerpt
from tagging.models import Category, Tag, WikiPage
from tagging.names import TagNameError
from tagging.query import Tag as TagTerm
from tagging.query import print_query
from tagging.wiki import canonical_title

TAGS_LISTED = 60
NEWEST_POSTS = 10
VERSIONS_LISTED = 10
NEAREST = 5


@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """Tags that this viewer may know, largest first unless asked otherwise."""
    asked = TagFilter.read(request.GET)
    context = {
        "asked": asked,
        "categories": [(category_word(category), category.label) for category in Category],
        "orders": [("count", _("Most posts")), ("name", _("By name")), ("newest", _("Newest"))],
        "narrowed": any((asked.name, asked.category, asked.wiki, asked.deprecated)),
    }
    try:
        listed = numbered(request, asked.tags(request.user), TAGS_LISTED)
    except UserFacingError as error:
        return render(request, "gallery/tags/list.html", context | {"problem": error.message}, status=error.status)
    rows = [
        {
            "tag": tag,
            "words": tag.name.replace("_", " "),
            "kind": category_word(tag.category),
            "url": tag_url(tag.name),
            "posts_url": posts_url(print_query(TagTerm(tag.name))),
            "wiki_url": wiki_url(tag.name) if tag.has_wiki else "",
        }
        for tag in listed
    ]
    return render(request, "gallery/tags/list.html", context | {"rows": rows, "listed": listed})


@require_safe
def tag(request: HttpRequest, name: str | None = None) -> HttpResponse:
    """The page of one tag. A tag that the viewer may not know answers as one that does not exist."""
    typed = name if name is not None else request.GET.get("name", "")
    canonical = _name(typed)
    if name is not None and canonical != typed:
        return redirect(tag_url(canonical))
    facts = facts_of(request.user, canonical)
    if facts is None:
        return _no_such_tag(request, canonical)
    page = WikiPage.objects.filter(title=canonical, is_deleted=False).first()
    versions = list(facts.tag.versions.select_related("editor").order_by("-number")[:VERSIONS_LISTED])
    viewer = request.user
    context = {
        "facts": facts,
        "tag": facts.tag,
        "wiki": page,
        "wiki_excerpt": excerpt(page.body) if page else "",
        "wiki_url": wiki_url(canonical),
        "wiki_edit_url": wiki_edit_url(canonical),
        "other_names": page.other_names.order_by("position") if page else [],
        "cards": newest_cards(viewer, canonical, NEWEST_POSTS),
        "versions": [
            {"version": version, "kind": category_word(version.category), "is_now": place == 0}
            for place, version in enumerate(versions)
        ],
        "categories": [
            {"value": category.value, "label": category.label, "kind": category_word(category)} for category in Category
        ],
        "may_recategorise": viewer.is_authenticated and curation.may_recategorise(viewer, facts.tag),
        "small_tag": curation.SMALL_TAG,
        "moderates": viewer.is_authenticated and viewer.is_moderator,
    }
    return render(request, "gallery/tags/tag.html", context)


@login_required
@require_POST
def category(request: SignedInRequest) -> HttpResponse:
    """Give a tag another category."""

    def act(changing: Tag) -> str:
        wanted = request.POST.get("category", "")
        if wanted not in {str(value) for value in Category.values}:
            choices = ", ".join(str(label) for label in Category.labels)
            raise Invalid("unknown_category", value=wanted[:40], choices=choices)
        changed = curation.recategorise_now(request.user, changing, Category(int(wanted)))
        return _("“%(name)s” is of the category “%(category)s” now.") % {
            "name": changed.name,
            "category": changed.get_category_display(),
        }

    return _change(request, act)


@login_required
@require_POST
def deprecate(request: SignedInRequest) -> HttpResponse:
    """Moderators say that a tag can be added to no post any more, or that it can again."""

    def act(changing: Tag) -> str:
        deprecated = request.POST.get("deprecated") == "1"
        if deprecated and not WikiPage.objects.filter(title=changing.name, is_deleted=False).exists():
            raise Invalid("deprecation_unexplained", name=changing.name)
        curation.deprecate(request.user, changing, deprecated)
        if deprecated:
            return _("“%(name)s” is deprecated: it stays where it is and can be added no more.") % {
                "name": changing.name
            }
        return _("“%(name)s” can be added to posts again.") % {"name": changing.name}

    if not request.user.is_moderator:
        return render(request, "errors/403.html", status=403)
    return _change(request, act)


def _change(request: SignedInRequest, act: Callable[[Tag], str]) -> HttpResponse:
    """Do something to a tag that the viewer may know, say what came of it, and show the tag."""
    found = Tag.objects.filter(told_to(request.user), name=_name(request.POST.get("name", ""))).first()
    if found is None:
        raise Http404
    try:
        messages.success(request, act(found))
    except UserFacingError as error:
        messages.error(request, error.message)
    return redirect(tag_url(found.name))


def _name(text: str) -> str:
    try:
        return canonical_title(text)
    except TagNameError:
        raise Http404 from None


def _no_such_tag(request: HttpRequest, name: str) -> HttpResponse:
    renamed = newer_name(request.user, name)
    context = {
        "name": name,
        "words": name.replace("_", " "),
        "renamed": {"name": renamed, "url": tag_url(renamed)} if renamed else None,
        "nearest": [{"name": near, "url": tag_url(near)} for near in nearest_for(request.user, name, NEAREST)],
        "has_wiki": WikiPage.objects.filter(title=name, is_deleted=False).exists(),
        "wiki_url": wiki_url(name),
        "wiki_edit_url": wiki_edit_url(name),
    }
    return render(request, "gallery/tags/none.html", context, status=404)
