"""What is made from a picture's pixels, and what a file's beginning says it is."""

import base64

import pytest
from PIL import Image

from gallery.pictures.headers import inspect
from gallery.pictures.kinds import kind_of, other_kind_of
from gallery.pictures.limits import MAX_PIXELS, MEMORY_BYTES, PIXELS_OF
from gallery.pictures.pixels import on_white, pixel_sha256
from gallery.pictures.refusals import PictureRefused
from gallery.pictures.thumbhash import thumbhash
from gallery.pictures.variants import blurred, variant_images, variant_names
from tests.gallery.pictures.files import drawing, saved, webp, webp_chunks


@pytest.mark.parametrize(
    ("size", "expected"),
    [((96, 64), "3wcKRZpydodwhYhomHeHeJCTCPd4"), ((50, 50), "oAcOFxpwd3dweHiHh3eHd3h3R07vgI8H")],
    ids=["landscape", "square"],
)
def test_a_thumbhash_is_the_one_that_others_compute(size: tuple[int, int], expected: str) -> None:
    """As the package thumbhash-python computes it of the same pixels."""
    assert thumbhash(drawing(*size)) == expected


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (300, 200)], ids=str)
def test_a_thumbhash_fits_into_its_column(size: tuple[int, int]) -> None:
    """24 bits of averages first: light in the lowest six, here of a picture that is all white."""
    made = thumbhash(Image.new("RGB", size, "white"))
    assert len(made) <= 40
    assert base64.b64decode(made)[0] & 63 == 63


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ((64, 48), ["180", "b360"]),
        ((360, 100), ["180", "360", "b360"]),
        ((850, 850), ["180", "360", "720", "b360"]),
        ((851, 20), ["180", "360", "720", "sample", "b360"]),
        ((4000, 3000), ["180", "360", "720", "sample", "b360"]),
    ],
    ids=str,
)
def test_a_picture_has_the_variants_that_are_not_larger(size: tuple[int, int], names: list[str]) -> None:
    assert variant_names(*size) == names
    made = dict(variant_images(Image.new("RGB", size)))
    assert list(made) == names
    sides = {"180": 180, "360": 360, "720": 720, "sample": 850, "b360": 360}
    assert {name: max(image.size) for name, image in made.items()} == {
        name: min(sides[name], max(size)) for name in names
    }


def test_a_large_picture_shrinks_to_what_a_small_one_of_it_would() -> None:
    large = dict(variant_images(drawing(4000, 2000)))["180"]
    small = drawing(180, 90)
    assert all(abs(large.getpixel((x, 45))[0] - small.getpixel((x, 45))[0]) < 8 for x in range(10, 170))


def test_no_letter_survives_the_blur() -> None:
    """Two pictures with other letters on the same ground can't be told apart by more than a shade."""
    from PIL import ImageDraw

    made = []
    for word in ("SECRET", "PUBLIC"):
        image = Image.new("RGB", (800, 600), "white")
        ImageDraw.Draw(image).text((100, 250), word, fill="black", font_size=120)
        made.append(blurred(image).convert("L"))
    assert max(abs(one - other) for one, other in zip(*(image.tobytes() for image in made), strict=True)) < 40


def test_a_hash_is_of_width_height_and_pixels_on_white() -> None:
    image = Image.new("RGBA", (3, 700), (9, 9, 9, 0))
    assert pixel_sha256(on_white(image)) == pixel_sha256(Image.new("RGB", (3, 700), "white"))
    assert pixel_sha256(Image.new("RGB", (3, 700))) != pixel_sha256(Image.new("RGB", (700, 3)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("size", [(1, 1), (7, 20), (300, 200)], ids=str)
def test_headers_tell_the_size(kind: str, size: tuple[int, int]) -> None:
    facts = inspect(saved(Image.new("RGB", size, "red"), kind))
    assert (facts.width, facts.height, facts.frames) == (*size, 1)


def test_headers_tell_a_lossless_webp_from_others() -> None:
    image = drawing()
    assert inspect(saved(image, "WEBP", lossless=True)).pixel_exact
    plain = inspect(saved(image, "WEBP"))
    assert (plain.lossless, plain.pixel_exact) == (False, False)
    clear = image.convert("RGBA")
    clear.putalpha(120)
    assert (inspect(saved(clear, "WEBP")).lossless, inspect(saved(clear, "WEBP")).pixel_exact) == (True, False)
    assert webp(*webp_chunks(saved(clear, "WEBP"))) == saved(clear, "WEBP"), "the test's own reader agrees"


def test_the_formats_that_take_much_memory_may_have_fewer_pixels() -> None:
    assert PIXELS_OF["png"] == PIXELS_OF["jpg"] == MAX_PIXELS == 40_000_000
    assert all(20 * PIXELS_OF[kind] < MEMORY_BYTES for kind in ("webp lossless", "avif"))
    with pytest.raises(PictureRefused) as caught:
        inspect(saved(Image.new("L", (5300, 5300)), "WEBP", method=0))
    assert caught.value.params == {"megapixels": "28.1", "limit": 28, "kind": "WebP"}


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (b"GIF89a", "GIF"),
        (b"II*\0", "TIFF"),
        (b"%!PS-Adobe", "PostScript"),
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04", "ZIP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isom", "MP4"),
        (b"\xef\xbb\xbf \n<svg>", "SVG"),
        (b"<?xml version='1.0'?><!-- a --><svg>", "SVG"),
        (b"<html><body>", "HTML"),
        (b"<!doctype HTML>", "HTML"),
        (b"prompt < 3", ""),
        (b"", ""),
    ],
    ids=str,
)
def test_what_is_not_taken_has_a_name(beginning: bytes, name: str) -> None:
    assert kind_of(beginning) is None
    assert other_kind_of(beginning) == name
