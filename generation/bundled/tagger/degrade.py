"""What may happen to a picture before the tagger sees it: moved, cut, padded, softened, saved as JPEG, redrawn.

Random, and meant for training and for calibrating; tags stay true under all of it.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from PIL import Image

from ..autoencoder import as_tensor
from ..sheets import to_pictures
from ..train_decoder import load_autoencoder
from ..workplace import Workplace

SHIPPED_MODEL = Path(__file__).parent.parent / "model"


def degrade(pictures: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
    """uint8 N x H x W x 3 to float N x 3 x H x W in [-1, 1], each picture changed in its own way."""
    saved = np.stack([_jpeg(one, rng) if rng.random() < 0.2 else one for one in pictures])
    moved = _move(as_tensor(saved), rng)
    softened = _soften(moved, rng)
    return _pad(softened, rng).clamp(-1, 1).contiguous(memory_format=torch.channels_last)


def _jpeg(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=int(rng.integers(40, 96)))
    return np.asarray(Image.open(stream))


def _move(pictures: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Mirrored, 15 % larger to 18 % smaller, stretched a little and moved by up to 8 % of the side."""
    count = len(pictures)
    zoom, stretch = rng.uniform(0.85, 1.18, count), rng.uniform(0.95, 1.05, count)
    mirror = rng.choice((-1.0, 1.0), count)
    matrix = np.zeros((count, 2, 3), np.float32)
    matrix[:, 0, 0], matrix[:, 1, 1] = zoom * stretch * mirror, zoom / stretch
    matrix[:, :, 2] = rng.uniform(-0.16, 0.16, (count, 2))
    untouched = rng.random(count) < 0.3
    matrix[untouched] = np.eye(2, 3, dtype=np.float32)
    grid = functional.affine_grid(torch.from_numpy(matrix), list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def _soften(pictures: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Half of them shrunk and enlarged again, which blurs; all of them with a little noise, light and colour."""
    count, side = len(pictures), pictures.shape[-1]
    some = torch.from_numpy(np.flatnonzero(rng.random(count) < 0.5))
    small = functional.interpolate(pictures[some], size=int(side * rng.uniform(0.4, 0.9)), mode="area")
    pictures[some] = functional.interpolate(small, size=side, mode="bilinear", align_corners=False)
    gain = torch.from_numpy(rng.normal(1, 0.04, (count, 1, 1, 1)).astype(np.float32))
    shift = torch.from_numpy(rng.normal(0, 0.03, (count, 3, 1, 1)).astype(np.float32))
    grain = torch.from_numpy(rng.exponential(0.02, (count, 1, 1, 1)).astype(np.float32))
    return pictures * gain + shift + torch.randn(pictures.shape) * grain


def _pad(pictures: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """One in seven gets the grey bars of a tall picture, as `tagging.tagger.prepare` adds them."""
    side = pictures.shape[-1]
    for number in np.flatnonzero(rng.random(len(pictures)) < 0.15):
        bar = int(rng.integers(1, side // 6 + 1))
        pictures[number, :, :, :bar] = 0
        pictures[number, :, :, side - bar :] = 0
    return pictures


def best_autoencoder(place: Workplace) -> Any | None:
    """The autoencoder of this training where there is one yet, else the shipped model's; None without either."""
    try:
        return load_autoencoder(place)
    except FileNotFoundError:
        pass
    if not (SHIPPED_MODEL / "vae").exists():
        return None
    from diffusers import AutoencoderTiny

    model: Any = AutoencoderTiny.from_pretrained(SHIPPED_MODEL / "vae", local_files_only=True)
    return model.float().eval()


@torch.no_grad()
def redraw(model: Any, pictures: np.ndarray, rng: np.random.Generator, batch: int = 16) -> np.ndarray:
    """Pictures through an autoencoder whose latents were shaken, as those of a denoiser are; uint8 as they came."""
    parts = []
    for start in range(0, len(pictures), batch):
        latents = model.encode(as_tensor(pictures[start : start + batch])).latents
        amount = torch.from_numpy(rng.uniform(0, 0.12, (len(latents), 1, 1, 1)).astype(np.float32))
        parts.append(to_pictures(model.decode(latents + torch.randn_like(latents) * amount).sample))
    return np.concatenate(parts)
