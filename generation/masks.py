"""Masks: where a picture is painted anew, as files that somebody sends."""

import hashlib
from io import BytesIO
from typing import IO

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from PIL import Image

from gallery import ingest
from gallery.errors import NotNow
from gallery.models import User
from gallery.storing import content_of
from generation.models import Mask

PAINTED = 128
"""From this grey on a pixel is painted anew, as the engine reads it."""


class MaskRefused(Exception):  # noqa: N818 - the sentence says what is wrong
    """A mask that says nothing; the text is for whoever sent it."""


def keep_mask(
    owner: User, file: IO[bytes], size: int, *, over: tuple[int, int] | None = None, counted: bool = True
) -> Mask:
    """The mask in a file of `size` bytes: its transparency where it has some, else its brightness; white or opaque is
    painted anew. The same mask again is the same row, and costs nothing. `over` are the width and height in pixels of
    the picture that it is to lie on, where that is known. `counted`: against what the owner may send in a day; an
    operator's import isn't.

    Raises `MaskRefused` (another size than `over`, or nothing or everything is painted), what
    `gallery.ingest.read_upload` raises, `Invalid` when `owner` may send no more today, and `NotNow`.
    """
    image = ingest.read_upload(file, size)
    if over is not None and image.size != over:
        raise MaskRefused(mask_size_sentence(image.size, over))  # first: it is another picture's, whatever it shows
    mask = _alpha(image) or ingest.flattened(image).convert("L")
    painted = mask.point(lambda grey: 255 if grey >= PAINTED else 0).histogram()
    if not painted[255]:
        raise MaskRefused(_("The mask is empty: paint white where the picture is to be drawn anew."))
    if not painted[0]:
        raise MaskRefused(_("The mask covers the whole picture. Leave black what is to stay, or send no mask."))
    out = BytesIO()
    Image.frombytes("L", mask.size, mask.tobytes()).save(out, "PNG")  # nothing of the file, such as a colour profile
    content = out.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    known = _known(owner, digest)
    if known is not None:
        return known
    with ingest.naming_files():
        if counted:
            ingest.spend(owner, len(content))
        else:
            User.objects.select_for_update().get(pk=owner.pk)
        # Whoever sends the same mask twice at a time waits above for the first one.
        known = _known(owner, digest)
        if known is not None:
            transaction.set_rollback(True)
            return known
        try:
            stored = ingest.store(content, "png")
        except OSError as error:
            raise NotNow("upload_no_room") from error
        return Mask.objects.create(
            owner=owner, sha256=stored.sha256, path=stored.path, width=mask.width, height=mask.height
        )


def _known(owner: User, digest: str) -> Mask | None:
    """The owner's mask of these bytes. It counts as sent now, as what nobody uses is removed after a while."""
    known = Mask.objects.filter(owner=owner, sha256=digest).first()
    return known if known is not None and Mask.objects.filter(pk=known.pk).update(created_at=Now()) else None


def mask_size_sentence(mask: tuple[int, int], source: tuple[int, int]) -> str:
    """What is wrong with a mask of another size than its picture."""
    return _(
        "The mask has %(mask_width)s × %(mask_height)s pixels, the picture %(width)s × %(height)s. "
        "Make the mask just as large as the picture."
    ) % {"mask_width": mask[0], "mask_height": mask[1], "width": source[0], "height": source[1]}


def picture_of(mask: Mask) -> Image.Image:
    """The mask's pixels, greyscale. Raises `OSError` when its file is gone or damaged."""
    return picture_at(mask.path)


def picture_at(path: str) -> Image.Image:
    """The same of the mask whose file is at `path`, which names its content."""
    with Image.open(BytesIO(content_of(path))) as image:
        return image.convert("L")


def _alpha(image: Image.Image) -> Image.Image | None:
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return alpha if alpha.getextrema() != (255, 255) else None
