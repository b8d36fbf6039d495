"""The files of a copy come in as any upload does: opened by the child, counted, held against the lists and the rule."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from io import BytesIO

from gallery.errors import Invalid
from gallery.ingest import keep_sent, spend
from gallery.models import Asset, AssetFile, LockedAway
from gallery.models.asset import Origin, Variant
from gallery.models.refusal import LockedBy, RuleEffect, RulePlace
from gallery.provenance import Recipe
from gallery.refusals.arrivals import admitted
from gallery.refusals.counting import note as note_refusal
from gallery.refusals.fixed import minors_in
from gallery.refusals.holding import hold_back
from gallery.refusals.judging import Hit
from gallery.refusals.posting import said_in
from generation.imports.rows import TakeRow
from generation.imports.work import SPENT, Work
from generation.masks import MaskRefused, keep_mask
from generation.models import Mask


def picture_of(work: Work, row: TakeRow) -> Asset:
    """The asset of a take's picture, kept once. Raises what `keep_sent` and `admitted` raise, and `Invalid` (there is
    none, or another than the copy says)."""
    name = work.archive.picture(row.folder, row.number)
    if not name and row.post is not None:
        name = work.archive.picture("posts", row.post)
    if not name:
        raise Invalid("bring_no_picture")
    content = work.archive.content(name)
    digest = hashlib.sha256(content).hexdigest()
    own = AssetFile.objects.filter(
        asset__owner=work.user, sha256=digest, variant__in=[Variant.ORIGINAL, Variant.BARE], asset__take__isnull=False
    ).select_related("asset")
    found = own.first()
    if found is not None:
        return found.asset
    # Kept for good before it is held against the lists: what they know is put out of reach, not forgotten.
    return admitted(_kept(work, content, name.replace("/", "-")))


def _kept(work: Work, content: bytes, name: str) -> Asset:
    counted = work.run.counted
    try:
        return keep_sent(work.user, BytesIO(content), len(content), name, counted=counted, origin=Origin.BROUGHT)
    except Invalid as error:
        if counted and error.code not in SPENT:
            # It was opened, which is the work.
            spend(work.user, 0)
        raise


def check_words(row: TakeRow, asset: Asset) -> None:
    """The fixed rule, over all that the copy says of a picture beside its own file. Raises as `hold_against` does."""
    hold_against(asset, row.recipe, [row.note, *(str(one.get("text", "")) for one in row.lettering)])


def hold_against(asset: Asset, recipe: Recipe, texts: Iterable[str]) -> None:
    """Put a picture out of reach for what is said of it, and let a moderator hear of it. Raises `Invalid` then."""
    said = [one.text for one in said_in(recipe) if one.place != RulePlace.NEGATIVE]
    words = minors_in([*said, *texts])
    # Released by a moderator for these very words: that stands.
    released = LockedAway.objects.filter(asset=asset, why=LockedBy.WORDS, released_at__isnull=False).first()
    if words and not (released and set(words) <= set(released.facts.get("words", ()))):
        note_refusal(asset.owner, Hit(RuleEffect.REFUSE, words))
        hold_back(asset, LockedBy.WORDS, {"words": list(words)})
        raise Invalid("upload_held_back")


def mask_of(work: Work, row: TakeRow) -> Mask | None:
    """The take's mask, kept once; None where it has none, or one that can't be taken, of which the report tells."""
    if row.mask is None:
        return None
    if row.mask not in work.masks:
        work.masks[row.mask] = _kept_mask(work, row.mask)
    mask = work.masks[row.mask]
    return Mask.objects.filter(pk=mask.pk).first() if mask is not None else None


def _kept_mask(work: Work, number: int) -> Mask | None:
    name = work.archive.picture("masks", number)
    try:
        if not name:
            raise Invalid("bring_no_mask", number=number)
        content = work.archive.content(name)
        return keep_mask(work.user, BytesIO(content), len(content), counted=work.run.counted)
    except MaskRefused:
        work.note(Invalid("bring_no_mask", number=number))
    except Invalid as error:
        if error.code in SPENT:
            raise
        work.note(error)
    return None
