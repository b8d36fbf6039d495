"""Pictures that people send."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from gallery import ingest
from gallery.errors import Invalid
from gallery.ingest import keep_upload, picture_of, read_upload
from gallery.models import Asset
from tests.factories import make_asset, make_image, make_user


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> io.BytesIO:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def read(content: io.BytesIO) -> Image.Image:
    return read_upload(content, len(content.getvalue()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_still_pictures_of_four_kinds_are_read(kind: str) -> None:
    assert read(file_of(make_image(40, 30), kind)).size == (40, 30)


def test_a_picture_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (40, 20), "black")
    image.paste("white", (0, 0, 20, 20))
    upright = read(file_of(image, "JPEG", exif=exif, quality=95))
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5)) > (200, 200, 200)
    assert upright.getpixel((10, 35)) < (60, 60, 60)


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (64, 64), "red"), Image.new("RGB", (64, 64), "blue")]


def header_of(width: int, height: int) -> io.BytesIO:
    """A PNG that claims to be of this size and has no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", b"x") + chunk(b"IEND", b""))


BAD = [
    (lambda: file_of(frames()[0], "PNG", save_all=True, append_images=frames()), "upload_animated"),
    (lambda: file_of(frames()[0], "WEBP", save_all=True, append_images=frames()), "upload_animated"),
    (lambda: file_of(frames()[0], "AVIF", save_all=True, append_images=frames()), "upload_animated"),
    (lambda: file_of(make_image(), "GIF"), "upload_unreadable"),
    (lambda: file_of(make_image(), "TIFF"), "upload_unreadable"),
    (lambda: io.BytesIO(b""), "upload_unreadable"),
    (lambda: io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "upload_unreadable"),
    (lambda: io.BytesIO(file_of(make_image(300, 300)).getvalue()[:400]), "upload_unreadable"),
    (lambda: io.BytesIO(file_of(make_image(300, 300), "JPEG").getvalue()[:400]), "upload_unreadable"),
    (lambda: header_of(8000, 5001), "upload_too_many_pixels"),
    (lambda: header_of(60_000, 60_000), "upload_too_many_pixels"),
    (lambda: header_of(0, 5), "upload_unreadable"),
]


@pytest.mark.parametrize(("make", "code"), BAD)
def test_what_is_no_still_picture_within_bounds_is_refused(make: Any, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(make())
    assert caught.value.code == code
    assert "%" not in caught.value.message


def test_a_file_over_25_megabytes_is_not_even_opened() -> None:
    with pytest.raises(Invalid) as caught:
        read_upload(io.BytesIO(b""), 25 * 2**20 + 1)
    assert caught.value.code == "upload_too_large"


def test_an_upload_becomes_a_private_asset_without_anything_of_the_file(db: None, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    mira, tomo = make_user(), make_user()
    image = make_image(200, 100)
    asset = keep_upload(mira, read(file_of(image, "PNG", pnginfo=None)))
    assert (asset.owner, asset.width, asset.height) == (mira, 200, 100)
    assert set(asset.files.values_list("variant", flat=True)) == {"original", "180"}
    assert picture_of(asset).tobytes() == image.tobytes()
    assert keep_upload(mira, image) == asset
    assert keep_upload(tomo, image) != asset
    # The same pixels drawn here are another asset: that one says so in its files.
    drawn = make_asset(mira, image=make_image(64, 64))
    assert keep_upload(mira, picture_of(drawn)) != drawn


def test_what_is_transparent_lies_on_white_and_16_bits_are_scaled(db: None) -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert ingest.flattened(read(file_of(clear))).getpixel((1, 1)) == (255, 255, 255)
    deep = Image.new("I;16", (4, 4), 32768)
    assert ingest.flattened(read(file_of(deep))).getpixel((1, 1)) == (128, 128, 128)
    assert not Asset.objects.exists()
