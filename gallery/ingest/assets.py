"""A picture becomes an asset: files on disk and the rows that name them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from types import MappingProxyType

from django.db import transaction
from PIL import Image

from gallery.ingest.labelled import labelled_original
from gallery.ingest.store import StoredFile, store
from gallery.models import Asset, AssetFile, User
from gallery.models.asset import Origin, Variant
from gallery.pictures.decoding import READERS_ERRORS, clean, detached
from gallery.pictures.pdq import Pdq, pdq
from gallery.pictures.pixels import clean_rgb, dominant_color, on_white, pixel_sha256
from gallery.pictures.thumbhash import thumbhash
from gallery.pictures.variants import PREVIEW_FORMATS, encode_preview, variant_images
from gallery.provenance import Label, Recipe, label_packet
from gallery.similar.hashes import write_hash
from gallery.storing import content_of

Content = tuple[Variant, str, tuple[int, int], bytes]
"""Variant, format, (width, height) and the file itself."""
Kept = tuple[Variant, str, tuple[int, int], StoredFile]


@dataclass(frozen=True)
class Prepared:
    """A picture whose files are on the disk; `files`: variant, format, (width, height) and where it lies.

    `says`: what the labels of signed files say, by variant. `drawn_over`: the picture that it was made from.
    """

    size: tuple[int, int]
    pixel_sha256: str
    dominant_color: str
    thumbhash: str
    files: list[Kept]
    pdq: Pdq
    says: dict[Variant, str] = field(default_factory=dict)
    drawn_over: Asset | None = None


def make_asset(owner: User, image: Image.Image, recipe: Recipe) -> Asset:
    """Label `image`, write it with its previews and return its asset, in the caller's transaction.

    Files: the original PNG with the whole recipe, a bare PNG of the same pixels without prompt and seed, previews and a
    blur as WebP and AVIF. They are on disk before the first row is written; a rolled back transaction leaves harmless
    orphans. Who holds locks calls `prepare` before taking them and `record` after.
    """
    return record(owner, prepare(image, Label.of_drawn(recipe, include_prompt=True)))


def prepare(image: Image.Image, label: Label, drawn_over: Asset | None = None) -> Prepared:
    """Write the files of `image`, labelled and signed; no row yet. Raises `OSError` when the disk refuses."""
    picture = clean_rgb(image)
    originals = labelled_original(picture, label, drawn_over)
    contents: list[Content] = [
        (variant, "png", picture.size, content) for variant, (content, _says) in originals.items()
    ]
    # Never with the prompt: anyone may be handed a preview.
    contents += previews(picture, label_packet(replace(label, include_prompt=False, producer="", number="")))
    return Prepared(
        size=picture.size,
        pixel_sha256=pixel_sha256(picture),
        dominant_color=dominant_color(picture),
        thumbhash=thumbhash(picture),
        files=stored(contents),
        pdq=pdq(picture),
        says={variant: says for variant, (_content, says) in originals.items()},
        drawn_over=drawn_over,
    )


def previews(picture: Image.Image, xmp: bytes) -> list[Content]:
    """The previews and the blur of an RGB picture, each as WebP and AVIF with this label."""
    return [
        (Variant(name), extension, image.size, encode_preview(image, extension, xmp))
        for name, image in variant_images(picture)
        for extension in PREVIEW_FORMATS
    ]


def stored(contents: Iterable[Content]) -> list[Kept]:
    """The same list with each file on the disk."""
    return [(variant, extension, size, store(content, extension)) for variant, extension, size, content in contents]


def record(owner: User, prepared: Prepared, origin: Origin = Origin.DRAWN) -> Asset:
    """The asset of a prepared picture, in the caller's transaction."""
    width, height = prepared.size
    with transaction.atomic():
        asset = Asset.objects.create(
            owner=owner,
            origin=origin,
            width=width,
            height=height,
            pixel_sha256=prepared.pixel_sha256,
            dominant_color=prepared.dominant_color,
            thumbhash=prepared.thumbhash,
            drawn_over=prepared.drawn_over,
        )
        name_files(asset, prepared.files, prepared.says)
        write_hash(asset, prepared.pdq)
    return asset


def name_files(asset: Asset, files: Iterable[Kept], says: Mapping[Variant, str] = MappingProxyType({})) -> None:
    """The rows of an asset's files, with what their labels say; those that it has already stay."""
    AssetFile.objects.bulk_create(
        (
            AssetFile(
                asset=asset,
                variant=variant,
                format=extension,
                sha256=file.sha256,
                path=file.path,
                size_bytes=file.size_bytes,
                width=width,
                height=height,
                says=says.get(variant, ""),
            )
            for variant, extension, (width, height), file in files
        ),
        ignore_conflicts=True,
    )


def picture_of(asset: Asset) -> Image.Image:
    """The asset's pixels, RGB, what is transparent on white. Raises `OSError` when its file is gone or damaged."""
    return on_white(whole_picture_of(asset))


def whole_picture_of(asset: Asset) -> Image.Image:
    """The same with its transparency, as L, LA, RGB or RGBA with nothing attached. Raises `OSError` likewise."""
    content = content_of(largest_file(asset).path)
    try:
        with Image.open(BytesIO(content)) as image:
            image.load()
            return clean(detached(image))
    except OSError:
        raise
    except (*READERS_ERRORS, Image.DecompressionBombError) as error:  # Pillow calls some damage a syntax error
        raise OSError(f"the original of asset {asset.pk} is damaged") from error


def largest_file(asset: Asset) -> AssetFile:
    """The file with all its pixels: the original, or the bare one of a picture that was sent.

    Raises `FileNotFoundError` where there is neither.
    """
    files = {file.variant: file for file in asset.files.filter(variant__in=[Variant.ORIGINAL, Variant.BARE])}
    file = files.get(Variant.ORIGINAL) or files.get(Variant.BARE)
    if file is None:
        raise FileNotFoundError(f"asset {asset.pk} has no original")
    return file
