"""The ZIP is a stranger's: what is no copy, or not safe to read, is refused as a whole and leaves nothing behind."""

import io
import json
import secrets
import struct
import zipfile
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from gallery.errors import Invalid
from generation.imports import archive
from generation.imports.archive import opened
from tests.generation.imports.copies import FORMAT, packed, table

GOOD = {"takes.json": table([])}


def refused(tmp_path: Path, content: bytes) -> str:
    """The code of the sentence."""
    path = tmp_path / "copy.zip"
    path.write_bytes(content)
    with pytest.raises(Invalid) as refusal, opened(path):
        pass
    assert refusal.value.message
    return refusal.value.code


def with_entry(info: ZipInfo | str, content: bytes = b"x") -> bytes:
    out = io.BytesIO(packed(GOOD))
    with ZipFile(out, "a") as there:
        there.writestr(info, content)
    return out.getvalue()


def link() -> ZipInfo:
    info = ZipInfo("takes/1.png")
    info.external_attr = 0o120777 << 16
    return info


def encrypted() -> bytes:
    content = bytearray(packed(GOOD))
    # The flag in the list of entries; nothing of it is encrypted.
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


def twice() -> bytes:
    out = io.BytesIO(packed(GOOD))
    with ZipFile(out, "a") as there, pytest.warns(UserWarning, match="Duplicate"):
        there.writestr("takes.json", b"[]")
    return out.getvalue()


def many(count: int) -> bytes:
    """An end record that speaks of so many entries."""
    content = bytearray(packed(GOOD))
    content[-22 + 8 : -22 + 12] = struct.pack("<HH", count, count)
    return bytes(content)


def bomb() -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as there:
        there.writestr("takes.json", b"[" + b" " * 60_000_000)
    return out.getvalue()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "takes/../../x", "a\\b", "C:evil", "x" * 300])
def test_names_that_lead_out_refuse_it_all(tmp_path, name):
    assert refused(tmp_path, with_entry(name)) == "bring_unsafe_name"


def test_links_refuse_it_all(tmp_path):
    assert refused(tmp_path, with_entry(link(), b"/etc/passwd")) == "bring_unsafe_name"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bring_no_zip"),
        (b"PK", "bring_no_zip"),
        (b"x" * 500, "bring_no_zip"),
        (packed(GOOD) + b"behind", "bring_no_zip"),
        (packed(GOOD)[:-30], "bring_no_zip"),
        (packed(GOOD, format="other"), "bring_no_copy"),
        (packed(GOOD, files=7), "bring_no_copy"),
        (packed(GOOD, version=2), "bring_version"),
        (packed(GOOD, version="1"), "bring_version"),
        (packed(GOOD, version=True), "bring_version"),
        (packed(GOOD, changed={"takes.json": table([{"id": 1}])}), "bring_damaged"),
        (packed(GOOD, files={}), "bring_damaged"),
    ],
)
def test_what_is_no_copy_says_so(tmp_path, content, code):
    assert refused(tmp_path, content) == code


def test_a_zip_without_a_manifest_is_none(tmp_path):
    out = io.BytesIO()
    with ZipFile(out, "w") as there:
        there.writestr("takes.json", b"[]")
    assert refused(tmp_path, out.getvalue()) == "bring_no_copy"


@pytest.mark.parametrize("text", [b"[" * 100_000, b"nonsense", b'{"format": NaN}', b"\xff\xfe", b"1" * 5000])
def test_a_manifest_that_is_no_json_is_none(tmp_path, text):
    out = io.BytesIO()
    with ZipFile(out, "w") as there:
        there.writestr("manifest.json", text)
    assert refused(tmp_path, out.getvalue()) == "bring_no_copy"


def test_encrypted_entries_refuse_it(tmp_path):
    assert refused(tmp_path, encrypted()) == "bring_no_copy"


def test_two_entries_of_one_name_refuse_it(tmp_path):
    assert refused(tmp_path, twice()) == "bring_twice"


def test_a_bomb_is_not_unpacked(tmp_path):
    assert refused(tmp_path, bomb()) == "bring_bomb"


def test_many_middling_entries_are_a_bomb_too(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "SPARE_BYTES", 0)
    files = {f"{number}.json": b"ab" * 100_000 for number in range(20)}
    assert refused(tmp_path, packed(files)) == "bring_bomb"


def test_a_list_of_very_many_entries_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_ENTRIES", 1000)

    def never(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("its list of entries was read")

    monkeypatch.setattr(archive, "ZipFile", never)
    assert refused(tmp_path, many(65_000)) == "bring_too_many"


def test_a_zip64_that_promises_more_than_is_there_is_not_read(tmp_path):
    content = packed(GOOD)
    end = content[-22:]
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 2**40, 2**40, 2**40, 0)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, len(content) - 22, 1)
    assert refused(tmp_path, content[:-22] + record + locator + end) == "bring_too_many"


def test_a_zip64_whose_locator_leads_elsewhere_is_not_read(tmp_path, monkeypatch):
    # Pythons since 3.11.14 follow it, others look before it: both have to find the same.
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    content = bytearray(packed(GOOD))
    content[-42 + 8 : -42 + 16] = struct.pack("<Q", 4)
    assert refused(tmp_path, bytes(content)) == "bring_no_zip"


def test_the_real_zip64_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    content = packed(GOOD)
    assert b"PK\x06\x07" in content
    path = tmp_path / "copy.zip"
    path.write_bytes(content)
    with opened(path) as there:
        assert there.account == "mika"


@pytest.mark.parametrize("long", [300, 3000, 2999, 9000])
def test_a_line_that_is_too_long_is_passed_by_and_the_rest_is_read(tmp_path, monkeypatch, long):
    monkeypatch.setattr(archive, "MAX_LINE_BYTES", 1000)
    path = tmp_path / "copy.zip"
    rows = [{"id": 1}, {"id": 2, "note": secrets.token_hex(long)}, {"id": 3}]
    path.write_bytes(packed({"takes.json": table(rows)}))
    with opened(path) as there:
        assert [found and found["id"] for found in there.rows("takes.json")] == [1, 2 if long == 300 else None, 3]


def test_a_line_without_end_is_no_row(tmp_path):
    path = tmp_path / "copy.zip"
    line = json.dumps([{"id": 1, "note": secrets.token_hex(archive.MAX_LINE_BYTES)}]).encode()
    path.write_bytes(packed({"takes.json": line}))
    with opened(path) as there:
        assert list(there.rows("takes.json")) == [None]


def test_more_rows_than_there_can_be_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_ENTRIES", 10)
    path = tmp_path / "copy.zip"
    path.write_bytes(packed({"takes.json": table([{"id": 1}] * 50)}))
    with opened(path) as there, pytest.raises(Invalid):
        list(there.rows("takes.json"))


def test_a_picture_that_was_changed_is_told_from_a_good_one(tmp_path):
    path = tmp_path / "copy.zip"
    path.write_bytes(packed(GOOD | {"takes/1.png": b"one", "takes/2.png": b"two"}, changed={"takes/1.png": b"eno"}))
    with opened(path) as there:
        assert there.content(there.picture("takes", 2)) == b"two"
        with pytest.raises(Invalid, match="changed or damaged"):
            there.content(there.picture("takes", 1))
        assert there.picture("takes", 3) == ""


def test_a_flipped_bit_is_found(tmp_path):
    content = bytearray(packed({"takes.json": table([{"id": 1}])}))
    place = content.index(b"takes.json") + len(b"takes.json") + 3
    content[place] ^= 0x40
    assert refused(tmp_path, bytes(content)) in {"bring_damaged", "bring_no_zip"}


def test_the_layout_is_the_one_that_is_written():
    assert (FORMAT, ZIP_STORED) == ("irodori-account", 0)
