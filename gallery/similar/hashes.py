"""The hash of an asset as a row."""

from gallery.models import Asset, AssetHash
from gallery.pictures.pdq import Pdq


def write_hash(asset: Asset, pdq: Pdq) -> AssetHash:
    """Keep the hash of a new asset, in the caller's transaction; an asset that has one keeps it."""
    row, _made = AssetHash.objects.get_or_create(
        asset=asset, defaults={"pdq": pdq.bits, "mirrored": pdq.mirrored, "quality": pdq.quality}
    )
    return row
