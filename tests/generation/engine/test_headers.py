"""Crafted and damaged safetensors headers are turned away before any library reads them."""

import json
import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from generation.engine import safetensors_header
from generation.engine.safetensors_header import BITS, HeaderError, read_header

ONE = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


def write(path: Path, header: bytes | dict[str, Any], data: int = 8, length: int | None = None) -> Path:
    """Write a file with any header, and `data` zero bytes after it."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(raw) if length is None else length).to_bytes(8, "little") + raw + bytes(data))
    return path


def test_a_header_says_what_the_library_says(tmp_path: Path) -> None:
    tensors = {"b": torch.ones(2, 3), "a": torch.ones(4, dtype=torch.float16), "none": torch.ones(0, 5)}
    save_file(tensors, tmp_path / "x.safetensors", {"modelspec.title": 'Föö {"nested": [1]}'})
    header = read_header(tmp_path / "x.safetensors")
    assert {name: (info.dtype, info.shape) for name, info in header.tensors.items()} == {
        "b": ("F32", (2, 3)),
        "a": ("F16", (4,)),
        "none": ("F32", (0, 5)),
    }
    assert header.metadata == {"modelspec.title": 'Föö {"nested": [1]}'}
    assert header.parameters == 10
    assert header.data_start + 6 * 4 + 4 * 2 == (tmp_path / "x.safetensors").stat().st_size


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.bfloat16, torch.float8_e4m3fn])
def test_every_dtype_that_torch_writes_is_known(dtype: torch.dtype, tmp_path: Path) -> None:
    save_file({"a": torch.zeros(3, dtype=dtype)}, tmp_path / "x.safetensors")
    assert read_header(tmp_path / "x.safetensors").tensors["a"].dtype in BITS


@pytest.mark.parametrize(
    ("header", "data", "reason"),
    [
        (b"", 0, "header"),
        (b"{}", 0, "header"),
        (b"[]", 0, "header"),
        (b"\xff\xfe{}", 0, "header"),
        (b'{"a": 1}', 8, "header"),
        (b'{"a": {"dtype": "F32"', 8, "header"),
        (b'{"a": null, }', 8, "header"),
        ({"a": ONE} | {"__metadata__": {"key": 1}}, 8, "header"),
        ({"a": ONE} | {"__metadata__": []}, 8, "header"),
        (b'{"a": %b, "a": %b}' % ((json.dumps(ONE).encode(),) * 2), 8, "header"),
        (json.dumps({"a": ONE}).encode() + b"{}", 8, "header"),
        ({"a": ONE | {"dtype": "F7"}}, 8, "dtype"),
        ({"a": ONE | {"dtype": ["F32"]}}, 8, "dtype"),
        ({"a": ONE | {"shape": [-2]}}, 8, "shape"),
        ({"a": ONE | {"shape": [-1, -2]}}, 8, "shape"),
        ({"a": ONE | {"shape": [2.0]}}, 8, "shape"),
        ({"a": ONE | {"shape": [True, 2]}}, 8, "shape"),
        ({"a": ONE | {"shape": "2"}}, 8, "shape"),
        ({"a": ONE | {"shape": [3]}}, 8, "shape"),
        ({"a": ONE | {"shape": [2**62, 2**62]}}, 8, "shape"),
        ({"a": ONE | {"shape": [2**70]}}, 8, "shape"),
        ({"a": ONE | {"data_offsets": [8, 0]}}, 8, "shape"),
        ({"a": ONE | {"data_offsets": [-8, 0]}}, 8, "offsets"),
        ({"a": ONE | {"data_offsets": [0]}}, 8, "offsets"),
        ({"a": ONE | {"data_offsets": None}}, 8, "offsets"),
        ({"a": ONE, "b": ONE}, 8, "offsets"),
        ({"a": ONE, "b": ONE | {"data_offsets": [4, 12]}}, 12, "offsets"),
        ({"a": ONE, "b": ONE | {"data_offsets": [16, 24]}}, 24, "offsets"),
        ({"a": ONE | {"data_offsets": [8, 16]}}, 16, "offsets"),
        ({"a": ONE}, 7, "truncated"),
        ({"a": ONE}, 9, "truncated"),
        ({"a": ONE, "b": ONE | {"data_offsets": [8, 16]}}, 8, "truncated"),
        (b'{"a": ' + b"[" * 4000 + b"]" * 4000 + b"}", 8, "header"),
        (b'{"a": {"dtype": ' + b"[" * 4000 + b"]" * 4000 + b"}}", 8, "header"),
        (b'{"a": {"shape": [' + b"1," * 10_000 + b"1]}}", 8, "header"),
    ],
)  # fmt: skip
def test_a_wrong_header_is_refused_with_its_reason(header: Any, data: int, reason: str, tmp_path: Path) -> None:
    with pytest.raises(HeaderError) as refused:
        read_header(write(tmp_path / "x.safetensors", header, data))
    assert refused.value.reason == reason


def test_a_file_cut_within_its_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HeaderError) as refused:
        read_header(write(tmp_path / "x.safetensors", {"a": ONE}, 0, length=4000))
    assert refused.value.reason == "truncated"


MANY = b"{" + b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % n for n in range(250_000)) + b"}"


@pytest.mark.parametrize(
    ("header", "length", "reason"),
    [
        (b"{}", 2**62, "header"),
        (b"{}", 17 * 2**20, "header"),
        (MANY, None, "tensor_count"),
        (b"{" + b",".join(b'"%d":{}' % n for n in range(10)) + b"," * 10**6, None, "dtype"),
        (b'{"__metadata__":{"a":"' + b"x" * (2 * 2**20) + b'"}}', None, "metadata_size"),
        (b'{"__metadata__":{' + b",".join(b'"%d":"x"' % n for n in range(150_000)) + b"}}", None, "metadata_size"),
        (b'{"__metadata__":{"a":' + b"[" * 10**7, None, "metadata_size"),
        (b'{"a":' + b"[" * 10**7, None, "header"),
        (b'{"a":' + b"[[]," * 10**6, None, "header"),
        (b'{"a":{' + b'"b":[],' * 10**6, None, "header"),
        (b'{"' + b"\\u0000" * 10**6 + b'":1}', None, "header"),
        (b" " * 10**7, None, "header"),
    ],
)  # fmt: skip
def test_a_crafted_header_costs_little_memory(header: bytes, length: int | None, reason: str, tmp_path: Path) -> None:
    path = write(tmp_path / "x.safetensors", header, 0, length)
    tracemalloc.start()
    try:
        with pytest.raises(HeaderError) as refused:
            read_header(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.reason == reason
    # The bytes, the text, and no more than twenty thousand small entries.
    assert peak < 3 * min(len(header), safetensors_header.MAX_HEADER_BYTES) + 20 * 2**20


def test_an_80_mb_header_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with path.open("wb") as stream:
        stream.write((80 * 10**6).to_bytes(8, "little"))
        stream.truncate(80 * 10**6 + 8)
    tracemalloc.start()
    try:
        with pytest.raises(HeaderError) as refused:
            read_header(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()
    assert refused.value.reason == "header_size"


def test_as_many_tensors_and_as_much_metadata_as_allowed_are_read(tmp_path: Path) -> None:
    entries = {str(n): {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for n in range(20_000)}
    header = read_header(write(tmp_path / "x.safetensors", {"__metadata__": {"a": "{" * 1_000_000}} | entries, 0))
    assert (len(header.tensors), len(header.metadata["a"])) == (20_000, 1_000_000)


def test_another_kind_of_file_under_this_name_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(pickle.dumps({"state_dict": [1, 2, 3]}))
    with pytest.raises(HeaderError, match="pickle"):
        read_header(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", "x")
    with pytest.raises(HeaderError, match="pickle"):
        read_header(path)
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(HeaderError, match="format"):
        read_header(path)
