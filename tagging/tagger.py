"""The bundled tagger at work: a picture in, tags out; and the honest answer that a picture is of another kind.

Needs NumPy, Pillow and onnxruntime, no torch and no Django. Its two files, ``tagger.onnx`` and ``tagger.json``, are
made by `generation.bundled.tagger`, where thresholds and groups in the JSON file are explained.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

logger = logging.getLogger(__name__)

SIDE = 128
WEIGHTS, FACTS = "tagger.onnx", "tagger.json"


@dataclass(frozen=True)
class KnownTag:
    """A tag of the tagger's vocabulary.

    From the confidence ``suggest`` on the tag is suggested (None: never, its suggestions would be wrong too often);
    below ``unseen`` hardly any picture has it. Of a ``group`` a picture shows at most one tag.
    """

    name: str
    group: str | None
    suggest: float | None
    unseen: float


@dataclass(frozen=True)
class Facts:
    """``tagger.json``: the tags in the order of the outputs, what follows from what, the least ``own_kind``."""

    tags: tuple[KnownTag, ...]
    implies: dict[str, tuple[str, ...]]
    own_kind: float


@dataclass(frozen=True)
class Suggestions:
    """What the tagger makes of one picture.

    ``tags`` are suggested, the surest first, with confidences from 0 to 1; ``unseen`` are tags it knows and is quite
    sure not to see. Both are empty where ``is_own_kind`` is False: ``own_kind``, from 0 to 1, is then too low.
    """

    tags: list[tuple[str, float]]
    unseen: frozenset[str]
    own_kind: float
    is_own_kind: bool


def read_facts(folder: Path) -> Facts:
    """Read ``tagger.json``; raises ``OSError``, ``ValueError``, ``KeyError`` or ``TypeError`` for a broken one."""
    content = json.loads((folder / FACTS).read_text("utf-8"))
    return Facts(
        tags=tuple(KnownTag(**tag) for tag in content["tags"]),
        implies={name: tuple(others) for name, others in content["implies"].items()},
        own_kind=float(content["own_kind"]),
    )


def prepare(image: Image.Image) -> np.ndarray:
    """Any picture as float32 1 x 3 x 128 x 128 in [-1, 1]: scaled to fit, grey bars where it is not square."""
    whole = image.convert("RGB")
    scale = SIDE / max(whole.size)
    size = tuple(max(1, round(side * scale)) for side in whole.size)
    if whole.size != size:
        whole = whole.resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=3)
    square = np.zeros((SIDE, SIDE, 3), np.float32)
    top, left = (SIDE - whole.height) // 2, (SIDE - whole.width) // 2
    square[top : top + whole.height, left : left + whole.width] = np.asarray(whole, np.float32) / 127.5 - 1
    return np.ascontiguousarray(square.transpose(2, 0, 1)[None])


def decide(facts: Facts, confidences: np.ndarray) -> Suggestions:
    """From the network's outputs (one per tag and the kind's, all from 0 to 1) to what is said about the picture.

    Of a group only its strongest tag can be suggested; what follows from a suggested tag is suggested with it.
    """
    own_kind = float(confidences[-1])
    if own_kind < facts.own_kind:
        return Suggestions([], frozenset(), own_kind, is_own_kind=False)
    sure = {tag.name: float(value) for tag, value in zip(facts.tags, confidences[:-1], strict=True)}
    strongest: dict[str, str] = {}
    for tag in facts.tags:
        if tag.group and sure[tag.name] > sure.get(strongest.get(tag.group, ""), 0.0):
            strongest[tag.group] = tag.name
    found: dict[str, float] = {}
    for tag in facts.tags:
        if tag.suggest is None or sure[tag.name] < tag.suggest:
            continue
        if tag.group and strongest[tag.group] != tag.name:
            continue
        for name in (tag.name, *facts.implies.get(tag.name, ())):
            found[name] = max(found.get(name, 0.0), sure[tag.name])
    unseen = frozenset(tag.name for tag in facts.tags if sure[tag.name] < tag.unseen and tag.name not in found)
    ordered = sorted(found.items(), key=lambda pair: -pair[1])
    return Suggestions(ordered, unseen, own_kind, is_own_kind=True)


class Tagger:
    """The network of one folder, loaded at construction; any thread may ask it. Raises what onnxruntime raises."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime  # 78 MB that a process without pictures to look at need not load

        self.facts = read_facts(folder)
        options = onnxruntime.SessionOptions()
        # A web process answers many people at once: one thread a picture, as it takes milliseconds.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(folder / WEIGHTS, options, providers=["CPUExecutionProvider"])

    def confidences(self, pictures: np.ndarray) -> np.ndarray:
        """Outputs from 0 to 1, N x (tags + 1), for what `prepare` made; the last column is the kind's."""
        (answer,) = self._session.run(None, {"pictures": pictures})
        return np.asarray(answer)

    def suggest(self, image: Image.Image) -> Suggestions:
        """Look at one picture."""
        return decide(self.facts, self.confidences(prepare(image))[0])


_loading = threading.Lock()


@cache
def _loaded(folder: Path) -> Tagger | None:
    try:
        return Tagger(folder)
    except Exception as error:  # a site without its tagger is a whole site: it suggests nothing
        logger.warning("The tagger in %s can't be used, so no tags are suggested: %r", folder, error)
        return None


def suggest(image: Image.Image, folder: Path) -> Suggestions | None:
    """What the tagger in `folder` says about a picture, or None without a usable tagger.

    It is loaded at the first call of a process and kept; when that fails, this is logged once and not tried again.
    """
    with _loading:
        tagger = _loaded(folder)
    if tagger is None:
        return None
    try:
        return tagger.suggest(image)
    except Exception:
        logger.exception("The tagger failed on a picture of %d x %d pixels", *image.size)
        return None
