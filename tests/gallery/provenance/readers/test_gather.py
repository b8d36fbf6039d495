"""Texts are found wherever a file can have them, repaired, and bounded."""

import gzip
import json
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gallery.provenance.readers import gather
from gallery.provenance.readers.allowance import TEXT_LIMIT
from tests.gallery.provenance.readers import files
from tests.gallery.provenance.readers.files import blocks_of, chunk, with_chunks


def text_chunk(keyword, text, encoding="latin-1"):
    return chunk(b"tEXt", keyword.encode() + b"\0" + text.encode(encoding))


def packed_chunk(keyword, body, kind=b"zTXt"):
    if kind == b"zTXt":
        return chunk(kind, keyword.encode() + b"\0\0" + zlib.compress(body))
    return chunk(kind, keyword.encode() + b"\0\1\0en\0\0" + zlib.compress(body))


def test_texts_keep_their_order_and_repeats():
    data = with_chunks(files.png(), text_chunk("a", "1"), text_chunk("b", "2"), text_chunk("a", "3"))
    data = with_chunks(data, text_chunk("late", "4"), after_pixels=True)
    assert blocks_of(data).texts == (("a", "1"), ("b", "2"), ("a", "3"), ("late", "4"))


def test_the_first_text_that_says_something_counts():
    blocks = blocks_of(with_chunks(files.png(), text_chunk("Prompt", " "), text_chunk("prompt", "x")))
    assert blocks.text("PROMPT") == "x"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_latin_1_and_utf_8_are_told_apart(encoding):
    assert blocks_of(with_chunks(files.png(), text_chunk("a", "café", encoding))).texts == (("a", "café"),)


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_packed_text_larger_than_pillow_takes_is_read(kind):
    body = b"wide " * 400_000
    data = with_chunks(files.png(), packed_chunk("workflow", body, kind), after_pixels=True)
    blocks = gather(image_without_texts(data), data)
    assert blocks.text("workflow") == body.decode()
    assert not blocks.cut


def image_without_texts(data):
    """The picture as a caller has it who opened the file with Pillow's limit raised."""
    before = PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 2**28
    try:
        image = Image.open(BytesIO(data))
        image.load()
        return image
    finally:
        PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY = before


def test_more_than_eight_megabytes_are_cut_and_named():
    data = with_chunks(
        files.png(),
        packed_chunk("first", b"a" * 6_000_000),
        packed_chunk("second", b"b" * 6_000_000),
        text_chunk("third", "c"),
    )
    blocks = gather(image_without_texts(data), data)
    assert sum(len(text) for _name, text in blocks.texts) == TEXT_LIMIT
    assert blocks.cut == ("second", "third")


def test_thirty_megabytes_of_plain_text_are_cut():
    data = with_chunks(files.png(), text_chunk("parameters", "x" * 30_000_000))
    blocks = blocks_of(data)
    assert (len(blocks.text("parameters")), blocks.cut) == (TEXT_LIMIT, ("parameters",))


def test_nothing_is_left_that_no_database_takes():
    data = with_chunks(files.png(), chunk(b"iTXt", b"a\0\0\0\0\0x\0y\xed\xa0\x80z"), chunk(b"tEXt", b"b\0p\0q"))
    blocks = blocks_of(data)
    text = json.dumps(blocks.to_dict(), ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode("utf-8")
    assert [name for name, _text in blocks.texts] == ["a", "b"]


@pytest.mark.parametrize("length", [0, 5, 40, 60, 100])
def test_truncated_files_are_no_obstacle(length):
    data = files.png({"parameters": "a prompt"})
    assert gather(files.picture(), data[:length]).width == 64


def test_a_chunk_longer_than_the_file_is_the_last():
    data = files.png()[:33] + struct.pack(">I", 2**31 - 1) + b"tEXtparameters\0half"
    assert gather(files.picture(), data).text("parameters") == "half"


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        (files.unicode_comment("plain words"), "plain words"),
        (files.unicode_comment("plain words", "le"), "plain words"),
        (files.unicode_comment("夜の灯台、赤い髪"), "夜の灯台、赤い髪"),
        (files.unicode_comment("夜の灯台、赤い髪", "le"), "夜の灯台、赤い髪"),
        (files.unicode_comment("夜の灯台 red", "le"), "夜の灯台 red"),
        (b"UNICODE\0" + "﻿с bom".encode("utf-16"), "с bom"),
        (b"UNICODE\0really utf-8", "really utf-8"),
        (b"UNICODE\0\xd8\x00\x00a\x00b", "ab"),
        (b"ASCII\0\0\0caf\xc3\xa9", "café"),
        (b"ASCII\0\0\0caf\xe9", "café"),
        (b"JIS\0\0\0\0\0" + "夜".encode("iso2022_jp"), "夜"),
        (b"JIS\0\0\0\0\0" + "夜".encode("shift_jis"), "夜"),
        (b"\0\0\0\0\0\0\0\0undefined", "undefined"),
        (b"no name at all", "no name at all"),
        ("夜".encode() * 3, "夜夜夜"),
    ],
    ids=[
        "be",
        "le",
        "be-japanese",
        "le-japanese",
        "le-mixed",
        "bom",
        "utf-8",
        "surrogate",
        "ascii-utf-8",
        "ascii-latin-1",
        "jis",
        "shift-jis",
        "undefined",
        "nameless",
        "nameless-utf-8",
    ],
)
def test_comments_are_read_in_every_encoding(comment, text):
    blocks = blocks_of(files.saved("JPEG", exif=files.exif(comment)))
    assert blocks.exif["UserComment"].lstrip("\ufeff") == text


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_xmp_and_exif_are_found_in_every_container(kind):
    data = files.saved(
        kind,
        xmp=files.described("<xmp:CreatorTool>x</xmp:CreatorTool>"),
        exif=files.exif(b"ASCII\0\0\0y", software="z"),
    )
    blocks = blocks_of(data)
    assert "CreatorTool" in blocks.xmp
    assert (blocks.exif["UserComment"], blocks.exif["Software"]) == ("y", "z")


def test_a_long_packet_of_a_jpeg_is_put_together():
    main = files.described("<dc:format>image/jpeg</dc:format>")
    more = files.described(
        f"<dc:description>{'word ' * 9_000}</dc:description>"
        "<Iptc4xmpExt:DigitalSourceType>x</Iptc4xmpExt:DigitalSourceType>"
    )
    blocks = blocks_of(files.extended_xmp_jpeg(main, more))
    assert "image/jpeg" in blocks.xmp
    assert more in blocks.xmp


def test_the_old_iptc_caption_is_found():
    assert blocks_of(files.iptc_jpeg("a caption, 夜")).caption == "a caption, 夜"


def test_broken_exif_says_nothing():
    data = files.saved(
        "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x92\x86\0\x07\xff\xff\xff\xff\xff\xff\xff\xff" * 20
    )
    assert blocks_of(data).exif == {}


@pytest.mark.parametrize("colours", [False, True])
def test_hidden_text_needs_its_exact_place(colours):
    data = files.stealth("a secret", colours=colours)
    assert blocks_of(data).stealth == "a secret"
    with Image.open(BytesIO(data)) as image:
        turned = image.transpose(Image.Transpose.TRANSPOSE)
        assert gather(turned, b"").stealth == ""


@pytest.mark.parametrize("length", [0, 1, 2**32 - 1, 96 * 80])
def test_a_hidden_text_with_a_wrong_length_is_none(length):
    assert blocks_of(files.stealth("a secret", length=length)).stealth == ""


def test_a_hidden_bomb_is_cut():
    packed = gzip.compress(b"0" * 50_000_000)
    blocks = blocks_of(files.stealth("", payload=packed, size=(1024, 1024)))
    assert len(blocks.stealth) == TEXT_LIMIT
    assert blocks.cut == ("stealth",)


def test_hidden_rubbish_is_none():
    assert blocks_of(files.stealth("", payload=b"\x1f\x8b not gzip")).stealth == ""


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_pixels_that_end_too_soon_hide_nothing(kind):
    data = files.stealth("a secret", kind=kind)
    image = Image.open(BytesIO(data[: len(data) // 2] + b"\0" * (len(data) // 2)))
    assert gather(image, data).stealth == ""


def test_a_lossy_picture_is_not_searched_for_hidden_text():
    class Untouched(Image.Image):
        format = "JPEG"
        _mode = "RGB"
        _size = (4, 4)

        def crop(self, *arguments):
            raise AssertionError("pixels were looked at")

    assert gather(Untouched(), b"").stealth == ""


def test_one_pixel_and_one_column_are_enough_to_look():
    for size in ((1, 1), (1, 300), (300, 1)):
        image = Image.fromarray(np.zeros((size[1], size[0], 4), np.uint8))
        assert gather(image, b"").stealth == ""
