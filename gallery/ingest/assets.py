"""A picture becomes an asset: labelled files on disk and the rows that name them."""

from django.db import transaction
from PIL import Image

from gallery.ingest.pixels import clean_rgb, dominant_color, pixel_sha256, previews
from gallery.ingest.store import store
from gallery.models import Asset, AssetFile, User
from gallery.models.asset import Variant
from gallery.provenance import Recipe, labelled_png, labelled_webp


def make_asset(owner: User, image: Image.Image, recipe: Recipe) -> Asset:
    """Label `image`, write it with its previews and return its asset, in the caller's transaction.

    Files: the original PNG with the whole recipe, a bare PNG of the same pixels without prompt and seed, WebP
    previews. They are on disk before the first row is written; a rolled back transaction leaves harmless orphans.
    """
    picture = clean_rgb(image)
    files = [
        (Variant.ORIGINAL, "png", picture.size, labelled_png(picture, recipe, include_prompt=True)),
        (Variant.BARE, "png", picture.size, labelled_png(picture, recipe, include_prompt=False)),
    ]
    files += [
        (Variant(str(side)), "webp", preview.size, labelled_webp(preview, recipe))
        for side, preview in previews(picture).items()
    ]
    stored = [(variant, extension, size, store(content, extension)) for variant, extension, size, content in files]
    with transaction.atomic():
        asset = Asset.objects.create(
            owner=owner,
            width=picture.width,
            height=picture.height,
            pixel_sha256=pixel_sha256(picture),
            dominant_color=dominant_color(picture),
        )
        AssetFile.objects.bulk_create(
            AssetFile(
                asset=asset,
                variant=variant,
                format=extension,
                sha256=file.sha256,
                path=file.path,
                size_bytes=file.size_bytes,
                width=width,
                height=height,
            )
            for variant, extension, (width, height), file in stored
        )
    return asset
