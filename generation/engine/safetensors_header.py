"""Read the header of a safetensors file before any library does, in bounded time and memory.

Format (https://github.com/huggingface/safetensors, "Format"): 8 bytes, the header's length as a little-endian
unsigned integer; that many bytes of JSON, `{"name": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}, …,
"__metadata__": {"key": "value", …}}`; then the tensors' bytes, without gaps, which the offsets count from 0.

The JSON is read entry by entry: what has too many of them is turned away at the first one too many, and no entry may
be longer or deeper than a tensor's can be.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_HEADER_BYTES = 16 * 2**20
MAX_METADATA_BYTES = 2**20
MAX_TENSORS = 20_000

BITS: dict[str, int] = {
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32,
    "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
"""Bits of one number, by the dtype's name."""

_METADATA = "__metadata__"
_SPACE = re.compile(r"[ \t\r\n]*")
# A tensor's entry holds no object; its shape and offsets are short.
_ENTRY = re.compile(r"\{[^{}]{0,4096}\}")
_DECODER = json.JSONDecoder()


class HeaderError(Exception):
    """Not a safetensors file that can be used.

    `reason`: header (not the format), header_size, tensor_count, metadata_size, dtype, shape, offsets, truncated
    (the file isn't as long as its header says), pickle or format (another kind of file under this name).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of a file: `shape` has no negative side; `begin` and `end` are bytes after the header."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says. `data_start`: where the tensors' bytes begin in the file."""

    tensors: dict[str, TensorInfo]
    metadata: dict[str, str]
    data_start: int

    @property
    def parameters(self) -> int:
        """How many numbers all tensors hold together."""
        return sum(math.prod(tensor.shape) for tensor in self.tensors.values())


def read_header(path: Path) -> Header:
    """Read and check the header of a safetensors file. Raises HeaderError, and OSError for an unreadable file."""
    with path.open("rb") as stream:
        start = stream.read(8)
        if foreign := foreign_format(start):
            raise HeaderError(foreign)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length < 2:
            raise HeaderError("header")
        size = stream.seek(0, 2)
        if length > MAX_HEADER_BYTES:
            # More than the whole file: these 8 bytes are no length, but the beginning of a text or of anything else.
            raise HeaderError("header_size" if length <= size - 8 else "header")
        stream.seek(8)
        raw = stream.read(length)
    if len(raw) < length:
        raise HeaderError("truncated")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise HeaderError("header") from None
    tensors: dict[str, TensorInfo] = {}
    metadata: dict[str, str] | None = None
    for name, value in _entries(text):
        if name == _METADATA:
            if metadata is not None:
                raise HeaderError("header")
            metadata = value
        elif name in tensors:
            raise HeaderError("header")
        else:
            tensors[name] = _tensor(value)
    if not tensors:
        raise HeaderError("header")
    _check_offsets(tensors, size - 8 - length)
    return Header(tensors, metadata or {}, 8 + length)


def foreign_format(start: bytes) -> str:
    """Name the kind of file that begins with these 8 bytes: pickle, format, or the empty string for neither.

    A torch archive is a ZIP file around a pickle; a bare pickle of protocol 2 to 5 starts with 0x80 and the protocol.
    """
    if start.startswith(b"PK\x03\x04") or (start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")):
        return "" if int.from_bytes(start, "little") <= MAX_HEADER_BYTES else "pickle"
    return "format" if start.startswith(b"GGUF") else ""


def _entries(text: str) -> Iterator[tuple[str, Any]]:
    """Yield names and values of the outermost object, one at a time."""
    at, closed = _skip(text, 0), False
    if text[at : at + 1] != "{":
        raise HeaderError("header")
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        at, closed = at + 1, True
    count = 0
    while not closed:
        name, at = _string(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise HeaderError("header")
        at = _skip(text, at + 1)
        if name == _METADATA:
            value, at = _metadata(text, at)
        else:
            count += 1
            if count > MAX_TENSORS:
                raise HeaderError("tensor_count")
            found = _ENTRY.match(text, at)
            if found is None:
                raise HeaderError("header")
            value, at = _json(found[0]), found.end()
        yield name, value
        at = _skip(text, at)
        if text[at : at + 1] not in (",", "}"):
            raise HeaderError("header")
        closed = text[at] == "}"
        at = _skip(text, at + 1)
    if at != len(text):
        raise HeaderError("header")


def _metadata(text: str, start: int) -> tuple[dict[str, str], int]:
    """Read an object of strings that begins at `start`; return it and where it ends."""
    if text[start : start + 1] != "{":
        raise HeaderError("header")
    # Read from a copy of what is allowed, so that a longer string is not even looked through.
    window = text[start : start + MAX_METADATA_BYTES + 1]
    values: dict[str, str] = {}
    try:
        at = _skip(window, 1)
        while window[at : at + 1] != "}":
            key, at = _string(window, at)
            at = _skip(window, at)
            if window[at : at + 1] != ":":
                raise HeaderError("header")
            values[key], at = _string(window, _skip(window, at + 1))
            at = _skip(window, at)
            if window[at : at + 1] == ",":
                at = _skip(window, at + 1)
            elif window[at : at + 1] != "}":
                raise HeaderError("header")
    except HeaderError:
        if len(text) - start > MAX_METADATA_BYTES:
            raise HeaderError("metadata_size") from None
        raise
    return values, start + at + 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _string(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise HeaderError("header")
    try:
        value, end = _DECODER.raw_decode(text, at)
    except ValueError:
        raise HeaderError("header") from None
    return str(value), end


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise HeaderError("header") from None


def _tensor(entry: Any) -> TensorInfo:
    dtype, shape, offsets = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not (isinstance(dtype, str) and dtype in BITS):
        raise HeaderError("dtype")
    if not (isinstance(shape, list) and all(_is_count(side) for side in shape)):
        raise HeaderError("shape")
    if not (isinstance(offsets, list) and len(offsets) == 2 and all(_is_count(offset) for offset in offsets)):
        raise HeaderError("offsets")
    if math.prod(shape) * BITS[dtype] != (offsets[1] - offsets[0]) * 8:
        raise HeaderError("shape")
    return TensorInfo(dtype, tuple(shape), offsets[0], offsets[1])


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _check_offsets(tensors: dict[str, TensorInfo], length: int) -> None:
    """The tensors must lie one after the other, without gap or overlap, up to the end of the file."""
    at = 0
    for begin, end in sorted((tensor.begin, tensor.end) for tensor in tensors.values()):
        if begin != at:
            raise HeaderError("offsets")
        at = end
    if at != length:
        raise HeaderError("truncated")
