"""Colours that a file names by numbers (ITU-T H.273: PNG's cICP, AVIF's nclx) instead of a profile: that profile.

Wide gamuts are what phones and HDR screens write. Where a picture is brighter than paper is white (PQ, HLG), it is cut
off there: 203 cd/m² by ITU-R BT.2408.
"""

import struct
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SRGB = (1, 13)
_D65, _D50 = (0.3127, 0.3290), (0.3457, 0.3585)
# x and y of red, green and blue, and of white. Those of television in SD are nearly sRGB's, and are taken for them.
_PRIMARIES = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
}
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_PAPER_WHITE, _PQ_PEAK, _HLG_PEAK = 203.0, 10_000.0, 1_000.0
_ENTRIES = 4096


def profile_of(primaries: int, transfer: int) -> bytes | None:
    """An ICC profile of these code points; None where that is sRGB, or nothing that is known here."""
    curve, place = _CURVES.get(transfer, _srgb), primaries if primaries in _PRIMARIES else SRGB[0]
    if (curve, place) == (_srgb, SRGB[0]):
        return None
    colours = _colourants(place)
    tone = np.round(65535 * curve(np.linspace(0, 1, _ENTRIES)).clip(0, 1)).astype(">u2").tobytes()
    tags = [(b"wtpt", _xyz(_white(_D50)))]
    tags += [(name, _xyz(colours[:, channel])) for channel, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))]
    tags += [(name, b"curv" + struct.pack(">II", 0, _ENTRIES) + tone) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return _profile(tags)


def _srgb(signal: Floats) -> Floats:
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def _pq(signal: Floats) -> Floats:
    """SMPTE ST 2084, 1 for the white of paper."""
    root = signal ** (1 / 78.84375)
    light = (root - 0.8359375).clip(0, None) / (18.8515625 - 18.6875 * root)
    return light ** (1 / 0.1593017578125) * (_PQ_PEAK / _PAPER_WHITE)


def _hlg(signal: Floats) -> Floats:
    """ITU-R BT.2100 on a screen of 1,000 cd/m², each channel by itself; 1 for the white of paper."""
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12)
    return scene**1.2 * (_HLG_PEAK / _PAPER_WHITE)


# Those of television (1, 6, 14, 15) are shown as sRGB's, as browsers do.
_CURVES: dict[int, Callable[[Floats], Floats]] = {
    4: lambda signal: signal**2.2,
    5: lambda signal: signal**2.8,
    8: lambda signal: signal,
    16: _pq,
    18: _hlg,
}


def _colourants(primaries: int) -> Floats:
    """XYZ of red, green and blue as columns, for the white that profiles have (D50)."""
    *colours, white = _PRIMARIES[primaries]
    columns = np.array([_white(colour) for colour in colours]).T
    columns = columns * np.linalg.solve(columns, _white(white))
    scale = (_BRADFORD @ _white(_D50)) / (_BRADFORD @ _white(white))
    adapted: Floats = np.linalg.solve(_BRADFORD, scale[:, None] * (_BRADFORD @ columns))
    return adapted


def _white(place: tuple[float, float]) -> Floats:
    x, y = place
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _xyz(colour: Floats) -> bytes:
    return b"XYZ " + struct.pack(">I3i", 0, *(round(65536 * float(part)) for part in colour))


def _profile(tags: list[tuple[bytes, bytes]]) -> bytes:
    """ICC.1:2001-04: header, table of tags, their data."""
    table, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags:
        table += name + struct.pack(">II", start + len(data), len(content))
        data += content
    size = start + len(data)
    head = struct.pack(">I4sI4s4s4s12x4s", size, b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    return head.ljust(68, b"\0") + _xyz(_white(_D50))[8:].ljust(60, b"\0") + struct.pack(">I", len(tags)) + table + data
