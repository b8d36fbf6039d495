"""One picture to draw, as the engine is asked for it."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from generation.engine.errors import EngineError
from generation.engine.sampler_names import SAMPLER_NAMES, most_steps

MAX_STEPS = 1000
"""Models of the Stable Diffusion kind are trained on 1000 noise levels; more steps than levels mean nothing."""
MAX_SEED = 2**63 - 1
MAX_WEIGHT = 10.0
"""Of a LoRA, both ways: what lies beyond draws noise with any of them."""
MAX_CLIP_SKIP = 12


@dataclass(frozen=True, slots=True)
class LoraUse:
    """A LoRA file with its weights for the denoiser and for the text encoder, -10 to 10."""

    path: str
    weight: float = 1.0
    text_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class EmbeddingUse:
    """A textual inversion file and the word that stands for it in the prompts."""

    word: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HiresFix:
    """A second pass: the first picture is enlarged to `width` x `height` and drawn on with `strength`.

    `upscaler`: latent (bilinear, in latent space) or lanczos (through pixels).
    """

    width: int
    height: int
    steps: int
    strength: float = 0.6
    upscaler: Literal["latent", "lanczos"] = "latent"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineJob:
    """One picture: text to image; with `source`, image to image; with `mask` too, inpainting.

    id: any hashable, comes back in the events. checkpoint: a diffusers folder, one safetensors file or
    the address of an image server (`remote.RemoteServer`).
    width, height: pixels of the picture (of the first pass, with `hires`). steps: 1 to 1000 (LCM and TCD: 50).
    sampler: one of `sampler_names.SAMPLER_NAMES`. guidance: classifier-free guidance scale; at 1 and below the
    negative prompt is unused and the job costs half. seed: 0 to 2**63 - 1. preview_every: denoiser calls between
    previews (one also comes after the first call), 0 for none. exact: share no denoiser call with another job, so
    that the pixels don't depend on who else is running.

    syntax: how weights are written in both prompts; plain reads every sign as text. clip_skip: 1 is the text encoder's
    last layer, 2 the one before. loras apply in the given order. embeddings: words of the prompts that stand for
    learnt vectors. vae: another VAE's folder or file, empty for the checkpoint's own.

    source: the picture to start from, RGB. strength: 0 to 1, the share of the steps that are done on it.
    mask: greyscale of the source's size; white is painted anew. mask_blur: radius in pixels of its soft edge.
    masked_content: what is under the mask at the start. only_masked: draw just the mask's surroundings, padded by so
    many pixels, at `width` x `height`, and lay them into the source; None draws the whole source, resized to
    `width` x `height`.
    """

    id: Hashable
    checkpoint: str
    prompt: str
    negative_prompt: str = ""
    width: int
    height: int
    steps: int = 20
    sampler: str = "Euler a"
    guidance: float = 7.0
    seed: int = 0
    preview_every: int = 5
    exact: bool = False
    syntax: Literal["a1111", "novelai", "plain"] = "a1111"
    clip_skip: int = 1
    loras: tuple[LoraUse, ...] = ()
    embeddings: tuple[EmbeddingUse, ...] = ()
    vae: str = ""
    source: Image.Image | None = None
    strength: float = 0.75
    mask: Image.Image | None = None
    mask_blur: int = 4
    masked_content: Literal["original", "noise"] = "original"
    only_masked: int | None = None
    hires: HiresFix | None = None

    def check(self) -> None:
        """Raise `EngineError` for a value that no checkpoint could accept."""
        if self.sampler not in SAMPLER_NAMES:
            raise EngineError("unknown_sampler", sampler=self.sampler, known=list(SAMPLER_NAMES))
        maximum = most_steps(self.sampler, MAX_STEPS)
        for steps in (self.steps, self.hires.steps if self.hires else 1):
            if not 1 <= steps <= maximum:
                raise EngineError("bad_steps", steps=steps, maximum=maximum)
        if not math.isfinite(self.guidance) or self.guidance < 0:
            raise EngineError("bad_guidance", guidance=str(self.guidance))
        if not 0 <= self.seed <= MAX_SEED:
            raise EngineError("bad_seed", seed=self.seed, maximum=MAX_SEED)
        if not 1 <= self.clip_skip <= MAX_CLIP_SKIP:
            raise EngineError("bad_clip_skip", clip_skip=self.clip_skip, maximum=MAX_CLIP_SKIP)
        for lora in self.loras:
            if not all(abs(weight) <= MAX_WEIGHT for weight in (lora.weight, lora.text_weight)):
                raise EngineError("bad_weight", weight=str(lora.weight), maximum=MAX_WEIGHT)
        self._check_source()

    def _check_source(self) -> None:
        for strength in (self.strength, self.hires.strength if self.hires else 1.0):
            if not 0 < strength <= 1:
                raise EngineError("bad_strength", strength=str(strength))
        if self.mask is None:
            return
        if self.source is None:
            raise EngineError("mask_without_source")
        if self.mask.size != self.source.size:
            raise EngineError("mask_of_another_size", mask=list(self.mask.size), source=list(self.source.size))
        darkest, lightest = self.mask.convert("L").getextrema()
        if lightest == 0:
            raise EngineError("empty_mask")
        if darkest == 255:
            raise EngineError("full_mask")
