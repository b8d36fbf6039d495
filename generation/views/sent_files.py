"""Files that come with the recipe form: each is kept at once, so that a complaint about another field loses nothing."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from gallery import ingest
from gallery.errors import UserFacingError
from generation.door.source import DEFAULT_MASK_BLUR
from generation.errors import Problem
from generation.masks import MaskRefused, keep_mask
from generation.shapes import AS_SOURCE
from generation.views.edge import MemberRequest


def with_files(request: MemberRequest) -> tuple[QueryDict, list[Problem]]:
    """What was sent, a picture and a mask replaced by what names them, and what is wrong with the files."""
    data, problems = request.POST.copy(), list[Problem]()
    picture, mask = request.FILES.get("source_file"), request.FILES.get("mask_file")
    if isinstance(picture, UploadedFile):
        try:
            image = ingest.read_upload(picture, picture.size or 0)
            data["source"] = f"upload:{ingest.keep_upload(request.user, image).key}"
            # A picture that comes new is drawn at its own size, unless another one was chosen for it.
            if not request.POST.get("source"):
                data["shape"] = AS_SOURCE
        except UserFacingError as error:
            problems.append(("source", error.message))
    if isinstance(mask, UploadedFile):
        try:
            data["mask"] = str(keep_mask(request.user, mask, mask.size or 0).pk)
            data.setdefault("mask_blur", str(DEFAULT_MASK_BLUR))  # the page asks for it where there is a mask
        except UserFacingError as error:
            problems.append(("mask", error.message))
        except MaskRefused as refusal:
            problems.append(("mask", str(refusal)))
    return data, problems
