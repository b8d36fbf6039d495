"""Principal components of the data's patches: the linear map that the autoencoder's encoder is set to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PatchComponents:
    """Principal components of square RGB patches with values in [0, 1].

    ``patch`` is the side in pixels (a power of two), ``mean`` has patch x patch x 3 values in the order (row, column,
    channel), ``matrix`` is latent channels x values and already scaled: ``latent = matrix @ (patch - mean)``.
    ``explained`` is the share of the variance that the components hold.
    """

    patch: int
    mean: np.ndarray
    matrix: np.ndarray
    explained: float


def patches_of(pictures: np.ndarray, patch: int) -> np.ndarray:
    """uint8 pictures N x H x W x 3 as float patches M x values in [0, 1], in the order (row, column, channel)."""
    count, height, width, _ = pictures.shape
    tiles = pictures.reshape(count, height // patch, patch, width // patch, patch, 3).transpose(0, 1, 3, 2, 4, 5)
    return tiles.reshape(-1, patch * patch * 3).astype(np.float64) / 255


def patch_components(pictures: np.ndarray, channels: int, patch: int) -> PatchComponents:
    """Principal components of the pictures' patches, the strongest with standard deviation ``patch / 8``.

    A surface of one colour fills four times as many latents with patches half as wide; half as loud each, they stand
    out of the denoiser's noise just as far. The noise schedule then fits patches of any size.

    The last channel is the sum of two components, its own and the next one. With 4 channels of 4 x 4 pixels those two
    are the vertical and the horizontal slope of brightness: half of both says more about edges than all of one
    (measured, predicting pixels linearly from 3 x 3 latents: 28.5 instead of 27.9 dB).

    The weaker channels keep the square root of their share: whitening would make the denoiser spend as much on the
    faintest detail as on the colour of a surface, plain scaling would leave detail below the noise of sampling.
    """
    patches = patches_of(pictures, patch)
    mean = patches.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((patches - mean).T))
    order = np.argsort(values)[::-1][: channels + 1]
    directions = vectors[:, order].T
    # eigh leaves the sign open; a fixed one makes a second run give the same latents.
    directions = directions * np.where(directions[:, -1:] < 0, -1.0, 1.0)
    kept, variances = directions[:channels].copy(), values[order][:channels].copy()
    kept[-1] = (directions[channels - 1] + directions[channels]) / np.sqrt(2)
    variances[-1] = values[order][channels - 1 :].mean()
    deviations = np.sqrt(variances)
    matrix = kept * (np.sqrt(deviations / deviations[0]) / deviations)[:, None] * (patch / 8)
    return PatchComponents(patch, mean, matrix, float(variances.sum() / values.sum()))


def decode_linearly(components: PatchComponents, latents: np.ndarray) -> np.ndarray:
    """Rough pictures (uint8, N x H x W x 3) of latents, by the inverse of the encoder: what needs no training."""
    count, _, rows, columns = latents.shape
    patch = components.patch
    values = latents.transpose(0, 2, 3, 1).astype(np.float64) @ np.linalg.pinv(components.matrix).T + components.mean
    tiles = values.reshape(count, rows, columns, patch, patch, 3).transpose(0, 1, 3, 2, 4, 5)
    pictures = tiles.reshape(count, rows * patch, columns * patch, 3)
    return (pictures * 255).round().clip(0, 255).astype(np.uint8)
