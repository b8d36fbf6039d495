"""Writing an ONNX file: the few messages of its protobuf format that a plain feed-forward network needs.

Field numbers from onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3), wire format from
https://protobuf.dev/programming-guides/encoding. torch's own exporter needs two more packages for the same file.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

IR_VERSION, OPSET = 8, 17
FLOAT = 1  # TensorProto.DataType
_FLOAT_ATTRIBUTE, _INT_ATTRIBUTE, _INTS_ATTRIBUTE = 1, 2, 7  # AttributeProto.AttributeType

Attribute = int | float | Sequence[int]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _attribute(name: str, value: Attribute) -> bytes:
    head = _bytes(1, name)
    if isinstance(value, float):
        return head + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, _FLOAT_ATTRIBUTE)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, _INT_ATTRIBUTE)
    return head + b"".join(_number(8, each) for each in value) + _number(20, _INTS_ATTRIBUTE)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    """A float tensor's name and shape; a word stands for a side of any length."""
    sides = b"".join(_bytes(1, _bytes(2, side) if isinstance(side, str) else _number(1, side)) for side in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, FLOAT) + _bytes(2, sides)))


class OnnxGraph:
    """A graph that grows by one node a call; `save` writes it."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []
        self._count = 0

    def weight(self, values: np.ndarray) -> str:
        """Keep an array as float32; returns its name."""
        name = f"w{len(self._weights)}"
        raw = np.ascontiguousarray(values, "<f4").tobytes()
        shape = b"".join(_number(1, side) for side in values.shape)
        self._weights.append(shape + _number(2, FLOAT) + _bytes(8, name) + _bytes(9, raw))
        return name

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Attribute) -> str:
        """Add an operator; returns the name of its output."""
        self._count += 1
        result = output or f"x{self._count}"
        parts = [_bytes(1, each) for each in inputs]
        parts += [_bytes(2, result), _bytes(4, operator)]
        parts += [_bytes(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(b"".join(parts))
        return result

    def save(
        self, inputs: dict[str, Sequence[int | str]], outputs: dict[str, Sequence[int | str]], about: str
    ) -> bytes:
        """The file's content; inputs and outputs with their shapes, `about` for people who open it."""
        graph = b"".join(_bytes(1, node) for node in self._nodes) + _bytes(2, "tagger")
        graph += b"".join(_bytes(5, weight) for weight in self._weights)
        graph += b"".join(_bytes(11, _value(*each)) for each in inputs.items())
        graph += b"".join(_bytes(12, _value(*each)) for each in outputs.items())
        opset = _bytes(1, "") + _number(2, OPSET)
        return _number(1, IR_VERSION) + _bytes(2, "irodori") + _bytes(6, about) + _bytes(7, graph) + _bytes(8, opset)
