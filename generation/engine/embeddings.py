"""Textual inversion: words that stand for learnt vectors instead of tokens.

Formats (safetensors): A1111's `emb_params`, or any single name as diffusers saves it, with a table (vectors, width) or
one vector (width,); for Stable Diffusion XL `clip_l` and `clip_g`, a table for each text encoder. The tokenizer and
the text encoders stay as they are: the vectors are put in place while a prompt is encoded.
"""

import logging
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

from generation.engine.checkpoint_files import fingerprint_of
from generation.engine.errors import EngineError
from generation.engine.jobs import EmbeddingUse
from generation.engine.memory import is_out_of_memory
from generation.engine.resource_files import resource_header

logger = logging.getLogger(__name__)

MAX_VECTORS = 1000
KEPT = 64
"""Tables in memory; a large one (75 vectors of SD XL) is 600 kB."""

_NAMES = {(768,): "Stable Diffusion 1", (1024,): "Stable Diffusion 2", (768, 1280): "Stable Diffusion XL"}

Tables = tuple[torch.Tensor, ...]
"""Vectors (n, width) for each text encoder, in order."""


class Embeddings:
    """The textual inversions that were asked for lately, for one checkpoint."""

    def __init__(self, widths: Sequence[int], checkpoint: str) -> None:
        """`widths`: of each text encoder's token embeddings, in order. `checkpoint`: its name, for errors."""
        self._widths = tuple(widths)
        self._checkpoint = checkpoint
        self._tables: OrderedDict[Hashable, Tables] = OrderedDict()

    def load(self, uses: Sequence[EmbeddingUse]) -> tuple[dict[str, Tables], Hashable]:
        """Return what each word stands for, and a key that is another one when a word or a file is.

        Raises EngineError missing_resource, corrupt_resource, resource_of_another_family.
        """
        words: dict[str, Tables] = {}
        key = []
        for use in uses:
            path = Path(use.path)
            if not path.is_file():
                raise EngineError("missing_resource", resource=path.name)
            file = (str(path.absolute()), fingerprint_of(path))
            if file not in self._tables:
                self._tables[file] = self._read(path)
            self._tables.move_to_end(file)
            words[use.word] = self._tables[file]
            key.append((use.word, file))
        while len(self._tables) > max(KEPT, len(words)):
            self._tables.popitem(last=False)
        return words, tuple(key)

    def _read(self, path: Path) -> Tables:
        header = resource_header(path)
        names = self._names(path, list(header.tensors))
        shapes = [header.tensors[name].shape for name in names]
        if any(not 1 <= len(shape) <= 2 or (len(shape) == 2 and not 1 <= shape[0] <= MAX_VECTORS) for shape in shapes):
            raise EngineError("corrupt_resource", resource=path.name, reason="keys")
        widths = tuple(shape[-1] for shape in shapes)
        if widths != self._widths:
            raise EngineError(
                "resource_of_another_family",
                resource=path.name,
                family=_NAMES.get(widths, "/".join(map(str, widths))),
                wanted=_NAMES.get(self._widths, self._checkpoint),
            )
        try:
            tensors = load_file(path)
            tables = tuple(tensors[name].reshape(-1, tensors[name].shape[-1]).float() for name in names)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            logger.exception("Could not load embedding %s", path.name)
            raise EngineError("corrupt_resource", resource=path.name, reason="load") from error
        if len({len(table) for table in tables}) > 1 or not all(torch.isfinite(table).all() for table in tables):
            raise EngineError("corrupt_resource", resource=path.name, reason="load")
        return tables

    def _names(self, path: Path, names: Sequence[str]) -> list[str]:
        """The tensors for each text encoder, in order."""
        if {"clip_l", "clip_g"} <= set(names):
            return ["clip_l", "clip_g"]
        if "emb_params" in names:
            return ["emb_params"]
        if len(names) != 1:
            raise EngineError("corrupt_resource", resource=path.name, reason="keys")
        return [names[0]]
