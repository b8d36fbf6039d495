"""Members' lists: their own, the public ones of everybody, one list, and its owner's forms."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import Card, cards
from gallery.community import favourite_groups
from gallery.errors import Invalid, UserFacingError
from gallery.forms import ListForm
from gallery.models import FavouriteGroup, Post, User
from gallery.visibility import Viewer

LISTS_A_PAGE = 20
POSTS_A_PAGE = 60
COVERS = 4
COUNT_CAP = 1000


@dataclass(frozen=True)
class ListLine:
    """A list as other lists show it: how many posts the viewer can see in it (at most `COUNT_CAP`) and the first."""

    group: FavouriteGroup
    count: int
    capped: bool
    covers: list[Card]


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The viewer's own lists and everybody's public ones, those that changed last first."""
    return _lists_page(request, ListForm(initial={"is_public": True}))


@login_required
@require_POST
def create_list(request: SignedInRequest) -> HttpResponse:
    """A new, empty list; 422 with what was typed where the name cannot be one."""
    form = ListForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            made = favourite_groups.create(
                request.user, form.cleaned_data["name"], is_public=form.cleaned_data["is_public"]
            )
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            return redirect("gallery:list", made.pk)
    return _lists_page(request, form, status=status)


@require_safe
def lists_of(request: HttpRequest, name: str) -> HttpResponse:
    """One member's lists, as far as this viewer may know of them."""
    if "\x00" in name:
        raise Http404
    person = get_object_or_404(User, username__iexact=name, is_active=True)
    page = _page(request, _known_to(request.user).filter(owner=person))
    context = {
        "person": person,
        "mine": request.user.pk == person.pk,
        "page": page,
        "lines": _lines(page, request.user),
    }
    return render(request, "gallery/lists_of.html", context)


@require_safe
def one_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """The posts of a list in its order."""
    group = _known(request, list_id)
    entries = favourite_groups.entries_of(group, request.user)
    page = Paginator(entries.values_list("post_id", flat=True), POSTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "group": group,
        "mine": group.owner_id == request.user.pk,
        "page": page,
        "cards": cards(_loaded(list(page)), f"ordfavgroup:{group.pk}", viewer=request.user, favourites=True),
    }
    return render(request, "gallery/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_list(request: SignedInRequest, list_id: int) -> HttpResponse:
    """Name, who may see it, order; 422 with what was typed."""
    group = _own(request, list_id)
    if request.method != "POST":
        shown = " ".join(map(str, favourite_groups.entries_of(group, request.user).values_list("post_id", flat=True)))
        initial = {"name": group.words, "is_public": group.is_public, "order": shown, "seen": shown}
        return render(request, "gallery/list_edit.html", {"group": group, "form": ListForm(initial=initial)})
    form = ListForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            favourite_groups.change(
                request.user,
                group,
                name=form.cleaned_data["name"],
                is_public=form.cleaned_data["is_public"],
                seen=_numbers(form.cleaned_data["seen"]),
                wanted=_numbers(form.cleaned_data["order"]),
                drop_unseen=form.cleaned_data["drop_unseen"],
            )
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("Saved."))
            return redirect("gallery:list", group.pk)
    return render(request, "gallery/list_edit.html", {"group": group, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_list(request: SignedInRequest, list_id: int) -> HttpResponse:
    """Asks first and says what will be lost."""
    group = _own(request, list_id)
    if request.method == "POST":
        favourite_groups.delete(request.user, group)
        messages.success(request, _("The list “%(name)s” is deleted; its posts stay.") % {"name": group.words})
        return redirect("gallery:lists")
    return render(request, "gallery/list_delete.html", {"group": group, "count": group.entries.count()})


def _lists_page(request: HttpRequest, form: ListForm, status: int = 200) -> HttpResponse:
    viewer = request.user
    mine = FavouriteGroup.objects.filter(owner_id=viewer.pk).order_by("-updated_at", "-pk")
    others = _known_to(viewer).exclude(owner_id=viewer.pk) if viewer.is_authenticated else _known_to(viewer)
    page, own = _page(request, others), _page(request, mine, "mine")
    context = {
        "form": form,
        "own": own,
        "own_lines": _lines(own, viewer),
        "page": page,
        "lines": _lines(page, viewer),
    }
    return render(request, "gallery/lists.html", context, status=status)


def _known_to(viewer: Viewer) -> QuerySet[FavouriteGroup]:
    known = FavouriteGroup.objects.filter(favourite_groups.visible_groups(viewer))
    return known.select_related("owner").order_by("-updated_at", "-pk")


def _page(request: HttpRequest, groups: QuerySet[FavouriteGroup], key: str = "page") -> Page:
    return Paginator(groups, LISTS_A_PAGE).get_page(request.GET.get(key))


def _lines(page: Page, viewer: Viewer) -> list[ListLine]:
    """One query for each list, and a few for the covers of all of them."""
    shown = {
        group.pk: list(favourite_groups.entries_of(group, viewer).values_list("post_id", flat=True)[: COUNT_CAP + 1])
        for group in page
    }
    firsts = {post_id for post_ids in shown.values() for post_id in post_ids[:COVERS]}
    covers = {card.post.pk: card for card in cards(_loaded(list(firsts)), viewer=viewer)}
    return [
        ListLine(
            group,
            count=min(len(shown[group.pk]), COUNT_CAP),
            capped=len(shown[group.pk]) > COUNT_CAP,
            covers=[covers[post_id] for post_id in shown[group.pk][:COVERS] if post_id in covers],
        )
        for group in page
    ]


def _loaded(post_ids: list[int]) -> list[Post]:
    """The posts in the order of the numbers, as tiles need them."""
    posts = Post.objects.select_related("asset", "author", "stats").prefetch_related("asset__files")
    found = posts.in_bulk(post_ids)
    return [found[pk] for pk in post_ids if pk in found]


def _known(request: HttpRequest, list_id: int) -> FavouriteGroup:
    return get_object_or_404(_known_to(request.user), pk=list_id)


def _own(request: HttpRequest, list_id: int) -> FavouriteGroup:
    """The list, if it is the viewer's own. Others' lists answer as if this page did not exist."""
    group = _known(request, list_id)
    if group.owner_id != request.user.pk:
        raise Http404
    return group


def _numbers(text: str) -> list[int]:
    words = text.replace(",", " ").split()
    for word in words:
        if not (word.isascii() and word.isdigit() and len(word) <= 18):
            raise Invalid("group_bad_number", value=word[:30])
    return [int(word) for word in words]
