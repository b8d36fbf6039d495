"""Contact sheets: many small pictures in one file, to be looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image


def to_pictures(output: torch.Tensor) -> np.ndarray:
    """Decoder output N x 3 x H x W in [-1, 1] as uint8 N x H x W x 3."""
    scaled = output.detach().float().cpu().add(1).mul(127.5).round().clamp(0, 255)
    return scaled.to(torch.uint8).permute(0, 2, 3, 1).numpy()


def save_grid(path: Path, pictures: np.ndarray, columns: int) -> None:
    """Write pictures of one size as a grid, row by row."""
    count, height, width, _ = pictures.shape
    rows = -(-count // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    for index, picture in enumerate(pictures):
        sheet.paste(Image.fromarray(picture), (index % columns * width, index // columns * height))
    sheet.save(path)
