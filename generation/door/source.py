"""The picture to start from, with what is done to it: strength, mask, margins."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from gallery.ingest import MAX_PIXELS
from gallery.models import Asset, Post, User
from gallery.visibility import blurred_among, reachable_posts
from generation.door.numbers import real, whole
from generation.door.reading import Reading
from generation.engine.limits import cannot
from generation.masks import mask_size_sentence
from generation.models import Mask, Take
from generation.models.checkpoint import Ability
from generation.models.queue import MaskedContent
from generation.shapes import fitted
from generation.takes import why_not_whole

DEFAULT_STRENGTH = 0.75
DEFAULT_MASK_BLUR = 4
MAX_MASK_BLUR = 64
MAX_PADDING = 256
MARGIN_STEP = 8
MAX_MARGIN = 2048

Margins = tuple[int, int, int, int]
NO_MARGINS: Margins = (0, 0, 0, 0)
SOURCES = {"take": "source_take", "post": "source_post", "upload": "source_asset"}
"""What a form calls the pictures to start from, and what they are called here."""


def read_source(reading: Reading) -> None:
    """Put source, strength, mask and margins into the values, and the size that the model draws them at."""
    wanted = reading.wanted
    named = any(wanted.get(name) for name in ("source_asset", "source_take", "source_post"))
    asset, take, post = find_source(reading.user, wanted)
    margins = _read_margins(reading)
    if take is not None and (why := why_not_whole(take)) is not None:
        reading.refuse("source", why.message)
        return
    if named and asset is None:
        # One sentence for what isn't there and for what isn't theirs: nobody learns which numbers others have.
        reading.refuse("source", _("There is no such picture that you can start from. Choose another one."))
        return
    if asset is None:
        if wanted.get("mask"):
            reading.refuse("mask", _("A mask needs a picture to lie on. Choose one to start from."))
        if any(margins):
            reading.refuse("outpaint", _("Margins need a picture to go around. Choose one to start from."))
        return
    if Ability.IMG2IMG not in reading.model.abilities:
        reading.refuse(
            "source",
            _("“%(model)s” can't start from a picture. Choose another model, or take the picture away.")
            % {"model": reading.model},
        )
    if wanted.get("sketch_on"):
        beneath, take, post = find_source(reading.user, source_named(wanted["sketch_on"]))
        if beneath is None or (beneath.width, beneath.height) != (asset.width, asset.height):
            reading.refuse("source", _("The picture that you sketched on isn’t there any more. Choose another one."))
            return
        if take is not None and (why := why_not_whole(take)) is not None:
            reading.refuse("source", why.message)
            return
    reading.values |= {"source_asset": asset, "source_take": take, "source_post": post}
    strength = real(wanted.get("strength"), DEFAULT_STRENGTH)
    if 0 < strength <= 1:
        reading.values["strength"] = strength
    else:
        reading.refuse("strength", _("Strength is a number above 0 and at most 1, such as 0.6."))
    left, top, right, bottom = margins
    canvas = (left + asset.width + right, top + asset.height + bottom)
    if any(margins):
        _add_margins(reading, margins, canvas)
    _read_mask(reading, asset)
    if reading.values.get("only_masked") is None:
        reading.values["width"], reading.values["height"] = fitted(*canvas, reading.model)


def source_named(source: object) -> dict[str, str]:
    """What `take:12`, `post:34` or `upload:` and the key of an own asset names, as `find_source` takes it."""
    kind, _colon, which = str(source or "").partition(":")
    return {SOURCES[kind]: which} if kind in SOURCES else {}


def find_source(user: User, wanted: Any) -> tuple[Asset | None, Take | None, Post | None]:
    """The picture that `source_asset` (a key), `source_take` or `source_post` (numbers) names, as far as it is `user`'s
    to use: their own upload or take, or a post that they may see sharply. The take is always their own;
    `why_not_whole` says which can't be drawn over."""
    key, take_id, post_id = (wanted.get(name) for name in ("source_asset", "source_take", "source_post"))
    asset: Asset | None = None
    post: Post | None = None
    if key:
        asset = Asset.objects.filter(owner=user, key=str(key).replace("\x00", "")).first()
    elif take_id:
        own = Take.objects.filter(owner=user, pk=_id(take_id), erased_at=None).select_related("asset").first()
        return (own.asset, own, None) if own else (None, None, None)
    elif post_id:
        post = Post.objects.filter(reachable_posts(user), pk=_id(post_id)).select_related("asset").first()
        if post and blurred_among(user, [post]):
            post = None  # of that one they are given the blurred file alone until they ask for it
        asset = post.asset if post else None
    take = Take.objects.filter(owner=user, asset=asset).first() if asset else None
    if take is not None and take.erased_at is not None:
        return None, None, None
    return asset, take, post


def _read_margins(reading: Reading) -> Margins:
    """What was typed for the left, top, right and bottom; zeros, too, where it is refused."""
    typed = [margin.strip() if isinstance(margin, str) else margin for margin in reading.wanted.get("outpaint") or ()]
    margins = [whole(margin, 0) for margin in typed]
    if not any(margin != 0 for margin in margins):  # what is no number is None here, and no zero
        return NO_MARGINS
    right = [margin for margin in margins if margin is not None and 0 <= margin <= MAX_MARGIN]
    if len(right) != len(margins) or len(right) != 4 or any(margin % MARGIN_STEP for margin in right):
        reading.refuse(
            "outpaint",
            _("Margins are whole numbers of pixels from 0 to %(high)s in steps of %(step)s, for example 64.")
            % {"high": MAX_MARGIN, "step": MARGIN_STEP},
        )
        return NO_MARGINS
    return right[0], right[1], right[2], right[3]


def _add_margins(reading: Reading, margins: Margins, canvas: tuple[int, int]) -> None:
    if reading.wanted.get("mask"):
        reading.refuse("outpaint", _("Either a mask or margins: draw them one after the other."))
    _require_inpainting(reading, "outpaint")
    if canvas[0] * canvas[1] > MAX_PIXELS:
        # A worker holds this canvas and its mask in memory; as large as a picture that is sent is large enough.
        reading.refuse(
            "outpaint",
            _(
                "With these margins the picture has %(width)s × %(height)s pixels, more than %(limit)s megapixels. "
                "Take smaller margins, or start from a smaller picture."
            )
            % {"width": canvas[0], "height": canvas[1], "limit": MAX_PIXELS // 1_000_000},
        )
    reading.values["outpaint"] = list(margins)


def _read_mask(reading: Reading, asset: Asset) -> None:
    wanted = reading.wanted
    blur = whole(wanted.get("mask_blur"), DEFAULT_MASK_BLUR)
    if blur is None or not 0 <= blur <= MAX_MASK_BLUR:
        reading.refuse("mask_blur", _("The soft edge is 0 to %(high)s pixels wide.") % {"high": MAX_MASK_BLUR})
    else:
        reading.values["mask_blur"] = blur
    content = wanted.get("masked_content") or MaskedContent.ORIGINAL
    if content in MaskedContent.values:
        reading.values["masked_content"] = content
    else:
        reading.refuse("masked_content", _("Choose what is under the mask at the start: what is there, or noise."))
    if not wanted.get("mask"):
        return
    mask = Mask.objects.filter(owner=reading.user, pk=_id(wanted["mask"])).first()
    if mask is None:
        reading.refuse("mask", _("There is no such mask of yours. Choose its file again."))
        return
    if (mask.width, mask.height) != (asset.width, asset.height):
        reading.refuse("mask", mask_size_sentence((mask.width, mask.height), (asset.width, asset.height)))
        return
    _require_inpainting(reading, "mask")
    reading.values["mask"] = mask
    if wanted.get("only_masked") not in (None, ""):
        padding = whole(wanted["only_masked"], None)
        if padding is None or not 0 <= padding <= MAX_PADDING:
            reading.refuse(
                "only_masked",
                _("The surroundings of the mask are 0 to %(high)s pixels wide.") % {"high": MAX_PADDING},
            )
        elif "only_masked" in cannot(reading.model.family):
            reading.refuse(
                "only_masked",
                _("“%(model)s” always draws the whole picture. Leave this field empty, or choose another model.")
                % {"model": reading.model},
            )
        else:
            reading.values["only_masked"] = padding


def _require_inpainting(reading: Reading, field: str) -> None:
    if Ability.INPAINT not in reading.model.abilities and not reading.refused("source"):
        reading.refuse(
            field,
            _("“%(model)s” can't paint a part of a picture anew. Choose another model.") % {"model": reading.model},
        )


def _id(value: object) -> int:
    """A primary key from a row, a number or a text; 0, which nothing has, for anything else."""
    text = str(getattr(value, "pk", value))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
