"""The edit canvas: a picture, what is painted on it, and what is drawn there anew."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gallery.cards import original_url, picture_of, preview_url
from gallery.models import Post
from generation import checkpoints, requests
from generation.canvas import finding
from generation.canvas.form import CanvasForm
from generation.canvas.keeping import keep_one, put_back
from generation.canvas.sent import with_files
from generation.canvas.tasks import CANDIDATES, CLOSER_PADDING, REPAIR_STRENGTH, Task
from generation.door.source import find_source, source_named
from generation.engine.limits import cannot
from generation.models import Mask
from generation.queueing.standstill import standstill
from generation.recipe_form import new_key, starting_values
from generation.takes import why_not_whole
from generation.views.board import board_of, boards_over
from generation.views.create import ask, button, with_problems
from generation.views.edge import MemberRequest
from generation.views.recipe_context import margins_of, source_of
from generation.views.starting import canvas_start, id_in
from generation.views.takes import own_take

LARGE = 850
"""Pixels on the long side of the picture that is shown before the whole one is there."""
KEEPING = "generation.keeping"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def canvas(request: MemberRequest) -> HttpResponse:
    """`?source=take:12`, `post:5` or `upload:KEY`; 404 for what isn't theirs to draw over, a page that says how to come
    here without any. POST makes a request: 303 back here, or the new tiles for a script; 422 with all that was sent."""
    if request.method == "POST":
        return _submit(request)
    source = request.GET.get("source", "")
    if not source:
        return render(request, "generation/canvas_empty.html")
    asset, take, _post = find_source(request.user, source_named(source))
    if asset is None:
        raise Http404
    if take is not None and why_not_whole(take) is not None:
        return redirect("generation:take", take.pk)  # whose page says what became of it, and what can be done
    start, model = canvas_start(request, source)
    task = request.GET.get("task")
    initial: dict[str, Any] = {"count": CANDIDATES, "key": new_key(), "seed": None, "mask_blur": 4}
    initial |= (starting_values(model) | {"model": model.slug} if model else {}) | start.values
    initial["task"] = task if task in Task.values else Task.PAINT
    if initial["task"] == Task.REPAIR:
        initial["strength"] = REPAIR_STRENGTH
    return _page(request, CanvasForm(initial=initial, viewer=request.user), notice=start.notice)


def _submit(request: MemberRequest) -> HttpResponse:
    act = request.POST.get("apply", "")
    if act:
        return _apply(request, act)
    data, problems = with_files(request.user, request.POST, request.FILES)
    form = CanvasForm(data, viewer=request.user)
    made = ask(request.user, form, problems)
    if made is None:
        return _form_again(request, form, status=422)
    if request.htmx:
        context = {"board": board_of(made), "next_key": new_key()}
        return render(request, "generation/parts/submitted.html", context)
    answer = redirect(f"{_address(data.get('source', ''))}&request={made.pk}")
    answer.status_code = 303
    return answer


def _apply(request: MemberRequest, act: str) -> HttpResponse:
    """A button that changes the form alone: `find` asks the site's detector, `box:10,20,64,48` takes what it found."""
    data = request.POST.copy()
    boxes: list[Any] = []
    said = ""
    asset = find_source(request.user, source_named(data.get("source")))[0]
    if act == "find" and asset is not None and finding.is_there():
        try:
            boxes = finding.find_boxes(asset)
        except finding.NothingFound as why:
            said = str(why)
        data["task"] = Task.REPAIR
    elif act.startswith("box:"):
        data["task"] = Task.REPAIR
        data.setlist("box", act.removeprefix("box:").split(",")[:4])
    elif act == "remove_mask":
        data["mask"] = ""
    form = CanvasForm(data, viewer=request.user)
    form.is_valid()
    form.errors.clear()
    if said:
        with_problems(form, [("box", said)])
    return _form_again(request, form, status=200, found=boxes)


def _form_again(request: MemberRequest, form: CanvasForm, *, status: int, found: Any = ()) -> HttpResponse:
    if request.htmx:
        context = _context(request, form) | {"found": found}
        return render(request, "generation/parts/canvas_form.html", context, status=status)
    return _page(request, form, status=status, found=found)


def _page(
    request: MemberRequest, form: CanvasForm, *, status: int = 200, notice: str = "", found: Any = ()
) -> HttpResponse:
    asset, take, post = find_source(request.user, source_named(form["source"].value()))
    context = _context(request, form) | {
        "notice": notice,
        "found": found,
        "asset": asset,
        "picture": _picture(asset, post, request.user) if asset else None,
        "boards": boards_over(request.user, asset, take, post, first=id_in(request.GET.get("request", "")))
        if asset
        else [],
        "more_keys": "generation/parts/canvas_keys.html",
    }
    return render(request, "generation/canvas.html", context, status=status)


def _picture(asset: Any, post: Post | None, viewer: Any) -> dict[str, str]:
    """The addresses of the whole picture and of a smaller one, for large ones on small machines."""
    small = picture_of(post, viewer, LARGE).src if post else preview_url(asset, LARGE)
    return {"whole": original_url(asset), "small": small}


def _context(request: MemberRequest, form: CanvasForm) -> dict[str, Any]:
    user, available = request.user, list(checkpoints.available(request.user))
    chosen = form["model"].value()
    model = next((each for each in available if each.slug == chosen), available[0] if available else None)
    number = id_in(str(form["mask"].value() or ""))
    return {
        "form": form,
        "model": model,
        "models": available,
        "samplers": checkpoints.samplers_of(model) if model else (),
        "source": source_of(user, form),
        "mask": Mask.objects.filter(owner=user, pk=number).first() if number else None,
        "margins": margins_of(form),
        "box": [*(form["box"].value() or []), "", "", "", ""][:4],
        "tasks": Task.choices,
        "candidates": CANDIDATES,
        "closer": CLOSER_PADDING,
        "repair_strength": REPAIR_STRENGTH,
        "draws_parts": model is not None and "only_masked" not in cannot(model.family),
        "finds": finding.is_there(),
        "draw_label": button(form, user),
        "queue_note": requests.queue_full(user),
        "standstill": standstill(model) if model else "",
    }


def _address(source: str) -> str:
    return f"{reverse('generation:canvas')}?{urlencode({'source': source})}"


@never_cache
@login_required
@require_POST
def keep(request: MemberRequest, take_id: int) -> HttpResponse:
    """Keep one candidate of its request and set the others aside; `act=undo` with the `before` of that answer puts the
    flags back. The changed tiles for a script; 303 to the take for a browser."""
    take = own_take(request, take_id)
    before = ""
    if request.POST.get("act") == "undo":
        put_back(request.user, _flags(request.POST.get("before", ""), take.pk))
    else:
        before = signing.dumps([take.pk, list(keep_one(request.user, take).items())], salt=KEEPING)
    if request.htmx and take.job is not None:
        context = {"board": board_of(take.job.request), "kept": take.pk if before else None, "before": before}
        return render(request, "generation/parts/request.html", context)
    answer = redirect("generation:take", take.pk)
    answer.status_code = 303
    return answer


def _flags(signed: str, take_id: int) -> dict[int, str]:
    """What the flags were, as this site signed them for that take; nothing for anything else."""
    try:
        of, flags = signing.loads(signed, salt=KEEPING)
    except signing.BadSignature:
        return {}
    return dict(flags) if of == take_id else {}
