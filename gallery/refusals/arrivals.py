"""Every picture that comes in is held against lists of known files, and what its file says against the fixed rule."""

from gallery.errors import Invalid
from gallery.ingest.assets import Prepared
from gallery.models import Asset, AssetHash, LockedAway
from gallery.models.refusal import LockedBy, RuleEffect
from gallery.pictures.pdq import LEAST_QUALITY
from gallery.provenance.readers import Found
from gallery.refusals.counting import note
from gallery.refusals.fixed import asks_for, minors_in
from gallery.refusals.hash_lists import lists_with
from gallery.refusals.holding import hold_back
from gallery.refusals.judging import Hit


def admitted(asset: Asset) -> Asset:
    """The same asset, if nothing is held against the picture; else it is put out of reach and `Invalid` says that it is
    held back, not by what it was known. Call it once the asset's rows are there for good."""
    before = LockedAway.objects.filter(asset=asset).first()
    if before is not None:
        if before.released_at is None:
            raise Invalid("upload_held_back")
        return asset
    known = known_by(asset)
    if known:
        hold_back(asset, LockedBy.LIST, {"lists": known})
        raise Invalid("upload_held_back")
    words = minors_in(texts_of(asset))
    if words:
        note(asset.owner, Hit(RuleEffect.REFUSE, words))
        hold_back(asset, LockedBy.WORDS, {"words": list(words)})
        raise Invalid("upload_held_back")
    return asset


def known_by(asset: Asset) -> list[str]:
    """The addresses of the lists that know the picture: by the file that it came in, by those that were made of it, or
    by its looks, mirrored too."""
    digests = set(asset.files.values_list("sha256", flat=True))
    arrival = getattr(asset, "arrival", None)
    if arrival is not None:
        digests.add(arrival.file_sha256)
    looks = AssetHash.objects.filter(asset=asset, quality__gte=LEAST_QUALITY).first()
    hashes = (looks.pdq, looks.mirrored) if looks else ()
    return [one.address for one in lists_with(digests=digests, hashes=hashes)]


def texts_of(asset: Asset) -> list[str]:
    """What the file of an asset that was sent says the picture shows: its prompt and its name, and a negative prompt
    that asks for what it says."""
    arrival = getattr(asset, "arrival", None)
    if arrival is None:
        return []
    texts = [arrival.file_name]
    if arrival.found:
        recipe = Found.from_dict(arrival.found).recipe
        texts.append(recipe.prompt)
        if asks_for(recipe.negative_prompt, recipe.cfg):
            texts.append(recipe.negative_prompt)
    return texts


def known_picture(prepared: Prepared) -> list[str]:
    """`known_by` for a picture that was just drawn and has no rows yet, laid down every way."""
    hashes = prepared.pdq.every_way if prepared.pdq.telling else ()
    digests = {file.sha256 for _variant, _format, _size, file in prepared.files}
    return [one.address for one in lists_with(digests=digests, hashes=hashes)]


def look_through() -> int:
    """Hold every picture that is here against the lists, for hashes that were listed later; returns how many are held
    back now."""
    found = 0
    for asset in Asset.objects.filter(locked_away=None).select_related("owner", "arrival").order_by("pk").iterator():
        known = known_by(asset)
        if known:
            hold_back(asset, LockedBy.LIST, {"lists": known})
            found += 1
    return found
