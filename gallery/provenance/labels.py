"""Pictures with their label inside, as bytes of a file."""

from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.provenance.parameters import parameters_text
from gallery.provenance.recipe import Recipe
from gallery.provenance.xmp import xmp_packet

PREVIEW_QUALITY = 82


def labelled_png(image: Image.Image, recipe: Recipe, *, include_prompt: bool) -> bytes:
    """A PNG with `parameters` text and XMP label; `include_prompt` False leaves prompts and seed out of both."""
    text = PngInfo()
    # Pillow writes tEXt where Latin-1 is enough and iTXt where it isn't, as A1111 does. It ignores `xmp=` for PNG.
    text.add_text("parameters", parameters_text(recipe, include_prompt))
    text.add_itxt("XML:com.adobe.xmp", xmp_packet(recipe, include_prompt).decode("utf-8"))
    out = BytesIO()
    image.save(out, "PNG", pnginfo=text)
    return out.getvalue()


def labelled_webp(image: Image.Image, recipe: Recipe) -> bytes:
    """A WebP preview with the XMP label, never with the prompt: anyone may be handed a preview."""
    out = BytesIO()
    image.save(out, "WEBP", quality=PREVIEW_QUALITY, method=4, xmp=xmp_packet(recipe, include_prompt=False))
    return out.getvalue()
