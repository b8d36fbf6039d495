"""The page of a new comparison, with those that were made before."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from generation import checkpoints, requests
from generation.errors import Problem, RequestRefused
from generation.lab import drawing
from generation.lab.axes import HINTS, Axis
from generation.lab.form import KINDS, LabForm, initial_of
from generation.lab.planning import seconds_for
from generation.models.lab import MAX_VALUES
from generation.models.queue import JobState
from generation.models.resource import ResourceKind
from generation.queueing.standstill import standstill
from generation.recipe_form import SHAPE_NAMES, recipe_form
from generation.usable import resources
from generation.views.additions import apply
from generation.views.edge import MemberRequest
from generation.views.recipe_context import credits_in, source_of
from generation.views.starting import Start, id_in, starting_recipe, with_model
from generation.wording import draw_label, duration

SHOWN = 24
"""So many comparisons are listed at a time."""
SETTINGS = ("model", "width", "height", "steps", "sampler", "guidance", "clip_skip", "seed", "vae", "strength")
UNSEEN = (
    "source",
    "mask",
    "mask_blur",
    "masked_content",
    "only_masked",
    "hires_scale",
    "hires_steps",
    "hires_strength",
    "hires_upscaler",
    "syntax",
)
"""Parts of a recipe that come with it and have no field on this page."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lab(request: MemberRequest) -> HttpResponse:
    """A form, and one's own comparisons. It starts with the recipe that `starting_recipe` finds in the query, or with
    an own comparison, `lab`. POST queues the pictures: 303 to their page; 422 with everything typed and a sentence
    beside each thing that is wrong. `act=check` only looks; a button `apply` changes the form alone."""
    if request.method == "POST":
        return _submit(request)
    start, model = with_model(_start(request), request.user)
    form = LabForm(initial=recipe_form(model, start.values, request.user).initial, viewer=request.user)
    return _page(request, form, notice=start.notice)


@never_cache
@login_required
@require_safe
def lab_estimate(request: MemberRequest) -> HttpResponse:
    """The text of the button for the form in the query, while somebody changes it."""
    form = LabForm(request.GET, viewer=request.user)
    form.is_valid()
    return HttpResponse(_button(request, form), content_type="text/plain; charset=utf-8")


def _start(request: MemberRequest) -> Start:
    earlier = id_in(request.GET.get("lab", ""))
    if earlier is None:
        return starting_recipe(request)
    return Start(initial_of(get_object_or_404(drawing.owned(request.user), pk=earlier)))


def _submit(request: MemberRequest) -> HttpResponse:
    if "apply" in request.POST:
        data = request.POST.copy()
        apply(request.user, data, request.POST["apply"])
        typed = data.dict() | {"outpaint": data.getlist("outpaint")}
        return _page(request, LabForm(initial=typed, viewer=request.user))
    form = LabForm(request.POST, viewer=request.user)
    form.is_valid()
    columns, rows = form.axes(request.user)
    notice = ""
    if columns is not None and not form.errors:
        try:
            if request.POST.get("act") != "check":
                made = drawing.draw(
                    request.user,
                    form.wanted(),
                    columns,
                    rows,
                    form.cleaned_data["key"],
                    title=form.cleaned_data["title"],
                )
                response = redirect("generation:lab_page", made.pk)
                response.status_code = 303
                return response
            notice = _looked_at(request, form, columns, rows)
        except RequestRefused as refusal:
            _add(form, refusal.problems)
            form.verdict = refusal.verdict
    _bring_into_sight(form)
    return _page(request, form, notice=notice, status=422 if form.errors else 200)


def _bring_into_sight(form: LabForm) -> None:
    """What is wrong with a part of the recipe that has no field here is said above the form."""
    for name in UNSEEN:
        for sentence in form.errors.get(name, []):
            form.add_error(None, str(sentence))
    if "key" in form.errors:
        form.add_error(None, _("The form is out of date. Load the page again and send it once more."))


def _looked_at(request: MemberRequest, form: LabForm, columns: Axis, rows: Axis | None) -> str:
    """What would happen, in a sentence. Raises `RequestRefused`."""
    base = drawing.kept(form.wanted())
    planned = drawing.look(request.user, base, columns, rows)
    seconds = seconds_for(request.user, base, columns, rows)
    facts = {"count": len(planned.cells), "time": duration(seconds) if seconds else ""}
    if seconds:
        return _("All %(count)s pictures can be drawn; together they take about %(time)s.") % facts
    return _("All %(count)s pictures can be drawn.") % facts


def _add(form: LabForm, problems: list[Problem]) -> None:
    """Each sentence beside its field; what has no field here stands above the form."""
    for field, message in problems:
        form.add_error(field if field in form.fields and field not in UNSEEN else None, message)


def _button(request: MemberRequest, form: LabForm) -> str:
    """How many pictures, and how long they take where that can be said."""
    columns, rows = form.axes(request.user) if form.is_bound else (None, None)
    if columns is None or "y" in form.errors or "y_values" in form.errors:
        return _("Draw the comparison")
    count = len(columns.values) * (len(rows.values) if rows else 1)
    base = drawing.kept(form.wanted())
    wrong = any(name in form.errors for name in SETTINGS)
    return draw_label(count, None if wrong else seconds_for(request.user, base, columns, rows))


def _page(request: MemberRequest, form: LabForm, *, notice: str = "", status: int = 200) -> HttpResponse:
    user = request.user
    before = id_in(request.GET.get("before", ""))
    mine = drawing.owned(user).annotate(
        pictures=Count("cells"), done=Count("cells", filter=Q(cells__request__jobs__state=JobState.DONE))
    )
    found = list((mine.filter(pk__lt=before) if before is not None else mine)[: SHOWN + 1])
    models = list(checkpoints.available(user))
    chosen = form["model"].value()
    model = next((each for each in models if each.slug == chosen), models[0] if models else None)
    loras = list(resources(user, ResourceKind.LORA))
    context: dict[str, Any] = {
        "form": form,
        "notice": notice,
        "labs": [(each, *drawing.axes_of(each)) for each in found[:SHOWN]],
        "next_before": found[SHOWN - 1].pk if len(found) > SHOWN else None,
        "models": models,
        "model": model,
        "samplers": list(dict.fromkeys(name for each in models for name in checkpoints.samplers_of(each))),
        "vaes": resources(user, ResourceKind.VAE),
        "source": source_of(user, form),
        **credits_in(user, form),
        "unseen": [form[name] for name in UNSEEN],
        "margins": form["outpaint"].value() or [],
        "hints": [(name, label, HINTS[name]) for name, label in KINDS],
        "most": MAX_VALUES,
        "settings_open": form.is_bound and any(form[name].errors for name in SETTINGS),
        "standstill": standstill(model) if model else "",
        "queue_note": requests.queue_full(user),
        "button": _button(request, form) if not form.errors else _("Draw the comparison"),
        "choices": {
            "model": [each.name for each in models],
            "sampler": list(checkpoints.samplers_of(model)) if model else [],
            "lora": [each.slug for each in loras],
            "size": [str(SHAPE_NAMES[name]) for name in ("portrait", "square", "landscape")],
        },
    }
    return render(request, "generation/lab.html", context, status=status)
