"""All texts of a file, in whichever of a dozen places its writer put them."""

from PIL import Image

from gallery.provenance.readers.allowance import TEXT_LIMIT, Allowance
from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.exif_texts import exif_texts
from gallery.provenance.readers.jpeg_segments import jpeg_texts
from gallery.provenance.readers.png_chunks import png_texts
from gallery.provenance.readers.stealth import stealth_text
from gallery.provenance.readers.text import decoded

_XMP_KEYWORD = "XML:com.adobe.xmp"


def gather(image: Image.Image, data: bytes, *, limit: int = TEXT_LIMIT) -> Blocks:
    """The texts of the PNG, JPEG, WebP or AVIF file `data`, which Pillow opened as `image`.

    `image` as it was opened: turned, resized or converted pixels have lost what was hidden in them. At most `limit`
    bytes of text are kept; `cut` of the answer names what wasn't kept whole. Looks at a column or two of the
    pixels, which it decodes. Nothing in a file makes it raise.
    """
    allowance = Allowance(limit)
    # The largest first-hand source of each kind of file comes first: it should have what room there is.
    texts = png_texts(data, allowance)
    exif = exif_texts(image, allowance)
    jpeg = jpeg_texts(data, allowance)
    xmp = next((text for name, text in texts if name == _XMP_KEYWORD), "") or jpeg.xmp
    if not xmp and isinstance(packet := image.info.get("xmp"), bytes):
        xmp = decoded(allowance.take(packet, "XMP"))
    if jpeg.more_xmp:
        xmp = f"{xmp}\n{jpeg.more_xmp}" if xmp else jpeg.more_xmp
    return Blocks(
        texts=tuple((name, text) for name, text in texts if name != _XMP_KEYWORD),
        exif=exif,
        xmp=xmp,
        caption=jpeg.caption,
        comments=jpeg.comments,
        stealth=stealth_text(image, allowance),
        width=image.width,
        height=image.height,
        cut=tuple(allowance.cut),
    )
