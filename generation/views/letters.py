"""Texts on a take: the page, and each text as it will look."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from PIL import Image

from gallery import ingest
from gallery.errors import UserFacingError
from generation.layers.lettering import Ground, ground_of, letter, lettered, turns
from generation.layers.texts import MOST_TEXTS, Text, drawn
from generation.letter_forms import BaseTexts, TextForm, Texts, values_of
from generation.models import Take
from generation.takes import label_of
from generation.views.edge import MemberRequest
from generation.views.takes import own_take

PREVIEW_SIDE = 1400
"""Pixels of the longer side of a picture that texts are shown on."""
BOX_HEADER = "X-Text-Box"
"""Left, top, width and height of a text's pixels, in hundredths of the picture's width and height."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: MemberRequest, take_id: int) -> HttpResponse:
    """The picture beside its texts. `act`: `preview` shows them, `add` makes room for one more, `save` a take."""
    if request.method != "POST":
        take = own_take(request, take_id)
        ground = ground_of(take)
        return _page(request, take, ground, Texts(initial=[values_of(text) for text in _first(ground)]))
    take = get_object_or_404(
        Take.objects.select_related("asset").prefetch_related("asset__files"),
        pk=take_id,
        owner=request.user,
        erased_at=None,
    )
    ground = ground_of(take)
    texts = Texts(request.POST)
    act = request.POST.get("act", "save")
    if act == "add":
        return _page(request, take, ground, _with_one_more(request, texts, ground))
    if not texts.is_valid():
        return _page(request, take, ground, texts, status=422)
    try:
        if act == "preview":
            return _page(request, take, ground, texts, preview=_previewed(ground.take, texts.read()))
        return _save(request, take, ground, texts)
    except UserFacingError as error:
        return _page(request, take, ground, texts, refusal=error.message, status=error.status)


@never_cache
@login_required
@require_POST
def letters_preview(request: MemberRequest, take_id: int) -> HttpResponse:
    """One text alone, as a transparent PNG, with its place in a header; 204 where nothing of it lies on the picture,
    422 with the sentences where it can't be set."""
    take = own_take(request, take_id)
    form = TextForm(request.POST)
    if not form.is_valid():
        problems = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
        return JsonResponse({"problems": problems}, status=422)
    text = form.read
    factor = _factor(take)
    size = (max(1, round(take.asset.width * factor)), max(1, round(take.asset.height * factor)))
    ink = drawn(text.scaled(factor), size) if text is not None else None
    if ink is None:
        return HttpResponse(status=204)
    out = BytesIO()
    ink.image.save(out, "PNG", compress_level=1)
    box = (ink.left / size[0], ink.top / size[1], ink.image.width / size[0], ink.image.height / size[1])
    response = HttpResponse(out.getvalue(), content_type="image/png")
    response[BOX_HEADER] = " ".join(f"{100 * part:.3f}" for part in box)
    return response


def _save(request: MemberRequest, take: Take, ground: Ground, texts: BaseTexts) -> HttpResponse:
    written = texts.read()
    refusal = ""
    if not written:
        refusal = _("Write something first.")
    elif take.purged_at is not None or ground.take.purged_at is not None:
        refusal = _gone()
    else:
        try:
            made = letter(request.user, ground.take, written)
        except Take.DoesNotExist:
            refusal = _gone()
        else:
            response = redirect("generation:take", made.pk)
            response.status_code = 303
            return response
    return _page(request, take, ground, texts, refusal=refusal, status=409 if take.purged_at else 422)


def _gone() -> str:
    return _("This take is in the bin by now. Put it back, then save your texts: they are kept on this page.")


def _first(ground: Ground) -> tuple[Text, ...]:
    """The texts that are there, or one that is still to be written, of a size that fits the picture."""
    return ground.texts or (_fresh(ground.take),)


def _fresh(take: Take) -> Text:
    size = max(12, min(200, round(min(take.asset.width, take.asset.height) / 10)))
    return Text(text="", size=size, outline_width=max(1, size // 12))


def _with_one_more(request: HttpRequest, texts: BaseTexts, ground: Ground) -> BaseTexts:
    """The same with an empty one at the end, as far as there is room; all that was typed stays."""
    count = texts.total_form_count()
    if count >= MOST_TEXTS:
        return texts
    data = request.POST.copy()
    data[f"{texts.prefix}-TOTAL_FORMS"] = str(count + 1)
    for name, value in values_of(_fresh(ground.take)).items():
        data[f"{texts.prefix}-{count}-{name}"] = str(value)
    return Texts(data)


def _factor(take: Take) -> float:
    return min(1.0, PREVIEW_SIDE / max(take.asset.width, take.asset.height))


def _previewed(take: Take, texts: list[Text]) -> str:
    """The picture with its texts as an address of its own; empty where the picture can't be read."""
    factor = _factor(take)
    with turns.turn():
        try:
            picture = ingest.picture_of(take.asset)
        except OSError:
            return ""
        if factor < 1:
            size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
            picture = picture.resize(size, Image.Resampling.LANCZOS)
    out = BytesIO()
    lettered(picture, [text.scaled(factor) for text in texts]).save(out, "WEBP", quality=88, method=2)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


def _page(
    request: MemberRequest,
    take: Take,
    ground: Ground,
    texts: BaseTexts,
    *,
    preview: str = "",
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "take": take,
        "ground": ground,
        "texts": texts,
        "fresh": TextForm(prefix=f"{texts.prefix}-__prefix__", initial=values_of(_fresh(ground.take))),
        "most": MOST_TEXTS,
        "preview": preview,
        "refusal": refusal,
        "level": label_of(ground.take)[0],
    }
    return render(request, "generation/letters.html", context, status=status)
