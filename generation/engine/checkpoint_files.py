"""Look at a checkpoint folder without loading it: is it whole, is it ours to load, how big will it be.

Imports neither torch nor diffusers, so the web process may ask too. Nothing of the folder is executed; of the
weights only the safetensors headers are read (format: https://github.com/huggingface/safetensors, "Format").
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.engine.errors import EngineError

FAMILIES = ("StableDiffusionPipeline",)
"""Pipeline classes (`_class_name` of model_index.json) that the engine has a family for."""

MAX_HEADER_BYTES = 16 * 2**20
MAX_JSON_BYTES = 4 * 2**20
MAX_TENSORS = 20_000

_PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")
_WEIGHTED = {"unet": "diffusion_pytorch_model", "vae": "diffusion_pytorch_model", "text_encoder": "model"}
_CONFIGS = {"tokenizer": "tokenizer_config.json", "scheduler": "scheduler_config.json"}
_CLASSES = {"unet": ("UNet2DConditionModel",), "vae": ("AutoencoderKL", "AutoencoderTiny")}


@dataclass(frozen=True, slots=True)
class CheckpointFacts:
    """What the files of a checkpoint say about it.

    tensor_counts: tensors on disk per component. parameters: numbers in all weights together.
    latent_channels, scale_factor (pixels per latent), size_multiple (pixels that both sides are a multiple of).
    native_size: pixels of a side that the denoiser was made for, 0 when unsaid. prediction_type: epsilon,
    v_prediction or sample. scheduler_config: as stored. fingerprint: changes when a file of the folder does.
    """

    path: Path
    family: str
    tensor_counts: dict[str, int]
    parameters: int
    latent_channels: int
    scale_factor: int
    size_multiple: int
    native_size: int
    prediction_type: str
    scheduler_config: dict[str, Any]
    fingerprint: tuple[tuple[str, int, int], ...]


def fingerprint_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, size and modification time of every file below `folder`: cheap to compare, no reading."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple((path.relative_to(folder).as_posix(), (s := path.stat()).st_size, s.st_mtime_ns) for path in files)


def inspect_checkpoint(path: str | Path) -> CheckpointFacts:
    """Check the folder of a diffusers pipeline and return its facts.

    Raises EngineError missing_checkpoint (no such folder), corrupt_checkpoint (a file is missing, cut or
    unreadable; `file` is relative to the folder) or unsupported_checkpoint (whole, but not for this engine).
    """
    folder = Path(path)
    if not folder.is_dir():
        raise EngineError("missing_checkpoint", checkpoint=folder.name)
    index = _read_json(folder, "model_index.json")
    family = str(index.get("_class_name"))
    if family not in FAMILIES:
        raise EngineError("unsupported_checkpoint", checkpoint=folder.name, reason="family", found=family)
    for component in (*_WEIGHTED, *_CONFIGS):
        _check_component(folder, component, index.get(component))
    configs = {component: _read_json(folder, f"{component}/config.json") for component in _WEIGHTED}
    scheduler_config = _read_json(folder, "scheduler/scheduler_config.json")
    _read_json(folder, "tokenizer/tokenizer_config.json")
    shapes = {component: _tensor_sizes(folder, component) for component in _WEIGHTED}

    unet, vae = configs["unet"], configs["vae"]
    latent_channels = int(vae.get("latent_channels", 4))
    if unet.get("in_channels", 4) != latent_channels or unet.get("time_cond_proj_dim") is not None:
        found = f"{unet.get('in_channels', 4)}/{latent_channels}"
        raise EngineError("unsupported_checkpoint", checkpoint=folder.name, reason="channels", found=found)
    blocks = vae.get("block_out_channels") or vae.get("decoder_block_out_channels") or [0] * 4
    scale_factor = 2 ** (len(blocks) - 1)
    sample_size = unet.get("sample_size")
    return CheckpointFacts(
        path=folder,
        family=family,
        tensor_counts={component: len(sizes) for component, sizes in shapes.items()},
        parameters=sum(sum(sizes) for sizes in shapes.values()),
        latent_channels=latent_channels,
        scale_factor=scale_factor,
        size_multiple=math.lcm(8, scale_factor),
        native_size=sample_size * scale_factor if isinstance(sample_size, int) else 0,
        prediction_type=str(scheduler_config.get("prediction_type", "epsilon")),
        scheduler_config=scheduler_config,
        fingerprint=fingerprint_of(folder),
    )


def _corrupt(folder: Path, file: str, reason: str) -> EngineError:
    return EngineError("corrupt_checkpoint", checkpoint=folder.name, file=file, reason=reason)


def _read_json(folder: Path, file: str) -> dict[str, Any]:
    path = folder / file
    if not path.is_file():
        raise _corrupt(folder, file, "missing_file")
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise ValueError("too large")
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        raise _corrupt(folder, file, "not_json") from None
    if not isinstance(value, dict):
        raise _corrupt(folder, file, "not_json")
    return value


def _check_component(folder: Path, component: str, entry: object) -> None:
    """Allow only diffusers' and transformers' own classes: any other library means code from the folder."""
    if not (isinstance(entry, list) and len(entry) == 2 and entry[0] in ("diffusers", "transformers")):
        found = f"{component}: {entry}"[:200]
        raise EngineError("unsupported_checkpoint", checkpoint=folder.name, reason="component", found=found)
    if entry[1] not in _CLASSES.get(component, (entry[1],)):
        found = f"{component}: {entry[1]}"[:200]
        raise EngineError("unsupported_checkpoint", checkpoint=folder.name, reason="component", found=found)


def _tensor_sizes(folder: Path, component: str) -> list[int]:
    """Return the number of elements of each tensor of a component, from its single file or its shards."""
    stem = f"{component}/{_WEIGHTED[component]}.safetensors"
    if (folder / stem).is_file():
        return _header_sizes(folder, stem)
    if (folder / f"{stem}.index.json").is_file():
        weight_map = _read_json(folder, f"{stem}.index.json").get("weight_map")
        if not isinstance(weight_map, dict) or not all(
            isinstance(shard, str) and shard == Path(shard).name for shard in weight_map.values()
        ):
            raise _corrupt(folder, f"{stem}.index.json", "not_json")
        shards = sorted(set(weight_map.values()))
        sizes = [size for shard in shards for size in _header_sizes(folder, f"{component}/{shard}")]
        if len(sizes) != len(weight_map):
            raise _corrupt(folder, f"{stem}.index.json", "missing_tensors")
        return sizes
    if any(path.suffix in _PICKLES for path in (folder / component).glob("*")):
        raise EngineError("unsupported_checkpoint", checkpoint=folder.name, reason="pickle", found=component)
    raise _corrupt(folder, stem, "missing_file")


def _header_sizes(folder: Path, file: str) -> list[int]:
    """Read one safetensors header and check that the file is as long as the header says."""
    path = folder / file
    if not path.is_file():
        raise _corrupt(folder, file, "missing_file")
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if not 2 <= length <= MAX_HEADER_BYTES:
                raise ValueError("header length")
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        if not 1 <= len(header) <= MAX_TENSORS:
            raise ValueError("tensor count")
        sizes = [math.prod(tensor["shape"]) for tensor in header.values()]
        end = max(int(tensor["data_offsets"][1]) for tensor in header.values())
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise _corrupt(folder, file, "header") from None
    if path.stat().st_size != 8 + length + end:
        raise _corrupt(folder, file, "truncated")
    return sizes
