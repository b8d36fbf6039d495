"""LoRAs of a loaded checkpoint: which are in memory, and which are on for the next call.

diffusers' own loader puts them beside the layers (kohya's, diffusers' and PEFT's formats); the layers' own weights
are never changed, so switching a set off gives back exactly what was there. Jobs with other sets run in turns, each
call under its own set.
"""

import hashlib
import logging
import re
import warnings
import weakref
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft.tuners.tuners_utils import BaseTunerLayer

from generation.engine.checkpoint_files import fingerprint_of
from generation.engine.errors import EngineError
from generation.engine.jobs import LoraUse
from generation.engine.memory import is_out_of_memory
from generation.engine.resource_files import kind_of, resource_header

logger = logging.getLogger(__name__)

KEPT_UNUSED = 2
"""So many LoRAs stay in memory when no job uses them: the next picture often wants the same."""

_TO_TEXT = re.compile(r"attn2[._](?:processor[._])?to_[kv][._].*?(?:lora_down|lora_A|down)\b.*weight\Z")
_NAMES = {768: "Stable Diffusion 1", 1024: "Stable Diffusion 2", 2048: "Stable Diffusion XL"}
_NOT_THIS_FAMILY = ("size mismatch", "not found in the base model", "No modules were targeted")


@dataclass(frozen=True, slots=True)
class LoraSet:
    """What a job asks for: names of adapters in memory with their weights. Equal sets may share a denoiser call."""

    adapters: tuple[tuple[str, float, float], ...] = ()

    @property
    def for_text(self) -> Hashable:
        """What of it changes the embeddings of prompts."""
        return tuple((name, text_weight) for name, _weight, text_weight in self.adapters)


@dataclass(slots=True)
class _Loaded:
    name: str
    nbytes: int
    users: int = 0


class Adapters:
    """Loads and switches the LoRAs of one checkpoint's denoiser and text encoders."""

    def __init__(self, pipeline: Any, checkpoint: str) -> None:
        """`pipeline`: the stock pipeline whose modules the LoRAs go into. `checkpoint`: its name, for errors."""
        self._pipeline = pipeline
        self._checkpoint = checkpoint
        parts = (getattr(pipeline, name, None) for name in ("unet", "text_encoder", "text_encoder_2"))
        self._modules = [part for part in parts if part is not None]
        self._loaded: dict[Hashable, _Loaded] = {}
        self._on: LoraSet | None = LoraSet()
        self._found: list[list[Any]] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of all LoRAs in memory."""
        return sum(loaded.nbytes for loaded in self._loaded.values())

    def load(self, uses: Sequence[LoraUse]) -> LoraSet:
        """Return the set, loaded; drops LoRAs that nobody has used for long. `keep` says how long it is needed.

        Raises EngineError missing_resource, corrupt_resource, resource_of_another_family.
        """
        # A file that is asked for twice counts with the sum of its weights, as if it were in two copies.
        weights: dict[Hashable, tuple[float, float]] = {}
        paths: dict[Hashable, Path] = {}
        for use in uses:
            path = Path(use.path)
            if not path.is_file():
                raise EngineError("missing_resource", resource=path.name)
            key = (path.absolute(), fingerprint_of(path))
            paths[key] = path
            before = weights.get(key, (0.0, 0.0))
            weights[key] = (before[0] + use.weight, before[1] + use.text_weight)
        for wanted, path in paths.items():
            loaded = self._loaded.pop(wanted, None) or self._load(path, _name(wanted))
            self._loaded[wanted] = loaded  # the latest stands last
        self._drop_unused(kept=set(paths))
        return LoraSet(tuple((self._loaded[key].name, *weights[key]) for key in paths))

    def keep(self, lora_set: LoraSet, holder: object) -> None:
        """Let the set stay in memory for as long as `holder` (a run) lives."""
        names = {name for name, _weight, _text_weight in lora_set.adapters}
        held = [loaded for loaded in self._loaded.values() if loaded.name in names]
        for loaded in held:
            loaded.users += 1
        if held:
            weakref.finalize(holder, _let_go, held)

    @contextmanager
    def on(self, lora_set: LoraSet) -> Iterator[None]:
        """While this lasts, the denoiser and the text encoders work with this set and no other."""
        if lora_set != self._on:
            self._on = None  # should switching fail half-way, the next call switches anew
            with torch.inference_mode(False):
                self._switch(lora_set)
            self._on = lora_set
        yield

    def _switch(self, lora_set: LoraSet) -> None:
        if not self._loaded:
            return
        names = [name for name, _weight, _text_weight in lora_set.adapters]
        for place, layers in enumerate(self._layers()):
            for layer in layers:
                if layer.disable_adapters == bool(names):
                    layer.enable_adapters(bool(names))
                if names:
                    layer.set_adapter(names)
                    for name, weight, text_weight in lora_set.adapters:
                        layer.set_scale(name, text_weight if place else weight)

    def _layers(self) -> list[list[Any]]:
        """The layers with LoRAs of the denoiser and of each text encoder.

        diffusers' set_adapters does the same, but looks through all of a model each time: 0.1 s for SD XL.
        """
        if self._found is None:
            self._found = [
                [layer for layer in module.modules() if isinstance(layer, BaseTunerLayer)] for module in self._modules
            ]
        return self._found

    def _load(self, path: Path, name: str) -> _Loaded:
        self._check(path)
        before = self._lora_bytes()
        self._on = self._found = None
        try:
            # Born outside inference mode, as the rest of the checkpoint: PEFT marks what it switches on.
            with torch.inference_mode(False), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # PEFT remarks on every second adapter
                self._pipeline.load_lora_weights(
                    str(path.parent),
                    weight_name=path.name,
                    adapter_name=name,
                    local_files_only=True,
                    use_safetensors=True,
                )
        except Exception as error:
            self._remove(name)
            if is_out_of_memory(error):
                raise
            if any(words in str(error) for words in _NOT_THIS_FAMILY):
                raise self._of_another_family(path, "another") from error
            logger.exception("Could not load LoRA %s", path.name)
            raise EngineError("corrupt_resource", resource=path.name, reason="load") from error
        nbytes = self._lora_bytes() - before
        if not nbytes:
            # Not one layer that it changes is in this model; the library says so in its log only.
            self._remove(name)
            raise self._of_another_family(path, "another")
        return _Loaded(name, nbytes)

    def _check(self, path: Path) -> None:
        """Look at the header before any library does."""
        header = resource_header(path)
        if kind_of(header) != "lora":
            raise EngineError("corrupt_resource", resource=path.name, reason="keys")
        widths = {info.shape[1] for key, info in header.tensors.items() if _TO_TEXT.search(key) and len(info.shape) > 1}
        wanted = self._pipeline.unet.config.cross_attention_dim
        if widths and widths != {wanted}:
            raise self._of_another_family(path, _NAMES.get(max(widths), str(max(widths))))

    def _of_another_family(self, path: Path, family: str) -> EngineError:
        width = self._pipeline.unet.config.cross_attention_dim
        return EngineError(
            "resource_of_another_family",
            resource=path.name,
            family=family,
            wanted=_NAMES.get(width, self._checkpoint),
        )

    def _drop_unused(self, kept: set[Hashable]) -> None:
        unused = [key for key, loaded in self._loaded.items() if not loaded.users and key not in kept]
        for key in unused[: len(unused) - KEPT_UNUSED] if len(unused) > KEPT_UNUSED else ():
            self._remove(self._loaded.pop(key).name)

    def drop_unused(self) -> None:
        """Let go of every LoRA that no run uses."""
        for key in [key for key, loaded in self._loaded.items() if not loaded.users]:
            self._remove(self._loaded.pop(key).name)

    def _remove(self, name: str) -> None:
        self._on = self._found = None
        with torch.inference_mode(False):
            if self._loaded:
                self._pipeline.delete_adapters(name)
            else:
                # With the last one, the layers themselves are what they were.
                self._pipeline.unload_lora_weights()
                self._on = LoraSet()

    def _lora_bytes(self) -> int:
        return sum(
            tensor.nbytes
            for module in self._modules
            for name, tensor in module.named_parameters()
            if ".lora_" in name
        )  # fmt: skip


def _name(file: Hashable) -> str:
    """The same for the same file at any time: what was cached or learnt for a set stays true when it is loaded anew."""
    return f"lora-{hashlib.sha256(repr(file).encode()).hexdigest()[:16]}"


def _let_go(held: Sequence[_Loaded]) -> None:
    """A run has ended: only counted here, for it may end in the middle of a denoiser call."""
    for loaded in held:
        loaded.users -= 1
