"""Look at the folder of a diffusers pipeline without loading it: is it whole, is it ours to load, how big will it be.

Nothing of the folder is executed, and a folder that would have code executed when it is loaded is refused.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.engine.file_errors import PICKLES, corrupt, unsupported
from generation.engine.pipeline_classes import DIFFUSERS_MODULES, OTHER_PIPELINES, SD_PIPELINES
from generation.engine.safetensors_header import Header, HeaderError, read_header
from generation.engine.stock.families import STOCK_FAMILIES

MAX_JSON_BYTES = 4 * 2**20
_MAX_INDEX_BYTES = 16 * 2**20
MAX_PIECES_BYTES = 8 * 2**20
"""Of a SentencePiece model; the largest vocabularies, of 256,000 pieces, take 4.5 MB."""
_NOT_LOADED = ("safety_checker", "feature_extractor", "image_encoder")
"""Parts of Stable Diffusion pipelines that are left out: the gallery rates pictures itself."""
_WITHOUT_WEIGHTS = ("tokenizer", "scheduler", "feature_extractor", "processor", "image_processor")
_SD_PARTS: dict[str, tuple[str, ...]] = {"sd1": ("unet", "vae", "text_encoder", "tokenizer", "scheduler")}
_SD_PARTS["sdxl"] = (*_SD_PARTS["sd1"], "text_encoder_2", "tokenizer_2")
_SD_CLASSES = {"unet": ("UNet2DConditionModel",), "vae": ("AutoencoderKL", "AutoencoderTiny")}


@dataclass(frozen=True, slots=True)
class PipelineFolder:
    """What the files of a folder say. `configs`: config.json of each part with weights. `variant`: fp16, or empty."""

    family: str
    configs: dict[str, dict[str, Any]]
    scheduler_config: dict[str, Any]
    tensor_counts: dict[str, int]
    parameters: int
    variant: str


def read_folder(folder: Path, stage: str = "") -> PipelineFolder:
    """Check a folder and return what it says. Raises EngineError corrupt_checkpoint or unsupported_checkpoint.

    `stage`: the pipeline class that it must be of, for a folder within a checkpoint's.
    """
    index = read_json(folder, "model_index.json")
    family = _family(folder, index, stage)
    for file in folder.rglob("*.py"):
        raise unsupported(folder, "remote_code", file.relative_to(folder).as_posix())
    sd_base = SD_PIPELINES.get(family)
    not_loaded = STOCK_FAMILIES[family].left_out if family in STOCK_FAMILIES else _NOT_LOADED
    if sd_base:
        for part in _SD_PARTS[sd_base]:
            _check_class(folder, part, index.get(part), _SD_CLASSES.get(part, ()))
    configs: dict[str, dict[str, Any]] = {}
    headers: dict[str, list[Header]] = {}
    variants: set[str] = set()
    for part, entry in index.items():
        if part.startswith("_") or not isinstance(entry, list) or entry == [None, None]:
            continue
        if all(isinstance(number, int) for number in entry):
            continue  # a setting of the pipeline
        if part in not_loaded:
            continue
        library, name = _check_class(folder, part, entry, ())
        if part.startswith("tokenizer"):
            _refuse_code(folder, f"{part}/tokenizer_config.json", read_json(folder, f"{part}/tokenizer_config.json"))
            _check_pieces(folder, part)
        if part.startswith(_WITHOUT_WEIGHTS) or name.endswith(("Processor", "Scheduler", "Guidance")):
            continue
        configs[part] = read_json(folder, f"{part}/config.json")
        _refuse_code(folder, f"{part}/config.json", configs[part])
        headers[part], variant = _read_weights(folder, part, library)
        variants.add(variant)
    if not headers:
        raise corrupt(folder, "model_index.json", "missing_tensors")
    counted = [header for found in headers.values() for header in found]
    return PipelineFolder(
        family=family,
        configs=configs,
        scheduler_config=read_json(folder, "scheduler/scheduler_config.json"),
        tensor_counts={part: sum(len(header.tensors) for header in found) for part, found in headers.items()},
        parameters=sum(header.parameters for header in counted),
        variant=max(variants),
    )


def read_json(folder: Path, file: str, most_bytes: int = MAX_JSON_BYTES) -> dict[str, Any]:
    """Read an object from a JSON file of the folder. Raises EngineError corrupt_checkpoint."""
    path = folder / file
    if not path.is_file():
        raise corrupt(folder, file, "missing_file")
    try:
        if path.stat().st_size > most_bytes:
            raise ValueError("too large")
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        raise corrupt(folder, file, "not_json") from None
    if not isinstance(value, dict):
        raise corrupt(folder, file, "not_json")
    return value


def sizes_of(configs: dict[str, dict[str, Any]]) -> tuple[int, int, int, int]:
    """Return latent channels, pixels per latent, the multiple of pixels that sides keep to, and the native side.

    The native side is 0 when no config says it. Pixel-space models (no VAE) have 3 channels and a pixel per latent.
    """
    vae, denoiser = configs.get("vae", {}), configs.get("unet") or configs.get("transformer") or {}
    if not vae:
        side = denoiser.get("sample_size")
        return 3, 1, 8, side if isinstance(side, int) else 0
    blocks = vae.get("block_out_channels") or vae.get("decoder_block_out_channels") or [0] * 4
    scale = 2 ** (len(blocks) - 1)
    side, patch = denoiser.get("sample_size"), denoiser.get("patch_size", 2 if "transformer" in configs else 1)
    patch = patch if isinstance(patch, int) and patch > 0 else 2
    channels = vae.get("latent_channels", vae.get("z_dim", 4))
    native = side * scale if isinstance(side, int) else 0
    return int(channels), scale, math.lcm(8, scale * patch if patch < 8 else scale), native


def _family(folder: Path, index: dict[str, Any], stage: str) -> str:
    family = index.get("_class_name")
    if isinstance(family, list):  # ["file of the folder", "class in it"]
        raise unsupported(folder, "remote_code", f"_class_name: {family}")
    if family != stage if stage else (family not in SD_PIPELINES and family not in OTHER_PIPELINES):
        raise unsupported(folder, "family", str(family))
    _refuse_code(folder, "model_index.json", index)
    return str(family)


def _check_class(folder: Path, part: str, entry: object, classes: tuple[str, ...]) -> tuple[str, str]:
    """Allow only diffusers' and transformers' own classes: any other library means code from the folder."""
    if not (isinstance(entry, list) and len(entry) == 2 and all(isinstance(name, str) for name in entry)):
        raise unsupported(folder, "component", f"{part}: {entry}")
    library, name = entry
    if library not in ("diffusers", "transformers") and library not in DIFFUSERS_MODULES:
        raise unsupported(folder, "component", f"{part}: {entry}")
    if not name.isidentifier() or (classes and name not in classes):
        raise unsupported(folder, "component", f"{part}: {name}")
    return library, name


def _refuse_code(folder: Path, file: str, config: dict[str, Any]) -> None:
    if "auto_map" in config:
        raise unsupported(folder, "remote_code", f"{file}: auto_map")


def _check_pieces(folder: Path, part: str) -> None:
    """A tokenizer that is a SentencePiece model alone is read whole: small pieces by the million fill the memory."""
    if (folder / part / "tokenizer.json").is_file():
        return
    for file in sorted((folder / part).glob("*.model")):
        if file.stat().st_size > MAX_PIECES_BYTES:
            found = f"{part}/{file.name}: {file.stat().st_size} > {MAX_PIECES_BYTES}"
            raise unsupported(folder, "tokenizer", found)


def _read_weights(folder: Path, part: str, library: str) -> tuple[list[Header], str]:
    """Read the headers of a part's weights, one file or shards; return them and the variant (fp16, or empty)."""
    stems = ["diffusion_pytorch_model"] if library == "diffusers" else ["model"]
    if library in DIFFUSERS_MODULES:
        stems = ["diffusion_pytorch_model", "model"]
    for stem in stems:
        for variant in ("", "fp16"):
            infix = f".{variant}" if variant else ""
            single = f"{part}/{stem}{infix}.safetensors"
            if (folder / single).is_file():
                return [header_of(folder, single)], variant
            listed = f"{part}/{stem}.safetensors.index{infix}.json"
            if (folder / listed).is_file():
                return _read_shards(folder, part, listed), variant
    if any(path.suffix in PICKLES for path in (folder / part).glob("*")):
        raise unsupported(folder, "pickle", part)
    if any(path.suffix == ".gguf" for path in (folder / part).glob("*")):
        raise unsupported(folder, "format", part)
    raise corrupt(folder, f"{part}/{stems[0]}.safetensors", "missing_file")


def _read_shards(folder: Path, part: str, listed: str) -> list[Header]:
    weight_map = read_json(folder, listed, _MAX_INDEX_BYTES).get("weight_map")
    if not isinstance(weight_map, dict) or not all(
        isinstance(shard, str) and shard == Path(shard).name and shard.endswith(".safetensors")
        for shard in weight_map.values()
    ):
        raise corrupt(folder, listed, "not_json")
    headers = [header_of(folder, f"{part}/{shard}") for shard in sorted(set(weight_map.values()))]
    if sum(len(header.tensors) for header in headers) != len(weight_map):
        raise corrupt(folder, listed, "missing_tensors")
    return headers


def header_of(folder: Path, file: str) -> Header:
    """Read the header of a weights file of the folder.

    Raises EngineError corrupt_checkpoint, unsupported_checkpoint.
    """
    path = folder / file
    if not path.is_file():
        raise corrupt(folder, file, "missing_file")
    try:
        return read_header(path)
    except HeaderError as error:
        if error.reason in ("pickle", "format"):
            raise unsupported(folder, error.reason, file) from None
        raise corrupt(folder, file, error.reason) from None
    except OSError:
        raise corrupt(folder, file, "unreadable") from None
