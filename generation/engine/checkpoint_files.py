"""Look at a checkpoint without loading it: a diffusers folder, or one safetensors file of Stable Diffusion 1, 2 or XL.

Imports neither torch nor diffusers, so the web process may ask too. Nothing of it is executed; of the weights only
the headers are read (`safetensors_header`). `pipeline_folder` knows folders, `single_file` files.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.engine.errors import EngineError
from generation.engine.file_errors import corrupt, unsupported
from generation.engine.pipeline_classes import SD_PIPELINES
from generation.engine.pipeline_folder import read_folder, sizes_of
from generation.engine.single_file import layout_of, read_single_file
from generation.engine.stock.cascade import read_stages, scales_of
from generation.engine.stock.families import STOCK_FAMILIES

_SD2_WIDTH = 1024


@dataclass(frozen=True, slots=True)
class CheckpointFacts:
    """What the files of a checkpoint say about it.

    family: the pipeline class. base: sd1, sd2 or sdxl; of other families the pipeline class again. is_single_file: a
    file, not a folder. is_inpainting: the denoiser also takes a mask and a masked picture (9 channels). has_vae: False
    for a file that needs another's VAE. text_model_is_flat: its text encoder's keys are those of old transformers.
    tensor_counts: tensors on disk per component. parameters: numbers in all weights together.
    latent_channels, scale_factor (pixels per latent), size_multiple (pixels that both sides are a multiple of).
    native_size: pixels of a side that the denoiser was made for, 0 when unsaid. prediction_type: epsilon,
    v_prediction or sample. scheduler_config: as stored. variant: of a folder's files, fp16 or empty.
    fingerprint: changes when a file of it does.
    """

    path: Path
    family: str
    base: str
    is_single_file: bool
    is_inpainting: bool
    has_vae: bool
    text_model_is_flat: bool
    tensor_counts: dict[str, int]
    parameters: int
    latent_channels: int
    scale_factor: int
    size_multiple: int
    native_size: int
    prediction_type: str
    scheduler_config: dict[str, Any]
    variant: str
    fingerprint: tuple[tuple[str, int, int], ...]


def fingerprint_of(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, size and modification time of a file and its yaml, or of every file below a folder.

    Cheap to compare, no reading; empty when there is nothing at `path`.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return tuple((file.relative_to(path).as_posix(), *_size_and_time(file)) for file in files)
    return tuple((file.name, *_size_and_time(file)) for file in (path, path.with_suffix(".yaml")) if file.is_file())


def _size_and_time(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def inspect_checkpoint(path: str | Path) -> CheckpointFacts:
    """Check a folder or file and return its facts.

    Raises EngineError missing_checkpoint (nothing there), corrupt_checkpoint (a file is missing, cut or
    unreadable; `file` is relative to the folder) or unsupported_checkpoint (whole, but not for this engine).
    """
    path = Path(path)
    if path.is_dir():
        try:
            return _facts_of_folder(path)
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
            # A config with a word where a number belongs, or the like.
            raise corrupt(path, "config.json", "load") from None
    if path.is_file():
        return _facts_of_file(path)
    raise EngineError("missing_checkpoint", checkpoint=path.name)


def _facts_of_folder(path: Path) -> CheckpointFacts:
    fingerprint = fingerprint_of(path)
    folder = read_folder(path)
    latent_channels, scale_factor, size_multiple, native_size = sizes_of(folder.configs)
    base, is_inpainting = SD_PIPELINES.get(folder.family, folder.family), False
    if folder.family in SD_PIPELINES:
        unet = folder.configs["unet"]
        channels = unet.get("in_channels", 4)
        is_inpainting = channels == 2 * latent_channels + 1
        if (channels != latent_channels and not is_inpainting) or unet.get("time_cond_proj_dim") is not None:
            raise unsupported(path, "channels", f"{channels}/{latent_channels}")
        if base == "sd1" and folder.configs["text_encoder"].get("hidden_size") == _SD2_WIDTH:
            base = "sd2"
    parameters = folder.parameters
    if folder.family in STOCK_FAMILIES:
        size_multiple = math.lcm(size_multiple, STOCK_FAMILIES[folder.family].multiple)
    if folder.family == "IFPipeline":
        stages = read_stages(path)
        parameters += sum(stage.parameters for stage in stages.values())
        scale = math.prod(scales_of(folder, stages))
        size_multiple, native_size = size_multiple * scale, native_size * scale
    return CheckpointFacts(
        path=path,
        family=folder.family,
        base=base,
        is_single_file=False,
        is_inpainting=is_inpainting,
        has_vae="vae" in folder.configs,
        text_model_is_flat=False,
        tensor_counts=folder.tensor_counts,
        parameters=parameters,
        latent_channels=latent_channels,
        scale_factor=scale_factor,
        size_multiple=size_multiple,
        native_size=native_size,
        prediction_type=str(folder.scheduler_config.get("prediction_type", "epsilon")),
        scheduler_config=folder.scheduler_config,
        variant=folder.variant,
        fingerprint=fingerprint,
    )


def _facts_of_file(path: Path) -> CheckpointFacts:
    fingerprint = fingerprint_of(path)
    file = read_single_file(path)
    layout = layout_of(file.base)
    vae = json.loads((layout / "vae/config.json").read_text("utf-8"))
    latent_channels, scale_factor, size_multiple, _native = sizes_of({"vae": vae})
    return CheckpointFacts(
        path=path,
        family=file.family,
        base=file.base,
        is_single_file=True,
        is_inpainting=file.is_inpainting,
        has_vae=file.has_vae,
        text_model_is_flat=file.text_model_is_flat,
        tensor_counts=file.tensor_counts,
        parameters=file.parameters,
        latent_channels=latent_channels,
        scale_factor=scale_factor,
        size_multiple=size_multiple,
        native_size=file.native_size,
        prediction_type=file.prediction_type,
        scheduler_config=file.scheduler_config,
        variant="",
        fingerprint=fingerprint,
    )
