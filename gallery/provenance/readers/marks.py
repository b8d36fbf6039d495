"""What a file itself declares about its origin, in fields made for that: IPTC's source type, China's AIGC label.

Vocabulary: IPTC NewsCodes `digitalsourcetype`; GB 45438-2025, appendix E (`Label` 1 is, 2 may be, 3 is suspected to be
generated). Anybody can write such a field: it is a claim, and weighs as one.
"""

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from gallery.provenance.readers.blocks import Blocks
from gallery.provenance.readers.text import read_object
from gallery.provenance.readers.xmp_properties import IPTC_EXT, TC260, xmp_properties

LEVELS: dict[str, str] = {
    "trainedAlgorithmicMedia": "generated",
    "compositeWithTrainedAlgorithmicMedia": "composite",
    "compositeSynthetic": "composite",
    "algorithmicallyEnhanced": "assisted",
    "humanEdits": "human",
    "minorHumanEdits": "human",
    "digitalArt": "human",
    "digitalCreation": "human",
    "digitalCapture": "human",
    "computationalCapture": "human",
    "multiFrameComputationalCapture": "human",
    "compositeCapture": "human",
    "negativeFilm": "human",
    "positiveFilm": "human",
    "print": "human",
    # Whether a model had a part in these they don't say: fractals, screenshots, collages of anything.
    "algorithmicMedia": "unknown",
    "composite": "unknown",
    "dataDrivenMedia": "unknown",
    "screenCapture": "unknown",
    "virtualRecording": "unknown",
    "softwareImage": "unknown",
}
"""The `AiLevel` that each source type speaks for."""

_STRENGTH = ("generated", "composite", "assisted", "human", "unknown")
_PACKET_TYPE = re.compile(r"cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]{3,60})\b")
_LABELS = {"1": "generated", "2": "unknown", "3": "unknown"}
_LONGEST = 200
_LONGEST_MARK = 20_000


@dataclass(frozen=True)
class SourceMark:
    """A claim: its `standard` ("iptc" or "tc260"), its `value` in that standard's words, the `level` it speaks for
    (a value of `AiLevel`), and who it says made the picture, where it does."""

    standard: str
    value: str
    level: str
    producer: str = ""

    def to_dict(self) -> dict[str, Any]:
        """A dictionary for JSON."""
        return asdict(self)


def declared_source(blocks: Blocks) -> SourceMark | None:
    """The claim that says most of a model's part, None where a file makes none.

    A word that no standard has is no claim.
    """
    properties = xmp_properties(blocks.xmp)
    marks = [mark for value in _source_types(blocks.xmp, properties) if (mark := _iptc(value))]
    texts = [
        *properties.get(f"{TC260}AIGC", []),
        blocks.text("AIGC"),
        blocks.exif.get("UserComment", ""),
        blocks.exif.get("ImageDescription", ""),
    ]
    marks += [mark for text in texts if (mark := _tc260(text))]
    return min(marks, key=lambda mark: _STRENGTH.index(mark.level), default=None)


def claims_of(blocks: Blocks) -> Blocks:
    """Blocks in which `declared_source` reads the same claim, and that hold nothing else: what a site keeps of a file's
    texts beside what a reader understood. A photo's tell of cameras, places and people."""
    mark = declared_source(blocks)
    bare = Blocks(width=blocks.width, height=blocks.height)
    if mark is None:
        return bare
    if mark.standard == "iptc":
        return replace(bare, xmp=f"http://cv.iptc.org/newscodes/digitalsourcetype/{mark.value}")
    said = {"Label": mark.value, "ContentProducer": mark.producer}
    return replace(bare, texts=(("AIGC", json.dumps(said, ensure_ascii=False)),))


def _source_types(packet: str, properties: dict[str, list[str]]) -> list[str]:
    named = properties.get(f"{IPTC_EXT}DigitalSourceType", []) + properties.get(f"{IPTC_EXT}digitalsourcetype", [])
    # A packet that is no XML, or has the field inside another structure, still holds the address.
    return named or _PACKET_TYPE.findall(packet[:1_000_000])[:20]


def _iptc(value: str) -> SourceMark | None:
    word = value.rstrip("/").rpartition("/")[2].strip()
    known = next((name for name in LEVELS if name.lower() == word.lower()), None)
    return SourceMark("iptc", known, LEVELS[known]) if known else None


def _tc260(text: str) -> SourceMark | None:
    # Pages ask for this too: what is longer is a graph or worse, and takes a second to be read.
    said = read_object(text) if len(text) <= _LONGEST_MARK else None
    if said is None:
        return None
    inner = said.get("AIGC")
    label = read_object(inner) if isinstance(inner, str) else inner if isinstance(inner, dict) else said
    if not isinstance(label, dict) or not ({"ContentProducer", "ProduceID", "ContentPropagator"} & label.keys()):
        return None
    value = str(label.get("Label", "")).strip()
    if value not in _LABELS:
        return None
    return SourceMark("tc260", value, _LABELS[value], str(label.get("ContentProducer") or "")[:_LONGEST])
