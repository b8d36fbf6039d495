"""Accounts: profiles, one's own settings, the one-time sign-in link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.accounts.roles import change_role
from gallery.accounts.sign_in_link import consume, sign_in
from gallery.accounts.signed_in import SignedInRequest
from gallery.cards import cards
from gallery.errors import LinkUnusable, UserFacingError
from gallery.filters.acts import is_muted
from gallery.forms import RoleForm, SettingsForm
from gallery.links.searches import posts_url
from gallery.models import Post, User, ViewFilter
from gallery.models.post import STANDING, PostStatus
from gallery.models.user import USUAL_THRESHOLD
from gallery.ratings import ORDER, Rating, up_to
from gallery.search import outside_zone, search
from gallery.visibility import ceiling
from tagging.query import Metatag, print_query

PROFILE_PICTURES = 24
# In the session: the ratings that somebody wants to turn on, and that they said to be old enough.
AGE_ASKED, AGE_CONFIRMED = "age_asked", "age_confirmed"


@require_safe
def profile(request: HttpRequest, name: str) -> HttpResponse:
    """Somebody's newest posts, as far as this viewer may see them."""
    return _profile_page(request, _person(name))


@require_safe
def favourites(request: HttpRequest, name: str) -> HttpResponse:
    """What somebody keeps, newest first; nothing of it where they keep that to themselves."""
    person = _person(name)
    mine = request.user.pk == person.pk
    context: dict[str, object] = {"person": person, "mine": mine, "private": person.private_favourites}
    status = 200
    if mine or not person.private_favourites:
        query = print_query(Metatag("ordfav", person.username))
        try:
            page = search(query, request.user, page_token=request.GET.get("page") or None)
        except UserFacingError as error:
            context["problem"], status = error.message, error.status
        else:
            context |= {"cards": cards(page.posts, query, viewer=request.user, favourites=True), "page": page}
            context["outside_zone"] = outside_zone(query, request.user)
    response = render(request, "gallery/favourites.html", context, status=status)
    if status == 503:
        response["Retry-After"] = "10"
    return response


@login_required
@require_POST
def role(request: SignedInRequest, name: str) -> HttpResponse:
    """An admin gives somebody another role."""
    person = _person(name)
    if not request.user.is_admin:
        return render(request, "errors/403.html", status=403)
    form = RoleForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            change_role(request.user, person, form.cleaned_data["role"], form.cleaned_data["reason"])
        except UserFacingError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("The role of %(name)s is changed.") % {"name": person.username})
            return redirect("gallery:profile", person.username)
    return _profile_page(request, person, role_form=form, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: SignedInRequest) -> HttpResponse:
    """What the member wants to be shown. Ratings above the operator's ceiling are not on offer."""
    user = request.user
    offered = ORDER if user.is_moderator else up_to(ceiling())
    if request.method == "POST":
        form = SettingsForm(request.POST, offered=offered)
        if form.is_valid():
            # What lies above the ceiling now stays chosen for the day the operator raises it.
            kept = [value for value in user.shown_ratings if Rating(value) not in offered]
            wanted = [Rating(value) for value in form.cleaned_data["shown_ratings"]]
            asked = [rating for rating in wanted if _needs_notice(request, rating)]
            now = [rating.value for rating in wanted if rating not in asked]
            user.shown_ratings = [*(now or [Rating.GENERAL.value]), *kept]
            user.private_favourites = form.cleaned_data["private_favourites"]
            user.zone = form.cleaned_data["zone"] or user.zone
            threshold = form.cleaned_data["comment_threshold"]
            user.comment_threshold = USUAL_THRESHOLD if threshold is None else threshold
            user.save(update_fields=["shown_ratings", "private_favourites", "zone", "comment_threshold"])
            if asked:
                request.session[AGE_ASKED] = [rating.value for rating in wanted]
                return redirect("gallery:age_notice")
            messages.success(request, _("Saved. Every list keeps to this from now on."))
            return redirect("gallery:settings")
    else:
        initial = {
            "shown_ratings": user.shown_ratings,
            "private_favourites": user.private_favourites,
            "zone": user.zone,
            "comment_threshold": user.comment_threshold,
        }
        form = SettingsForm(initial=initial, offered=offered)
    context = {
        "form": form,
        "filters": ViewFilter.objects.filter(owner=user).order_by("name"),
        "ceiling": ceiling(),
        "beyond": [rating for rating in ORDER if rating not in offered],
    }
    return render(request, "gallery/settings.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def age_notice(request: SignedInRequest) -> HttpResponse:
    """What questionable and explicit pictures are, before they are turned on; once for each session."""
    user, offered = request.user, ORDER if request.user.is_moderator else up_to(ceiling())
    wanted = [Rating(value) for value in request.session.get(AGE_ASKED, []) if Rating(value) in offered]
    if not wanted:
        return redirect("gallery:settings")
    if request.method != "POST":
        turned_on = [rating for rating in wanted if _needs_notice(request, rating)]
        return render(request, "gallery/age_notice.html", {"ratings": turned_on})
    del request.session[AGE_ASKED]
    if request.POST.get("old_enough") == "1":
        request.session[AGE_CONFIRMED] = True
        kept = [value for value in user.shown_ratings if Rating(value) not in offered]
        user.shown_ratings = [*(rating.value for rating in wanted), *kept]
        user.save(update_fields=["shown_ratings"])
        messages.success(request, _("Saved. Every list keeps to this from now on."))
    else:
        messages.info(request, _("They stay off; the rest is saved."))
    return redirect("gallery:settings")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """A button; pressing it uses the link up. Programs that only look at links ahead of people change nothing."""
    if request.method != "POST":
        return render(request, "gallery/sign_in_link.html")
    try:
        user = consume(token)
    except LinkUnusable as error:
        return render(request, "gallery/sign_in_link.html", {"problem": error.message}, status=error.status)
    if not user.has_usable_password():
        messages.info(request, _("Welcome. This account has no password yet: choose one under Settings, Account."))
    return sign_in(request, user)


def _needs_notice(request: SignedInRequest, rating: Rating) -> bool:
    """Whether turning this rating on now needs a word first."""
    told = request.session.get(AGE_CONFIRMED) or rating.value in request.user.shown_ratings
    return rating.strength >= Rating.QUESTIONABLE.strength and not told


def _person(name: str) -> User:
    if "\x00" in name:
        raise Http404
    return get_object_or_404(User, username__iexact=name, is_active=True)


def _out_of_lists(person: User) -> QuerySet[Post]:
    """One's own posts that no list shows: waiting, removed, withdrawn. Quarantined ones nobody sees."""
    hidden = person.posts.exclude(status__in=[*STANDING, PostStatus.QUARANTINED])
    return hidden.order_by("-pk")[:PROFILE_PICTURES]


def _profile_page(
    request: HttpRequest, person: User, *, role_form: RoleForm | None = None, status: int = 200
) -> HttpResponse:
    query = f"user:{person.username}"
    page = search(query, request.user, limit=PROFILE_PICTURES)
    mine = request.user.is_authenticated and request.user.pk == person.pk
    context = {
        "person": person,
        "mine": mine,
        "cards": cards(page.posts, query, viewer=request.user, favourites=True),
        "page": page,
        "outside_zone": outside_zone(query, request.user),
        "all_url": posts_url(query),
        "mutable": request.user.is_authenticated and not mine,
        "muted": isinstance(request.user, User) and is_muted(request.user, person),
        "hidden_posts": _out_of_lists(person) if mine else [],
    }
    if request.user.is_authenticated and request.user.is_admin:
        context["role_form"] = role_form or RoleForm(initial={"role": person.role})
    return render(request, "gallery/profile.html", context, status=status)
