"""The page where a recipe becomes a request, and the small answers it asks for while pictures are drawn."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, replace_url, reswap, retarget

from generation import checkpoints, requests
from generation.errors import Problem, RequestRefused
from generation.forecast import forecast
from generation.forms import SHAPE_NAMES, RecipeForm, new_key, recipe_form
from generation.models import Checkpoint, GenerationRequest, Job, JobPreview
from generation.shapes import shapes
from generation.standstill import standstill
from generation.views.board import board_of, boards
from generation.views.edge import MemberRequest, PageRequest
from generation.views.starting import id_in, starting_recipe
from generation.wording import draw_label

DRAFT = "recipe_draft"
# What a visitor typed waits in their session, which anybody can have made: the words alone, for they are the work.
DRAFT_FIELDS = ("prompt", "negative_prompt")
# The fields under "More": the fold opens where one of them is wrong.
FOLDED = ("model", "width", "height", "steps", "sampler", "guidance", "seed")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: PageRequest) -> HttpResponse:
    """The recipe beside its results. POST makes a request: 303 back here, or the new tiles for htmx;
    422 with everything typed and a sentence beside each field that is wrong."""
    if request.method == "POST":
        return _submit(request)
    draft = request.session.pop(DRAFT, None) if request.user.is_authenticated else None
    notice = ""
    if draft:
        form = recipe_form(_model(None), draft)
    else:
        start = starting_recipe(request)
        notice = start.notice
        form = recipe_form(_model(start.values.get("model")), start.values)
    return _page(request, form, notice=notice)


def _submit(request: PageRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        request.session[DRAFT] = {
            name: request.POST[name][: settings.PROMPT_MAX_LENGTH] for name in DRAFT_FIELDS if request.POST.get(name)
        }
        sign_in = redirect_to_login(reverse("generation:create"))
        return HttpResponseClientRedirect(sign_in.url) if request.htmx else sign_in
    form = RecipeForm(request.POST)
    made = None
    if form.is_valid():
        try:
            made = requests.submit(request.user, form.cleaned_data, form.cleaned_data["key"])
        except RequestRefused as refusal:
            _add(form, refusal.problems)
    else:
        # All that is wrong is said at once, not one thing after the other.
        _add(form, requests.problems_of(request.user, form.cleaned_data))
    address = reverse("generation:create")
    if made is None:
        if not request.htmx:
            return _page(request, form, status=422)
        response = render(request, "generation/parts/recipe.html", _recipe_context(request, form), status=422)
        return reswap(retarget(response, "#recipe"), "outerHTML")
    address = f"{address}?request={made.pk}"
    if request.htmx:
        context = {"board": board_of(made), "next_key": new_key()}
        return replace_url(render(request, "generation/parts/submitted.html", context), address)
    response = redirect(address)
    response.status_code = 303
    return response


def _add(form: RecipeForm, problems: list[Problem]) -> None:
    """Put each sentence beside its field; a field that has one already needs no second."""
    for field, message in problems:
        if field not in form.errors:
            form.add_error(field if field in form.fields else None, message)


@never_cache
@require_safe
def estimate(request: HttpRequest) -> HttpResponse:
    """The text of the big button for the recipe in the query, while somebody changes it."""
    form = RecipeForm(request.GET)
    form.is_valid()
    return HttpResponse(_draw_label(form), content_type="text/plain; charset=utf-8")


@never_cache
@login_required
@require_safe
def request_status(request: MemberRequest, request_id: int) -> HttpResponse:
    """The tiles of one's own request as a fragment; a browser that comes here by a link gets the whole page."""
    found = _own_request(request, request_id)
    if not request.htmx:
        return redirect(f"{reverse('generation:create')}?request={found.pk}")
    return render(request, "generation/parts/request.html", {"board": board_of(found)})


@login_required
@require_POST
def cancel_request(request: MemberRequest, request_id: int) -> HttpResponse:
    """Stop what is left of one's own request; finished pictures stay."""
    found = _own_request(request, request_id)
    requests.cancel(request.user, found)
    return request_status_after(request, found)


@login_required
@require_POST
def cancel_job(request: MemberRequest, job_id: int) -> HttpResponse:
    """Stop one picture of one's own."""
    job = get_object_or_404(Job.objects.select_related("request"), pk=job_id, user=request.user)
    requests.cancel_job(request.user, job)
    return request_status_after(request, job.request)


@login_required
@require_safe
def job_preview(request: MemberRequest, job_id: int) -> HttpResponse:
    """The newest preview of one's own picture while it is drawn (WebP); 204 before the first and after the last."""
    job = get_object_or_404(Job.objects.select_related("preview"), pk=job_id, user=request.user)
    preview: JobPreview | None = getattr(job, "preview", None)
    if preview is None:
        return HttpResponse(status=204, headers={"Cache-Control": "private, no-store"})
    response = HttpResponse(bytes(preview.image), content_type="image/webp")
    response["Cache-Control"] = "private, no-store"
    return response


def request_status_after(request: PageRequest, changed: GenerationRequest) -> HttpResponse:
    """The changed tiles for a script, the page for a browser."""
    if request.htmx:
        return render(request, "generation/parts/request.html", {"board": board_of(changed)})
    response = redirect(f"{reverse('generation:create')}?request={changed.pk}")
    response.status_code = 303
    return response


def _own_request(request: MemberRequest, request_id: int) -> GenerationRequest:
    return get_object_or_404(GenerationRequest.objects.select_related("checkpoint"), pk=request_id, user=request.user)


def _model(slug: str | None) -> Checkpoint | None:
    """The available checkpoint of that slug, else the site's default one."""
    available = checkpoints.available()
    return (available.filter(slug=slug).first() if slug else None) or available.order_by("-is_default", "name").first()


def _page(request: PageRequest, form: RecipeForm, *, status: int = 200, notice: str = "") -> HttpResponse:
    context = _recipe_context(request, form) | {
        "notice": notice,
        "boards": boards(request.user, first=id_in(request.GET.get("request", ""))),
    }
    return render(request, "generation/create.html", context, status=status)


def _recipe_context(request: PageRequest, form: RecipeForm) -> dict[str, Any]:
    available = list(checkpoints.available().order_by("-is_default", "name"))
    chosen = form["model"].value()
    model = next((each for each in available if each.slug == chosen), available[0] if available else None)
    return {
        "form": form,
        "model": model,
        "models": available,
        "samplers": checkpoints.samplers_of(model) if model else (),
        "shapes": _shape_buttons(model),
        "model_facts": {each.slug: _facts(each) for each in available},
        "examples": model.example_prompts if model else [],
        "more_open": form.is_bound and any(form[name].errors for name in FOLDED),
        "draw_label": _draw_label(form) if request.user.is_authenticated else _("Sign in to draw"),
        "standstill": standstill(model) if model else "",
        # A full queue is said before anything is typed away.
        "queue_note": requests.queue_full(request.user) if request.user.is_authenticated else "",
    }


def _shape_buttons(model: Checkpoint | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    named = [
        {"name": name, "label": SHAPE_NAMES[name], "width": width, "height": height}
        for name, (width, height) in shapes(model).items()
    ]
    return [*named, {"name": "exact", "label": SHAPE_NAMES["exact"]}]


def _facts(model: Checkpoint) -> dict[str, Any]:
    """What the page's script needs to know of a model when it is chosen."""
    return {
        "shapes": shapes(model),
        "steps": model.default_steps,
        "sampler": model.default_sampler,
        "samplers": checkpoints.samplers_of(model),
        "guidance": model.default_guidance,
        "max_steps": model.max_steps,
        "min_side": model.min_side,
        "max_side": model.max_side,
        "side_multiple": model.side_multiple,
        "known_tags": model.known_tags,
        "examples": model.example_prompts,
    }


def _draw_label(form: RecipeForm) -> str:
    """The button's words; without a time where nothing can be said honestly."""
    read = form if form.is_bound else RecipeForm(form.initial)
    read.is_valid()
    values = read.cleaned_data
    count, model = values.get("count") or 1, values.get("model")
    width, height, steps = (values.get(name) for name in ("width", "height", "steps"))
    if model is None or not (width and height and steps):
        return draw_label(count, None)
    return draw_label(count, forecast(model, width, height, steps, count, values.get("sampler") or ""))
