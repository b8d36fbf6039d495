"""The results of a training as a few files of limited size: what a rented machine should hand back."""

from __future__ import annotations

import shutil
import sys
import tarfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import torch

from .workplace import Workplace, is_held

MIB = 2**20
MOST_FILES = 8
BUNDLE = "small.tar"
SMALL = 4 * MIB  # files up to this size go into the bundle
SHARD = "14MB"


def collect(place: Workplace, target: Path, limit: int, size: int) -> list[Path]:
    """Copy model, sheets, logs and evaluation to ``target`` as at most 8 files of ``limit`` bytes; returns them.

    The weights' large files lie where they belong, ``model/unet/...``; ``tar xf small.tar`` in ``target`` adds the
    rest of the model and all else. The model is written from the latest checkpoints, of which one may be missing; what
    finds no room is left out, oldest sheets first, and named on stderr. May run while the training goes on.
    """
    target.mkdir(parents=True, exist_ok=True)
    model = place.folder / "collected"
    shutil.rmtree(model, ignore_errors=True)
    _write_model(place, model, size)
    files = [(path, Path("model") / path.relative_to(model)) for path in sorted(model.rglob("*")) if path.is_file()]
    large = [pair for pair in files if pair[0].stat().st_size > SMALL]
    small = [pair for pair in files if pair[0].stat().st_size <= SMALL]
    kept: list[Path] = []
    for source, name in large:
        if len(kept) == MOST_FILES - 1 or source.stat().st_size > limit:
            _left_out(name)
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / name)
        kept.append(target / name)
    small += [(path, path.relative_to(place.folder)) for path in _papers(place)]
    kept.append(_bundle(target / BUNDLE, small, limit))
    shutil.rmtree(model, ignore_errors=True)  # without any checkpoint there is none
    return kept


def _write_model(place: Workplace, folder: Path, size: int) -> None:
    """The export; if that is impossible, those of its parts that have a checkpoint."""
    from .export import export_model
    from .train_decoder import load_autoencoder
    from .train_denoiser import load_denoiser

    parts = [part for part in ("decoder", "denoiser") if place.checkpoint(part).exists()]
    if len(parts) == 2:
        try:
            export_model(place, folder, size)
        except Exception:  # the weights are worth more than the reason
            traceback.print_exc()
        else:
            return
    options = {"safe_serialization": True, "max_shard_size": SHARD}
    if "decoder" in parts:
        load_autoencoder(place).to(torch.float16).save_pretrained(folder / "vae", **options)
    if "denoiser" in parts:
        unet, text = load_denoiser(place)
        unet.to(torch.float16).save_pretrained(folder / "unet", **options)
        text.to(torch.float16).save_pretrained(folder / "text_encoder", **options)


def _papers(place: Workplace) -> Iterator[Path]:
    """Logs, measurements and sheets, the most wanted first."""
    yield from sorted(place.folder.glob("*.log"))
    yield from (path for name in ("evaluation.json", "components.npz") if (path := place.folder / name).exists())
    sheets = sorted(place.folder.glob("sheets/*.png"), key=lambda path: path.stat().st_mtime, reverse=True)
    yield from sheets


def _bundle(target: Path, files: list[tuple[Path, Path]], limit: int) -> Path:
    """A tar of the files, as far as they fit."""
    with tarfile.open(target, "w") as bundle:
        for source, name in files:
            # A file takes whole blocks and a few of its own; what ends the tar is less than two records.
            room = limit - bundle.offset - 4 * tarfile.BLOCKSIZE - 2 * tarfile.RECORDSIZE
            if source.stat().st_size > room:
                _left_out(name)
                continue
            bundle.add(source, str(name))
    return target


def _left_out(name: Path) -> None:
    sys.stderr.write(f"left out for want of room: {name}\n")


def wait_for_end(place: Workplace, minutes: float) -> bool:
    """Wait until the whole training in this folder has ended; False if it still runs after ``minutes``."""
    until = time.monotonic() + minutes * 60
    while is_held(place, "driver"):
        if time.monotonic() >= until:
            return False
        time.sleep(0.5)
    return True
