"""What came with the canvas's form, kept at once: a complaint about something else loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _

from gallery.errors import UserFacingError
from gallery.models import Asset, User
from generation.canvas.boxes import BoxRefused, blur_of, box_from, mask_of, padding_around
from generation.canvas.sketching import SketchRefused, keep_sketch
from generation.canvas.tasks import Task
from generation.door.source import find_source, source_named
from generation.errors import Problem
from generation.masks import MaskRefused, keep_mask
from generation.models import Take


def with_files(user: User, sent: QueryDict, files: Mapping[str, object]) -> tuple[QueryDict, list[Problem]]:
    """The form with what names the mask, the sketch and the mask of the box, and what is wrong with them.

    A file of a task that isn't the chosen one is not looked at.
    """
    data = sent.copy()
    data["shape"], data["hires_scale"], data["sketch_on"], data["box_mask"] = "source", "", "", ""
    asset = find_source(user, source_named(data.get("source")))[0]
    if asset is None:
        return data, [("source", gone_sentence(user, data.get("source", "")))]
    steps = [_sketch]
    task = data.get("task") or Task.PAINT
    if task == Task.PAINT:
        steps.append(_painted)
    elif task == Task.REPAIR:
        steps.append(_boxed)
    elif task == Task.EDGES:
        steps.append(_edges)
    return data, [problem for step in steps for problem in step(user, data, files, asset)]


def gone_sentence(user: User, source: str) -> str:
    """Why nothing can be drawn over what the form names. Of others' takes it says what it says of no take at all."""
    kind, _colon, which = source.partition(":")
    if kind == "take" and which.isascii() and which.isdecimal() and len(which) < 19:
        take = Take.objects.filter(owner=user, pk=int(which)).only("purged_at", "archived_at").first()
        if take is not None and take.purged_at:
            return _("This take is in the bin. What you painted stays here: take it out of the bin, then draw again.")
        if take is not None and take.archived_at:
            return _("Of this take only the small picture is kept, so nothing can be drawn over it.")
    return _("The picture can’t be used any more. What you painted stays here; open another picture to draw over.")


def _painted(user: User, data: QueryDict, files: Mapping[str, object], asset: Asset) -> list[Problem]:
    file = files.get("mask_file")
    if isinstance(file, UploadedFile):
        data["mask"] = ""
        try:
            data["mask"] = str(keep_mask(user, file, file.size or 0, over=(asset.width, asset.height)).pk)
        except UserFacingError as error:
            return [("mask", error.message)]
        except MaskRefused as refusal:
            return [("mask", str(refusal))]
    if not data.get("mask"):
        return [("mask", _("Paint over what is to be drawn anew, or choose “The whole picture”."))]
    return []


def _boxed(user: User, data: QueryDict, files: Mapping[str, object], asset: Asset) -> list[Problem]:
    size = (asset.width, asset.height)
    try:
        box = box_from(data.getlist("box"), size)
        content = mask_of(box, size)
        data["box_mask"] = str(keep_mask(user, BytesIO(content), len(content), over=size).pk)
    except BoxRefused as refusal:
        return [("box", str(refusal))]
    except UserFacingError as error:
        return [("box", error.message)]
    except MaskRefused:
        return [("box", _("This box is the whole picture. Draw it around the part that is to be repaired."))]
    data["box_padding"], data["box_blur"] = str(padding_around(box)), str(blur_of(box))
    return []


def _edges(user: User, data: QueryDict, files: Mapping[str, object], asset: Asset) -> list[Problem]:
    typed = [text.strip() for text in data.getlist("outpaint")]
    if any(text not in ("", "0") for text in typed):
        return []  # the door says what is wrong with them
    return [("outpaint", _("Say by how many pixels the picture is to grow, at one side at least."))]


def _sketch(user: User, data: QueryDict, files: Mapping[str, object], asset: Asset) -> list[Problem]:
    file = files.get("sketch_file")
    if not isinstance(file, UploadedFile):
        return []
    data["sketch"] = ""
    try:
        data["sketch"] = keep_sketch(user, file, file.size or 0, asset).key
    except UserFacingError as error:
        return [("sketch", error.message)]
    except SketchRefused as refusal:
        return [("sketch", str(refusal))]
    return []
