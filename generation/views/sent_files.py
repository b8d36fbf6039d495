"""Files that come with the recipe form: each is kept at once, so that a complaint about another field loses nothing."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _

from gallery import ingest
from gallery.errors import UserFacingError
from gallery.models import User
from gallery.refusals.arrivals import admitted
from generation.door.source import DEFAULT_MASK_BLUR, find_source, source_named
from generation.errors import Problem
from generation.masks import MaskRefused, keep_mask
from generation.shapes import AS_SOURCE
from generation.views.edge import MemberRequest


def with_files(request: MemberRequest) -> tuple[QueryDict, list[Problem]]:
    """What was sent, a picture and a mask replaced by what names them, and what is wrong with the files.

    A mask that is refused leaves `mask_refused` behind, so that the whole picture isn't drawn instead without a word:
    until another mask is there, or `without_mask` says that none is meant.
    """
    data, problems = request.POST.copy(), list[Problem]()
    picture, mask = request.FILES.get("source_file"), request.FILES.get("mask_file")
    if isinstance(picture, UploadedFile):
        try:
            image = ingest.read_upload(picture, picture.size or 0)
            data["source"] = f"upload:{admitted(ingest.keep_upload(request.user, image)).key}"
            data["sketch_on"] = ""
            # A picture that comes new is drawn at its own size, unless another one was chosen for it.
            if not request.POST.get("source"):
                data["shape"] = AS_SOURCE
        except UserFacingError as error:
            problems.append(("source", error.message))
    if isinstance(mask, UploadedFile):
        try:
            over = _size_of_source(request.user, data)
            data["mask"] = str(keep_mask(request.user, mask, mask.size or 0, over=over).pk)
            data.setdefault("mask_blur", str(DEFAULT_MASK_BLUR))  # the page asks for it where there is a mask
        except UserFacingError as error:
            problems.append(("mask", error.message))
        except MaskRefused as refusal:
            problems.append(("mask", str(refusal)))
    _remember_refusal(data, sent=isinstance(mask, UploadedFile))
    if data.get("mask_refused") and not isinstance(mask, UploadedFile) and "apply" not in data:
        problems.append(("mask", _("The mask was refused. Choose another file, or say that you draw without a mask.")))
    return data, problems


def _remember_refusal(data: QueryDict, *, sent: bool) -> None:
    """Set or clear `mask_refused`; a mask that was there before the refused one is still there, in sight."""
    meant = sent or (data.get("mask_refused") and not data.get("without_mask"))
    data["mask_refused"] = "1" if meant and data.get("source") and not data.get("mask") else ""
    data["without_mask"] = ""


def _size_of_source(user: User, data: QueryDict) -> tuple[int, int] | None:
    """Width and height in pixels of the picture that the form starts from, if there is one that is `user`'s to use."""
    asset = find_source(user, source_named(data.get("source")))[0]
    return (asset.width, asset.height) if asset else None
