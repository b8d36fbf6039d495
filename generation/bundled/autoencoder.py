"""The autoencoder: an exact linear encoder and a trained decoder, both in diffusers' ``AutoencoderTiny``.

Without blocks the encoder of ``AutoencoderTiny`` is plain convolutions, each but two with stride 2: a linear map from a
square of pixels to one latent position. It is therefore *set*, not trained: to the principal components of the data's
patches. Latents are fixed and good from the first second, so decoder and denoiser can be trained side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from diffusers import AutoencoderTiny
from torch import nn

from .components import PatchComponents


def build_autoencoder(components: PatchComponents, decoder_channels: int, decoder_blocks: Sequence[int]) -> Any:
    """An ``AutoencoderTiny`` whose encoder is set to ``components`` and whose decoder is ready to be trained.

    ``decoder_blocks`` has one number per resolution, from the latents' to the picture's.
    """
    halvings = components.patch.bit_length() - 1
    if len(decoder_blocks) != halvings + 1:
        raise ValueError(f"Patches of {components.patch} pixels need {halvings + 1} decoder blocks.")
    model: Any = AutoencoderTiny(
        encoder_block_out_channels=(3 * 4 ** (halvings - 1),) * (halvings + 1),
        decoder_block_out_channels=(decoder_channels,) * (halvings + 1),
        latent_channels=components.matrix.shape[0],
        num_encoder_blocks=(0,) * (halvings + 1),
        num_decoder_blocks=tuple(decoder_blocks),
    )
    set_encoder(model, components)
    start_decoder(model)
    return model


@torch.no_grad()
def set_encoder(model: Any, components: PatchComponents) -> None:
    """Write the linear map ``matrix @ (patch - mean)`` into the encoder's convolutions and freeze them.

    A 3 x 3 kernel of stride 2 sees offsets -1, 0, +1; only 0 and +1 are used, so each convolution takes whole
    2 x 2 cells: all but the last halving rearrange pixels into channels, the last one projects.
    """
    convolutions = [layer for layer in model.encoder.layers if isinstance(layer, nn.Conv2d)]
    for layer in convolutions:
        layer.weight.zero_()
        if layer.bias is not None:
            layer.bias.zero_()
    first, *rearrange, project, last = convolutions
    for channel in range(3):
        first.weight[channel, channel, 1, 1] = 1
    for level, layer in enumerate(rearrange):
        channels = 3 * 4**level
        for cell in range(4):
            row, column = divmod(cell, 2)
            for channel in range(channels):
                layer.weight[cell * channels + channel, channel, 1 + row, 1 + column] = 1
    matrix = torch.from_numpy(components.matrix).float()
    latents, half = len(matrix), len(rearrange)
    for position in range(components.patch**2):
        row, column = divmod(position, components.patch)
        # Halving number n has put the n-th bit of row and column into the channel number.
        source = sum(3 * 4**bit * ((row >> bit & 1) * 2 + (column >> bit & 1)) for bit in range(half))
        values = matrix[:, position * 3 : position * 3 + 3]
        project.weight[:latents, source : source + 3, 1 + (row >> half), 1 + (column >> half)] = values
    for channel in range(latents):
        last.weight[channel, channel, 1, 1] = 1
    last.bias.copy_(torch.from_numpy(-components.matrix @ components.mean).float())
    model.encoder.requires_grad_(False)


@torch.no_grad()
def start_decoder(model: Any) -> None:
    """Initial weights for the decoder: gains that keep the signal's size, and blocks that begin as the identity."""
    for layer in model.decoder.layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                layer.bias.zero_()
        elif hasattr(layer, "conv"):
            inner = [part for part in layer.conv if isinstance(part, nn.Conv2d)]
            for part in inner:
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
                nn.init.zeros_(part.bias)
            inner[-1].weight.zero_()
    last = model.decoder.layers[-1]
    last.weight.mul_(0.2)
    last.bias.fill_(0.5)


@torch.no_grad()
def encode_pictures(model: Any, pictures: np.ndarray, batch: int = 32) -> np.ndarray:
    """Latents (float16, N x channels x H/8 x W/8) of uint8 pictures N x H x W x 3."""
    device = next(model.parameters()).device
    parts = [
        model.encode(as_tensor(pictures[start : start + batch]).to(device)).latents.half().cpu().numpy()
        for start in range(0, len(pictures), batch)
    ]
    return np.concatenate(parts)


@torch.no_grad()
def patch_latents(components: PatchComponents, pictures: np.ndarray) -> np.ndarray:
    """What ``encode_pictures`` gives, by one convolution with the components themselves: far cheaper."""
    patch, channels = components.patch, len(components.matrix)
    kernel = torch.from_numpy(components.matrix).float().reshape(channels, patch, patch, 3).permute(0, 3, 1, 2)
    bias = torch.from_numpy(-components.matrix @ components.mean).float()
    shown = torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float().div(255)
    return functional.conv2d(shown, kernel, bias, stride=patch).half().numpy()


def as_tensor(pictures: np.ndarray) -> torch.Tensor:
    """uint8 N x H x W x 3 as float N x 3 x H x W in [-1, 1], channels last in memory."""
    return scaled(torch.from_numpy(np.array(pictures)))


def scaled(pictures: torch.Tensor) -> torch.Tensor:
    """A tensor of uint8 N x H x W x 3, on any device, as float N x 3 x H x W in [-1, 1], channels last in memory."""
    tensor = pictures.permute(0, 3, 1, 2).float()
    return tensor.div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


def decoder_loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """L1, squared error and L1 of the differences between neighbours (edges), for pictures in [-1, 1]."""
    loss = functional.l1_loss(output, target) + functional.mse_loss(output, target)
    for axis in (2, 3):
        loss = loss + functional.l1_loss(output.diff(dim=axis), target.diff(dim=axis))
    return loss
