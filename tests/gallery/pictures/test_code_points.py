"""Colours that a file names by numbers: PNG's cICP and AVIF's nclx become sRGB, as every screen shows them."""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from gallery.ingest import keep_sent, picture_of
from gallery.pictures.code_points import profile_of
from gallery.pictures.headers import avif
from tests.factories import make_user
from tests.gallery.pictures.files import chunk, saved, wide_profile, with_chunks

# From the primaries of linear light to sRGB's, as they are published for CSS Color 4.
TO_SRGB = {
    12: [[1.2249401, -0.2249402, 0.0], [-0.0420569, 1.0420571, 0.0], [-0.0196376, -0.0786361, 1.0982735]],
    9: [[1.6604910, -0.5876411, -0.0728499], [-0.1245505, 1.1328999, -0.0083494], [-0.0181508, -0.1005789, 1.1187297]],
}
COLOURS = [(200, 120, 90), (90, 160, 110), (60, 80, 200), (128, 128, 128), (255, 255, 255), (0, 0, 0)]


def linear(signal: Any) -> Any:
    signal = np.asarray(signal) / 255
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def coded(light: Any) -> Any:
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def strip(colours: list[tuple[int, int, int]]) -> Image.Image:
    """Squares of eight pixels, one beside the other."""
    image = Image.new("RGB", (8 * len(colours), 8))
    for number, colour in enumerate(colours):
        image.paste(colour, (8 * number, 0, 8 * number + 8, 8))
    return image


def named(image: Image.Image, kind: str, primaries: int, transfer: int, **options: Any) -> bytes:
    """A file whose header says which colours its numbers mean."""
    if kind == "PNG":
        return with_chunks(saved(image, "PNG", **options), chunk(b"cICP", bytes([primaries, transfer, 0, 1])))
    content = saved(image, "AVIF", quality=100, subsampling="4:4:4", **options)
    start = content.index(b"nclx") + 4
    return content[:start] + struct.pack(">HH", primaries, transfer) + content[start + 4 :]


@pytest.fixture
def shown(db: None, settings: Any, tmp_path: Path) -> Any:
    """What the site shows of a file: the colour in the middle of each square."""
    settings.MEDIA_ROOT = tmp_path

    def colours(content: bytes) -> list[tuple[int, int, int]]:
        image = picture_of(keep_sent(make_user(), io.BytesIO(content), len(content), "wide"))
        return [image.getpixel((8 * number + 4, 4)) for number in range(image.width // 8)]

    return colours


@pytest.mark.parametrize("kind", ["PNG", "AVIF"])
@pytest.mark.parametrize("primaries", [9, 12])
def test_a_wide_gamut_is_shown_as_it_is_meant(kind: str, primaries: int, shown: Any) -> None:
    wanted = coded(linear(COLOURS) @ np.array(TO_SRGB[primaries]).T)
    difference = np.abs(np.array(shown(named(strip(COLOURS), kind, primaries, 13))) - wanted)
    assert difference.max() <= (2 if kind == "PNG" else 8)


@pytest.mark.parametrize("transfer", [1, 2, 6, 13, 14])
@pytest.mark.parametrize("primaries", [1, 2, 6, 200])
def test_what_is_srgb_or_unknown_keeps_every_pixel(primaries: int, transfer: int) -> None:
    assert profile_of(primaries, transfer) is None


@pytest.mark.parametrize(("transfer", "paper_white", "grey"), [(16, 148, 92), (18, 191, 90)], ids=["pq", "hlg"])
def test_paper_is_white_however_bright_a_screen_can_be(transfer: int, paper_white: int, grey: int, shown: Any) -> None:
    """203 cd/m² by BT.2408 is 58 % of PQ's signal and 75 % of HLG's; what is brighter is as white."""
    squares = [(value,) * 3 for value in (0, grey, paper_white, 255)]
    black, middle, white, brighter = (colour[1] for colour in shown(named(strip(squares), "PNG", 9, transfer)))
    assert black <= 2
    assert 60 < middle < 160
    assert white >= 250
    assert brighter == 255


@pytest.mark.parametrize(("kind", "counts"), [("PNG", False), ("AVIF", True)])
def test_in_a_png_the_numbers_count_more_than_a_profile_and_in_avif_less(kind: str, counts: bool, shown: Any) -> None:
    """The profile's red is blue."""
    image = Image.new("RGB", (8, 8), (255, 0, 0))
    if kind == "PNG":
        content = named(image, "PNG", 1, 13, icc_profile=wide_profile())
    else:
        content = saved(image, "AVIF", quality=100, icc_profile=wide_profile())
    [(red, _green, blue)] = shown(content)
    assert (blue > red) is counts


def test_grey_has_no_gamut(shown: Any) -> None:
    assert shown(named(Image.new("L", (8, 8), 90), "PNG", 12, 13)) == [(90, 90, 90)]


def test_only_the_colours_of_the_picture_itself_count() -> None:
    """A gain map has a rendition for brighter screens beside the picture, and the colours of that."""

    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content) + 8) + kind + content

    size = box(b"ispe", struct.pack(">III", 0, 8, 8))
    bright, own = (box(b"colr", b"nclx" + struct.pack(">HHHB", *points, 0, 128)) for points in ((9, 16), (12, 13)))
    for long in (0, 1):
        places = struct.pack(">HB", 7, 2) + (b"\x01\x82" if not long else b"\0\x01\x80\x02")
        places += struct.pack(">HB", 8, 2) + (b"\x01\x83" if not long else b"\0\x01\x80\x03")
        whose = box(b"ipma", struct.pack(">II", long, 2) + places)
        properties = box(b"iprp", box(b"ipco", size + bright + own) + whose)
        meta = box(b"meta", bytes(4) + box(b"pitm", struct.pack(">IH", 0, 8)) + properties)
        facts = avif.walk(box(b"ftyp", b"avif") + meta + box(b"mdat", b""))
        assert (facts.code_points, facts.width) == ((12, 13), 8)


def test_the_profiles_are_whole() -> None:
    for points in ((9, 16), (11, 13), (12, 13), (1, 8), (1, 4), (9, 18), (1, 5)):
        profile = profile_of(*points)
        assert profile is not None
        assert struct.unpack(">I", profile[:4])[0] == len(profile)
        read = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
        assert read.xcolor_space == "RGB "
        # White is white: the three colours together are the white of profiles.
        white = np.sum([read.red_colorant[0], read.green_colorant[0], read.blue_colorant[0]], axis=0)
        assert np.abs(white - [0.9642, 1.0, 0.8249]).max() < 0.001
