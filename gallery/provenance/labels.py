"""Pictures with their label inside, as bytes of a file. What signs them comes after: see `gallery.provenance.c2pa`."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from gallery.provenance.formats import AVIF, JPEG, PNG, WEBP, FileFormat
from gallery.provenance.label import Label
from gallery.provenance.recipe import Recipe
from gallery.provenance.xmp import label_packet

PREVIEW_QUALITY = 82
XMP_KEYWORD = "XML:com.adobe.xmp"

# A segment of a JPEG holds 65,533 bytes with its own heading; no more than this fits beside it.
_JPEG_SEGMENT = 65_400
# From here on formats are coded with less searching: 40 megapixels would take a minute.
_LARGE = 4_000_000
# A WebP of much detail can be too much for its first partition; then a coarser one is made.
_COARSER = (80, 60, 40)


def labelled(image: Image.Image, label: Label, form: FileFormat) -> bytes:
    """`image` (RGB) as a file of that format, with the texts and the XMP of `label`.

    PNG: `parameters` and XMP as text chunks; the others: EXIF UserComment and XMP. Raises `ValueError` or `OSError`
    where the format can't hold the picture.
    """
    if form == PNG:
        out = BytesIO()
        image.save(out, "PNG", pnginfo=_png_texts(label))
        return out.getvalue()
    exif, xmp = blocks_for_jpeg(label) if form == JPEG else (_exif(label.parameters), label_packet(label))
    return _encoded(image, form, exif=exif, xmp=xmp)


def blocks_for_jpeg(label: Label) -> tuple[bytes, bytes]:
    """EXIF and XMP of `label`, each as short as a segment of a JPEG is; empty bytes where there is nothing to say."""
    exif, packet = _exif(label.parameters), label_packet(label)
    if label.include_prompt and max(len(exif), len(packet)) > _JPEG_SEGMENT:
        # A prompt cut in two would say something that nobody wrote; without it, the file still says what it is.
        return blocks_for_jpeg(replace(label, include_prompt=False))
    return exif, packet


def labelled_png(image: Image.Image, recipe: Recipe, *, include_prompt: bool) -> bytes:
    """A PNG of what was drawn here; `include_prompt` False leaves prompts, seed, LoRAs and embeddings out of it."""
    return labelled(image, Label.of_drawn(recipe, include_prompt=include_prompt), PNG)


def labelled_webp(image: Image.Image, recipe: Recipe) -> bytes:
    """A WebP preview with the XMP label, never with the prompt: anyone may be handed a preview."""
    return labelled_preview(image, Label.of_drawn(recipe, include_prompt=False), WEBP)


def labelled_preview(image: Image.Image, label: Label, form: FileFormat) -> bytes:
    """A small copy as WebP or AVIF, with the XMP of `label` alone, which had better hold no prompt."""
    out = BytesIO()
    options: dict[str, Any] = {"method": 4} if form == WEBP else {"speed": 6}
    image.save(out, form.pillow, quality=PREVIEW_QUALITY, xmp=label_packet(label), **options)
    return out.getvalue()


def _png_texts(label: Label) -> PngInfo:
    texts = PngInfo()
    # Pillow writes tEXt where Latin-1 is enough and iTXt where it isn't, as A1111 does. It ignores `xmp=` for PNG.
    if label.parameters:
        texts.add_text("parameters", label.parameters)
    if packet := label_packet(label):
        texts.add_itxt(XMP_KEYWORD, packet.decode("utf-8"))
    return texts


def _exif(parameters: str) -> bytes:
    """EXIF with the text as UserComment, in UTF-16 with the most significant byte first, as A1111 writes it."""
    if not parameters:
        return b""
    exif = Image.Exif()
    exif.endian = ">"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\0" + parameters.encode("utf-16-be")
    return exif.tobytes()


def _encoded(image: Image.Image, form: FileFormat, *, exif: bytes, xmp: bytes) -> bytes:
    large = image.width * image.height > _LARGE
    choices: dict[FileFormat, dict[str, Any]] = {
        JPEG: {"quality": 92, "subsampling": 0, "optimize": not large},
        WEBP: {"quality": 92, "method": 2 if large else 4},
        AVIF: {"quality": 82, "subsampling": "4:4:4", "speed": 9 if large else 6},
    }
    # Pillow writes empty blocks where it is given empty bytes.
    texts = {name: value for name, value in (("exif", exif), ("xmp", xmp)) if value}
    for quality in (choices[form]["quality"], *(_COARSER if form == WEBP else ())):
        out = BytesIO()
        try:
            image.save(out, form.pillow, **(choices[form] | texts | {"quality": quality}))
        except ValueError:
            continue
        return out.getvalue()
    raise ValueError(f"{form.name} can't hold this picture")
