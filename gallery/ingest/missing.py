"""Previews that a picture lacks: those of pictures from before they were made, and those that were lost."""

from io import BytesIO

from django.db.models import Exists, OuterRef, QuerySet
from PIL import Image

from gallery.ingest.assets import name_files, picture_of, previews, stored
from gallery.ingest.store import naming_files
from gallery.models import Asset, AssetFile
from gallery.models.asset import Origin, Variant
from gallery.pictures.thumbhash import thumbhash
from gallery.pictures.variants import PREVIEW_FORMATS, variant_names
from gallery.storing import content_of


def shown_assets() -> QuerySet[Asset]:
    """Assets that may come into lists: all but what was sent to be drawn over, which has only what its owner's own
    pages need."""
    # What was erased, or is out of reach, has no file to make others from.
    whole = AssetFile.objects.filter(asset=OuterRef("pk"), variant__in=[Variant.ORIGINAL, Variant.BARE])
    return Asset.objects.exclude(origin=Origin.SENT, arrival=None).filter(Exists(whole))


def make_missing(asset: Asset) -> int:
    """Make the previews, the blur and the thumbhash that `asset` lacks; returns how many files that were.

    They carry the label of its bare file. Raises `OSError` when its original is gone or damaged, or the disk is full.
    """
    wanted = {(name, kind) for name in variant_names(asset.width, asset.height) for kind in PREVIEW_FORMATS}
    missing = wanted - set(asset.files.values_list("variant", "format"))
    if not missing and asset.thumbhash:
        return 0
    picture = picture_of(asset)
    contents = [one for one in previews(picture, _label(asset)) if (one[0].value, one[1]) in missing]
    with naming_files():
        # Whoever deletes the asset meanwhile waits, or it is gone by now and nothing is written.
        if not Asset.objects.select_for_update().filter(pk=asset.pk).exists():
            return 0
        name_files(asset, stored(contents))
        if not asset.thumbhash:
            Asset.objects.filter(pk=asset.pk, thumbhash="").update(thumbhash=thumbhash(picture))
    return len(contents)


def _label(asset: Asset) -> bytes:
    """The XMP packet of the bare file, which has no word of the prompt; empty where there is none."""
    bare = AssetFile.objects.filter(asset=asset, variant=Variant.BARE).first()
    if bare is None:
        return b""
    with Image.open(BytesIO(content_of(bare.path))) as image:
        packet = image.info.get("XML:com.adobe.xmp") or image.info.get("xmp") or b""
    return packet.encode() if isinstance(packet, str) else packet
