"""Plans of a training: what shape the model has at a size, and how it is trained on a device."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

DEVICES = ("cpu", "cuda")
PARTS = ("data", "decoder", "denoiser")  # of a whole training
MORE_PARTS = ("tagger",)  # trained on their own, after the others


@dataclass(frozen=True)
class DenoiserShape:
    """Sizes of a denoiser, per resolution from the latents' to the coarsest.

    ``attention`` says where it attends to the tags, ``layers`` how many residual blocks each way down has (each way up
    has one more). Without a block the finest resolution only gathers cells on the way down and draws them on the way
    up: stock inpainting wants four latent channels, hence four times as many latents, and those are costly.
    """

    latent_channels: int = 4
    latent_size: int = 32
    channels: tuple[int, ...] = (64, 64, 128, 192)
    attention: tuple[bool, ...] = (False, False, True, True)
    layers: tuple[int, ...] = (0, 1, 1, 1)
    groups: int = 16
    time_width: int = 256
    text_width: int = 192
    text_layers: int = 2


@dataclass(frozen=True)
class DecoderPlan:
    """How the decoder is built and trained.

    ``blocks`` has one number per resolution, from the latents' to the picture's; ``rate`` is the learning rate's peak,
    ``average`` how much of the averaged weights stays at each step.
    """

    channels: int = 48
    blocks: tuple[int, ...] = (5, 2, 0)
    batch: int = 8
    rate: float = 1e-3
    average: float = 0.995


@dataclass(frozen=True)
class DenoiserPlan:
    """How the denoiser is trained. ``rate`` is the learning rate's peak; ``start_from`` an exported model, if any."""

    shape: DenoiserShape = field(default_factory=DenoiserShape)
    batch: int = 16
    rate: float = 5e-4
    warm_up: int = 150
    average: float = 0.999
    start_from: Path | None = None


@dataclass(frozen=True)
class Plan:
    """Everything that decides a training. Sizes in pixels.

    ``threads`` are torch's threads in a part, ``workers`` the processes that render. The decoder is done after
    ``decoder_share`` of the minutes and leaves the device to the denoiser. ``bf16`` computes in bfloat16 (the weights
    stay float32). The networks are compiled if that takes no more than ``compile_minutes``; 0 leaves them as they are.
    """

    size: int = 128
    pictures: int = 24000
    patch: int = 4
    device: str = "cpu"
    minutes: float = 60.0
    steps: int | None = None
    threads: int = 1
    workers: int = 1
    bf16: bool = False
    compile_minutes: float = 0.0
    decoder_share: float = 1.0
    checkpoint_minutes: float = 2.0
    sheet_minutes: float = 15.0
    decoder: DecoderPlan = field(default_factory=DecoderPlan)
    denoiser: DenoiserPlan = field(default_factory=DenoiserPlan)


# For rehearsals: seconds on one core, and nothing to look at.
_TOY_SHAPE = DenoiserShape(
    channels=(16, 16, 32),
    attention=(False, False, True),
    layers=(0, 1, 1),
    groups=8,
    time_width=64,
    text_width=64,
    text_layers=1,
)
# Five resolutions, so that the coarsest map is 4 x 4 as it is at 128 pixels. Widths are as large as 35 MB of weights
# in 16 bits allow; the finest resolution has no block on its way down, which would cost a quarter more time.
_SHAPE_256 = DenoiserShape(
    channels=(64, 96, 128, 160, 160),
    attention=(False, False, True, True, True),
    layers=(0, 1, 1, 1, 1),
)

_SHAPES = {32: _TOY_SHAPE, 64: _TOY_SHAPE, 128: DenoiserShape(), 256: _SHAPE_256}
_DECODERS: dict[int, tuple[int, tuple[int, ...]]] = {
    32: (16, (1, 1, 0)),
    64: (16, (1, 1, 0)),
    128: (48, (5, 2, 0)),
    256: (48, (6, 4, 1)),
}
SIZES = tuple(_SHAPES)


def fast_bfloat16() -> bool:
    """Whether this CPU has a unit for bfloat16; without one it is slower than float32, with one twice as fast."""
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def plan_for(device: str, size: int) -> Plan:
    """The plan for a device (``cpu`` or ``cuda``) and a size in pixels (one of ``SIZES``); ``ValueError`` for others.

    The shapes follow from the size alone, so a training begun on one device goes on on the other. 32 and 64 pixels are
    for rehearsals.
    """
    if device not in DEVICES or size not in _SHAPES:
        raise ValueError(f"No plan for {device!r} at {size} pixels: choose of {DEVICES} and {SIZES}.")
    shape = replace(_SHAPES[size], latent_size=size // Plan.patch)
    channels, blocks = _DECODERS[size]
    if device == "cpu":
        return Plan(
            size=size,
            bf16=fast_bfloat16(),
            decoder=DecoderPlan(channels, blocks),
            denoiser=DenoiserPlan(shape, batch=32, rate=6e-4),
        )
    return Plan(
        size=size,
        device=device,
        pictures=100_000,
        minutes=22.0,
        threads=2,
        workers=max(1, (os.cpu_count() or 4) - 2),
        bf16=True,
        compile_minutes=3.0,
        decoder_share=0.35,
        checkpoint_minutes=1.0,
        sheet_minutes=4.0,
        decoder=DecoderPlan(channels, blocks, batch=64, average=0.999),
        denoiser=DenoiserPlan(shape, batch=256, warm_up=300),
    )
