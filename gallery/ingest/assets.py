"""A picture becomes an asset: labelled files on disk and the rows that name them."""

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction
from PIL import Image

from gallery.ingest.labelled import labelled_original
from gallery.ingest.pixels import clean_rgb, dominant_color, pixel_sha256, previews
from gallery.ingest.store import StoredFile, store
from gallery.models import Asset, AssetFile, User
from gallery.models.asset import Variant
from gallery.pictures.pdq import Pdq, pdq
from gallery.provenance import Recipe, labelled_webp
from gallery.similar.hashes import write_hash


@dataclass(frozen=True)
class Prepared:
    """A picture whose files are on the disk; `files`: variant, format, (width, height) and where it lies.

    `says`: what the labels of signed files say, by variant. `drawn_over`: the picture that it was made from.
    """

    size: tuple[int, int]
    pixel_sha256: str
    dominant_color: str
    files: list[tuple[Variant, str, tuple[int, int], StoredFile]]
    pdq: Pdq
    says: dict[Variant, str] = field(default_factory=dict)
    drawn_over: Asset | None = None


def make_asset(owner: User, image: Image.Image, recipe: Recipe) -> Asset:
    """Label `image`, write it with its previews and return its asset, in the caller's transaction.

    Files: the original PNG with the whole recipe, a bare PNG of the same pixels without prompt and seed, WebP
    previews. They are on disk before the first row is written; a rolled back transaction leaves harmless orphans.
    Who holds locks calls `prepare` before taking them and `record` after.
    """
    return record(owner, prepare(image, recipe))


def prepare(image: Image.Image, recipe: Recipe, drawn_over: Asset | None = None) -> Prepared:
    """Label `image`, sign and write its files; no row yet. Raises `OSError` when the disk refuses."""
    picture = clean_rgb(image)
    originals = labelled_original(picture, recipe, drawn_over)
    files = [(variant, "png", picture.size, content) for variant, (content, _says) in originals.items()]
    files += [
        (Variant(str(side)), "webp", preview.size, labelled_webp(preview, recipe))
        for side, preview in previews(picture).items()
    ]
    return Prepared(
        size=picture.size,
        pixel_sha256=pixel_sha256(picture),
        dominant_color=dominant_color(picture),
        files=[(variant, extension, size, store(content, extension)) for variant, extension, size, content in files],
        says={variant: says for variant, (_content, says) in originals.items()},
        drawn_over=drawn_over,
        pdq=pdq(picture),
    )


def record(owner: User, prepared: Prepared) -> Asset:
    """The asset of a prepared picture, in the caller's transaction."""
    width, height = prepared.size
    with transaction.atomic():
        asset = Asset.objects.create(
            owner=owner,
            width=width,
            height=height,
            pixel_sha256=prepared.pixel_sha256,
            dominant_color=prepared.dominant_color,
            drawn_over=prepared.drawn_over,
        )
        AssetFile.objects.bulk_create(
            AssetFile(
                asset=asset,
                variant=variant,
                format=extension,
                sha256=file.sha256,
                path=file.path,
                size_bytes=file.size_bytes,
                width=file_width,
                height=file_height,
                says=prepared.says.get(variant, ""),
            )
            for variant, extension, (file_width, file_height), file in prepared.files
        )
        write_hash(asset, prepared.pdq)
    return asset


def picture_of(asset: Asset) -> Image.Image:
    """The asset's pixels, RGB. Raises `OSError` when its file is gone or damaged."""
    file = AssetFile.objects.filter(asset=asset, variant=Variant.ORIGINAL).first()
    if file is None:
        raise FileNotFoundError(f"asset {asset.pk} has no original")
    with Image.open(Path(settings.MEDIA_ROOT, file.path)) as image:
        return clean_rgb(image)
