"""The page where a recipe becomes a request, and the words of its button."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect, replace_url, reswap, retarget

from gallery.models import User
from generation import door, requests
from generation.errors import Problem, RequestRefused
from generation.models import GenerationRequest
from generation.queueing.forecast import forecast
from generation.recipe_form import RecipeForm, new_key, recipe_form
from generation.views.additions import apply
from generation.views.board import board_of, boards
from generation.views.edge import PageRequest
from generation.views.recipe_context import model_of, recipe_context
from generation.views.sent_files import with_files
from generation.views.starting import id_in, starting_recipe, with_model
from generation.wording import draw_label

DRAFT = "recipe_draft"
# What a visitor typed waits in their session, which anybody can have made: the words alone, for they are the work,
# and whom they are credited to, which is looked at when it is sent.
DRAFT_FIELDS = ("prompt", "negative_prompt", "remix_of", "style_page")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: PageRequest) -> HttpResponse:
    """The recipe beside its results. POST makes a request: 303 back here, or the new tiles for htmx;
    422 with everything typed and a sentence beside each field that is wrong. A button `apply` changes the form."""
    if request.method == "POST":
        return _submit(request)
    if not request.user.is_authenticated and request.GET.keys() & {"edit", "edit_take"}:
        return redirect_to_login(request.get_full_path())  # a picture is drawn over by members alone
    draft = request.session.pop(DRAFT, None) if request.user.is_authenticated else None
    notice = ""
    if draft:
        form = recipe_form(model_of(request.user, None), draft, request.user)
    else:
        start, model = with_model(starting_recipe(request), request.user)
        notice = start.notice
        form = recipe_form(model, start.values, request.user)
    return _page(request, form, notice=notice)


def _submit(request: PageRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        request.session[DRAFT] = {
            name: request.POST[name][: settings.PROMPT_MAX_LENGTH] for name in DRAFT_FIELDS if request.POST.get(name)
        }
        door = reverse("account_signup") if request.POST.get("entrance") == "signup" else None
        sign_in = redirect_to_login(reverse("generation:create"), login_url=door)
        return HttpResponseClientRedirect(sign_in.url) if request.htmx else sign_in
    data, problems = with_files(request)  # type: ignore[arg-type]
    if "apply" in request.POST:
        apply(request.user, data, request.POST["apply"])
        return _form_again(
            request, _unchecked(request, data, problems), status=422 if problems else 200, focus_source=True
        )
    form = RecipeForm(data, viewer=request.user)
    made = ask(request.user, form, problems)
    if made is None:
        return _form_again(request, form, status=422)
    address = f"{reverse('generation:create')}?request={made.pk}"
    if request.htmx:
        context = {"board": board_of(made), "next_key": new_key()}
        return replace_url(render(request, "generation/parts/submitted.html", context), address)
    response = redirect(address)
    response.status_code = 303
    return response


def _form_again(request: PageRequest, form: RecipeForm, *, status: int, focus_source: bool = False) -> HttpResponse:
    if not request.htmx:
        return _page(request, form, status=status)
    context = recipe_context(request, form, button(form, request.user)) | {"focus_source": focus_source}
    response = render(request, "generation/parts/recipe.html", context, status=status)
    return reswap(retarget(response, "#recipe"), "outerHTML")


def _unchecked(request: PageRequest, data: QueryDict, problems: list[Problem]) -> RecipeForm:
    """What was sent, with no complaints but those: nobody pressed the big button yet."""
    form = RecipeForm(data, viewer=request.user)
    form.is_valid()
    form.errors.clear()
    with_problems(form, problems)
    return form


def ask(user: User, form: RecipeForm, problems: list[Problem]) -> GenerationRequest | None:
    """The request of what was sent, against which `problems` were found already; None where it can't be made, and all
    that is wrong stands beside its fields then: it is said at once, not one thing after the other."""
    if form.is_valid() and not problems:
        try:
            return requests.submit(user, form.wanted(), form.cleaned_data["key"])
        except RequestRefused as refusal:
            with_problems(form, refusal.problems)
            form.verdict = refusal.verdict
    else:
        with_problems(form, problems + requests.problems_of(user, form.wanted()))
    return None


def with_problems(form: RecipeForm, problems: list[Problem]) -> None:
    """Put each sentence beside its field; a field that has one already needs no second."""
    for field, message in form.in_sight(problems):
        if field not in form.errors:
            form.add_error(field if field in form.fields else None, message)


@never_cache
@require_safe
def estimate(request: HttpRequest) -> HttpResponse:
    """The text of the big button for the recipe in the query, while somebody changes it."""
    return HttpResponse(
        button(RecipeForm(request.GET, viewer=request.user), request.user), content_type="text/plain; charset=utf-8"
    )


def button(form: RecipeForm, user: Any = None) -> str:
    """The button's words; without a time where nothing can be said honestly."""
    read = form if form.is_bound else RecipeForm(form.initial, viewer=form.viewer)
    read.is_valid()
    wanted = read.wanted() | {"prompt": "", "negative_prompt": ""}
    count = wanted.get("count") or 1
    if isinstance(user, User) or not any(wanted.get(name) for name in ("source_take", "source_post", "source_asset")):
        reading = door.read(user, wanted)
        parts = ("model", "width", "height", "steps", "sampler", "strength", "source")
        known = "model" in wanted and not reading.refused(*parts) and not any(name in read.errors for name in parts)
        if known and not any(name.startswith("hires") for name, _sentence in reading.problems):
            return draw_label(count, forecast(reading.model, reading.values, count))
    return draw_label(count, None)


def _page(request: PageRequest, form: RecipeForm, *, status: int = 200, notice: str = "") -> HttpResponse:
    label = button(form, request.user) if request.user.is_authenticated else _("Sign in to draw")
    context = recipe_context(request, form, label) | {
        "notice": notice,
        "boards": boards(request.user, first=id_in(request.GET.get("request", ""))),
    }
    return render(request, "generation/create.html", context, status=status)
