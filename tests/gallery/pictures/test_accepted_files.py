"""What is odd but a picture is taken, and comes out clean: the pixels that were meant, and not a byte beside them."""

import io
import json
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from gallery.ingest import keep_sent, picture_of
from gallery.models import Asset
from gallery.pictures.kinds import kind_of
from tests.factories import make_user
from tests.gallery.pictures.files import (
    XMP,
    chunk,
    drawing,
    jpeg_with,
    png,
    saved,
    telling_exif,
    webp_with,
    wide_profile,
    with_chunks,
    zipped,
)

pytestmark = pytest.mark.django_db

SCRIPT = b"<script>alert('ZxScript')</script>"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    """An empty folder of pictures."""
    settings.MEDIA_ROOT = tmp_path


def kept(content: bytes, name: str = "picture.png") -> Asset:
    return keep_sent(make_user(), io.BytesIO(content), len(content), name)


def files_of(asset: Asset, media: Path) -> dict[tuple[str, str], Path]:
    return {(file.variant, file.format): media / file.path for file in asset.files.all()}


def bare_of(asset: Asset, media: Path) -> Image.Image:
    image = Image.open(media / asset.files.get(variant="bare").path)
    image.load()
    return image


def telling(kind: str) -> bytes:
    """A file full of what nobody wants to tell, in every place that its format has for it."""
    options: dict[str, Any] = {"exif": telling_exif(), "icc_profile": wide_profile()}
    if kind == "PNG":
        texts = [(b"tEXt", b"Comment\0ZxComment"), (b"tEXt", b"parameters\0ZxPrompt"), (b"tEXt", b"x\0" + SCRIPT)]
        texts += [(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP), (b"tIME", bytes([7, 234, 1, 1, 1, 1, 1]))]
        texts += [
            (b"iTXt", b"workflow\0\0\0\0\0\xff\xfe\xc3("),
            (b"tEXt", b"\xff\xff\0Zx\x80\xff"),
            (b"zxPr", b"ZxOwn"),
        ]
        return with_chunks(saved(drawing(), kind, **options), *[chunk(*text) for text in texts])
    content = saved(drawing(), kind, xmp=XMP, **options)
    if kind == "JPEG":
        iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", 12) + b"\x1c\x02\x78\0\x07ZxIptc "
        return jpeg_with(content, (0xFE, b"ZxComment"), (0xFE, SCRIPT), (0xED, iptc), (0xEF, b"ZxOwn"))
    return webp_with(content, (b"JUNK", b"ZxOwn"), (b"ZXZX", SCRIPT)) if kind == "WEBP" else content


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_nothing_of_the_file_is_in_any_output(kind: str, tmp_path: Path) -> None:
    content = telling(kind) + b"ZxTrailer" + SCRIPT
    assert content.count(b"Zx") > 4, "there is something to find"
    asset = kept(content, "holiday.gif")
    files = files_of(asset, tmp_path)
    extension = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "AVIF": "avif"}[kind]
    assert ("bare", extension) in files
    for (_variant, form), path in files.items():
        stored = path.read_bytes()
        assert kind_of(stored) == form
        assert b"Zx" not in stored
        assert b"script" not in stored
        with Image.open(path) as image:
            assert not {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp"} & set(image.info)
            assert dict(image.getexif()) == {}


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_exiftool_finds_no_place_serial_number_comment_or_text(kind: str, tmp_path: Path) -> None:
    def groups(paths: list[Path]) -> list[dict[str, str]]:
        command = ["exiftool", "-j", "-a", "-u", "-G1", *map(str, paths)]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    before = tmp_path.parent / f"before-{kind}"
    before.write_bytes(telling(kind))
    assert any("GPS" in name for name in groups([before])[0])
    asset = kept(telling(kind))
    for found in groups(list(files_of(asset, tmp_path).values())):
        told = [name for name in found if name.split(":")[0] not in KNOWN_GROUPS]
        assert told == [], found
        assert not [name for name in found if any(word in name for word in ("GPS", "Serial", "Comment", "ICC"))]


# What exiftool says of the file itself and of how its pixels are coded.
KNOWN_GROUPS = {
    "SourceFile",
    "ExifTool",
    "System",
    "File",
    "PNG",
    "JFIF",
    "RIFF",
    "Composite",
    "Meta",
    "Track1",
    "QuickTime",
}


@pytest.mark.parametrize(
    "trailer", [zipped(1000), b"<!DOCTYPE html>" + SCRIPT, b"ZxTrailer" * 1000], ids=["zip", "html", "text"]
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_polyglot_is_a_picture_alone(kind: str, trailer: bytes, tmp_path: Path) -> None:
    if kind == "AVIF":
        trailer = struct.pack(">I", len(trailer) + 8) + b"free" + trailer
    asset = kept(saved(drawing(), kind) + trailer)
    for path in files_of(asset, tmp_path).values():
        stored = path.read_bytes()
        assert trailer[8:40] not in stored
        if stored.startswith(b"\x89PNG"):
            assert stored.endswith(b"IEND\xaeB`\x82")
        if stored.startswith(b"\xff\xd8"):
            assert stored.endswith(b"\xff\xd9")


ODD: dict[str, tuple[Callable[[], bytes], tuple[int, int, int]]] = {
    "grey of 16 bits": (lambda: saved(Image.fromarray(np.full((8, 8), 0x8040, np.uint16)), "PNG"), (128, 128, 128)),
    "colours of 16 bits": (lambda: png(8, 8, deep=16), (0, 0, 0)),
    "two bits of grey": (lambda: png(8, 8, deep=2, colour=0), (0, 0, 0)),
    "black and white": (lambda: saved(Image.new("1", (8, 8), 1), "PNG"), (255, 255, 255)),
    "palette": (lambda: saved(Image.new("RGB", (8, 8), (200, 30, 40)).quantize(4), "PNG"), (200, 30, 40)),
    "palette, one colour transparent": (
        lambda: saved(Image.new("P", (8, 8), 0), "PNG", transparency=0),
        (255, 255, 255),
    ),
    "grey with transparency": (lambda: saved(Image.new("LA", (8, 8), (9, 0)), "PNG"), (255, 255, 255)),
    "one colour transparent": (
        lambda: saved(Image.new("RGB", (8, 8), (1, 2, 3)), "PNG", transparency=(1, 2, 3)),
        (255, 255, 255),
    ),
    "grey photo": (lambda: saved(Image.new("L", (8, 8), 77), "JPEG", quality=100), (77, 77, 77)),
    "cmyk of Adobe": (lambda: saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=100), (255, 0, 0)),
    "bad sum of IEND": (lambda: png(8, 8)[:-4] + b"abcd", (0, 0, 0)),
    "broken profile": (lambda: with_chunks(png(8, 8), chunk(b"iCCP", b"ICC\0\0notdeflated")), (0, 0, 0)),
    "profile of another kind": (
        lambda: saved(Image.new("L", (8, 8), 77), "JPEG", quality=100, icc_profile=wide_profile()),
        (77, 77, 77),
    ),
    "a text of 7 MB": (lambda: with_chunks(png(8, 8), chunk(b"tEXt", b"a\0" + b"b" * 7 * 2**20)), (0, 0, 0)),
    "250 texts": (lambda: with_chunks(png(8, 8), *[chunk(b"tEXt", b"a\0b")] * 250), (0, 0, 0)),
}


@pytest.mark.parametrize(("make", "colour"), ODD.values(), ids=ODD.keys())
def test_odd_pictures_show_what_they_show(make: Callable[[], bytes], colour: tuple[int, int, int]) -> None:
    shown = picture_of(kept(make())).getpixel((4, 4))
    assert max(abs(one - other) for one, other in zip(shown, colour, strict=True)) <= 2


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_transparency_is_kept_in_the_original_and_lies_on_white_in_previews(kind: str, tmp_path: Path) -> None:
    image = Image.new("RGBA", (40, 20), (200, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 20, 20))
    asset = kept(saved(image, kind, lossless=True) if kind == "WEBP" else saved(image, kind))
    original = bare_of(asset, tmp_path)
    assert original.mode == "RGBA"
    assert original.getpixel((5, 5))[3] < 5
    assert original.getpixel((35, 5))[3] > 250
    with Image.open(files_of(asset, tmp_path)["180", "webp"]) as preview:
        assert min(preview.convert("RGB").getpixel((5, 10))) > 240


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})], ids=["png", "webp"])
def test_what_has_no_loss_keeps_every_pixel(kind: str, options: dict[str, Any], tmp_path: Path) -> None:
    image = drawing(120, 90)
    again = bare_of(kept(saved(image, kind, **options)), tmp_path)
    assert again.convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_what_has_loss_loses_nothing_that_shows(kind: str, tmp_path: Path) -> None:
    content = saved(drawing(120, 90), kind)
    with Image.open(io.BytesIO(content)) as sent:
        before = np.asarray(sent.convert("RGB"), dtype=int)
    after = np.asarray(bare_of(kept(content), tmp_path).convert("RGB"), dtype=int)
    assert np.abs(before - after).mean() < 2.5


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_colours_are_those_that_the_profile_means(kind: str, tmp_path: Path) -> None:
    """The profile's red is blue: a reader that ignores it shows the wrong one."""
    options = {"lossless": True} if kind == "WEBP" else {"quality": 100} if kind == "JPEG" else {}
    sent = saved(Image.new("RGB", (16, 16), (255, 0, 0)), kind, icc_profile=wide_profile(), **options)
    red, _green, blue = bare_of(kept(sent), tmp_path).convert("RGB").getpixel((8, 8))
    assert blue > 200 > 60 > red


def test_what_is_srgb_already_keeps_every_pixel(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = drawing()
    assert picture_of(kept(saved(image, "PNG", icc_profile=profile))).tobytes() == image.tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_picture_is_kept_upright(kind: str) -> None:
    image = Image.new("RGB", (40, 20), "black")
    image.paste("white", (0, 0, 20, 20))
    # Pillow turns AVIF itself, by the box that its writer makes of the EXIF.
    asset = kept(saved(image, kind, exif=telling_exif(orientation=6)))
    assert (asset.width, asset.height) == (20, 40)
    assert min(picture_of(asset).getpixel((10, 5))) > 200


@pytest.mark.parametrize("channels", [[3], [0, 1, 2]], ids=["alpha", "colours"])
def test_a_recipe_hidden_in_the_lowest_bits_is_wiped_out(channels: list[int], tmp_path: Path) -> None:
    """As NovelAI hides it, column by column: it would outlive every coding without loss."""
    words = (b"stealth_pngcomp" if channels == [3] else b"stealth_rgbcomp") + struct.pack(">I", 64) + b"ZxPrompt"
    pixels = np.asarray(drawing(32, 32).convert("RGBA")).copy()
    pixels[..., channels] |= 1
    bits = np.unpackbits(np.frombuffer(words, np.uint8))
    flat = pixels.transpose(1, 0, 2)[..., channels].reshape(-1)
    flat[: len(bits)] = flat[: len(bits)] & 0xFE | bits
    pixels.transpose(1, 0, 2)[..., channels] = flat.reshape(32, 32, len(channels))
    image = Image.fromarray(pixels)
    asset = kept(saved(image, "PNG"))
    again = np.asarray(bare_of(asset, tmp_path).convert("RGBA"))
    assert np.abs(again.astype(int) - pixels).max() <= 1
    left = np.packbits(again.transpose(1, 0, 2)[..., channels].reshape(-1) & 1).tobytes()
    assert b"stealth" not in left
    assert b"ZxPrompt" not in left
