"""What is added to a checkpoint - LoRA, embedding, VAE - known by the header of its safetensors file alone.

Keys of a LoRA, as its trainers write them: kohya's `lora_unet_…_attn2_to_k.lora_down.weight`, with `lora_te_` (1, 2),
`lora_te1_` and `lora_te2_` (XL); diffusers' and PEFT's `unet.….attn2.to_k.lora_A.weight` or `.lora.down.weight`. What
its layers take in tells the base: 768, 1024 or 2048 numbers a token from the text encoder. An embedding is one table:
`emb_params` (A1111) or any single name (diffusers), `clip_l` and `clip_g` (XL).
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from generation.engine.checkpoint_files import fingerprint_of
from generation.engine.errors import EngineError
from generation.engine.file_errors import PICKLES
from generation.engine.safetensors_header import Header, HeaderError, read_header
from generation.engine.single_file import UNET, VAE

Kind = Literal["checkpoint", "lora", "embedding", "vae"]

_BASE_BY_WIDTH = {768: "sd1", 1024: "sd2", 2048: "sdxl"}
_DOWN = (".lora_down.weight", ".lora_A.weight", ".lora.down.weight", "_lora.down.weight", ".lora_A.default.weight")
_ATTENDS_TO = re.compile(r"attn2[._](?:processor[._])?to_[kv]")
_LYCORIS = (".hada_w1_a", ".lokr_w1", ".lokr_w1_a", ".oft_blocks", ".oft_diag", ".glora_a1.weight", ".a1.weight")
# Key fragments of the LoRAs of other families.
_OTHER_LORAS = (
    ("double_blocks", "FluxPipeline"),
    ("single_transformer_blocks", "FluxPipeline"),
    ("joint_blocks", "StableDiffusion3Pipeline"),
    ("transformer_blocks", "transformer"),
)
_NOTED_BASES = {"sd_v1": "sd1", "sd_v2": "sd2", "sdxl_": "sdxl"}
_XL_SCALE = 0.13025
_MAX_TRIGGER_TAGS = 20


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What the file says. base: sd1, sd2, sdxl, another family's pipeline class or `transformer`; empty when it
    doesn't say. base_is_certain: False where the name or the trainer's notes alone say it. fingerprint: changes when
    the file does. suggestions: words that it was trained with, most used first (of a LoRA, by its trainer's own
    metadata)."""

    path: Path
    kind: Kind
    base: str
    base_is_certain: bool
    parameters: int
    suggestions: tuple[str, ...]
    fingerprint: tuple[tuple[str, int, int], ...]


def kind_of(header: Header) -> Kind | None:
    """Name what a file is by its keys; None for nothing that can be used."""
    keys = header.tensors
    if any(key.startswith(UNET) for key in keys):
        return "checkpoint"
    if any(key.endswith(_DOWN) for key in keys):
        return "lora"
    bare = [key.removeprefix(VAE) for key in keys]
    if any(key == "decoder.conv_in.weight" for key in bare) and any(key == "encoder.conv_in.weight" for key in bare):
        return "vae"
    if keys.keys() == {"clip_l", "clip_g"} or (len(keys) == 1 and _is_table(next(iter(keys.values())).shape)):
        return "embedding"
    return None


def inspect_resource(path: str | Path) -> ResourceFacts:
    """Look at a LoRA's, embedding's or VAE's file, or a VAE's folder.

    Raises EngineError missing_resource, or corrupt_resource (see `ERROR_CODES` for its reasons).
    """
    path = Path(path)
    if path.is_dir():
        return _vae_folder(path)
    if not path.is_file():
        raise EngineError("missing_resource", resource=path.name)
    header = resource_header(path)
    kind = kind_of(header)
    if kind is None or kind == "checkpoint":
        raise _bad(path, "lycoris" if any(key.endswith(_LYCORIS) for key in header.tensors) else "keys")
    base = {"lora": _lora_base, "embedding": _embedding_base, "vae": lambda _header: ""}[kind](header)
    certain = bool(base)
    if kind == "lora" and not base:
        base = _noted_base(header)
    if kind == "vae":
        base = "sdxl" if re.search(r"xl", path.stem, re.IGNORECASE) else "sd1"
    return ResourceFacts(
        path=path,
        kind=kind,
        base=base,
        base_is_certain=certain,
        parameters=header.parameters,
        suggestions=_trained_words(header) if kind == "lora" else (),
        fingerprint=fingerprint_of(path),
    )


def resource_header(path: Path) -> Header:
    """Read the header of a resource's file. Raises EngineError corrupt_resource."""
    if path.suffix.lower() in PICKLES:
        raise _bad(path, "pickle")
    if path.suffix.lower() != ".safetensors":
        raise _bad(path, "format")
    try:
        return read_header(path)
    except HeaderError as error:
        raise _bad(path, error.reason) from None
    except OSError:
        raise _bad(path, "unreadable") from None


def weights_digest(path: Path) -> str:
    """SHA-256 in hex of a safetensors file without its header: what Civitai calls AutoV3 (its first 12 digits) and
    A1111 writes as a LoRA's hash; it stays the same when somebody edits the metadata."""
    with path.open("rb") as stream:
        stream.seek(8 + int.from_bytes(stream.read(8), "little"))
        digest = hashlib.sha256()
        while chunk := stream.read(2**20):
            digest.update(chunk)
    return digest.hexdigest()


def _bad(path: Path, reason: str) -> EngineError:
    return EngineError("corrupt_resource", resource=path.name, reason=reason)


def _is_table(shape: tuple[int, ...]) -> bool:
    return 1 <= len(shape) <= 2 and shape[-1] in (*_BASE_BY_WIDTH, 1280) and (len(shape) == 1 or 1 <= shape[0] <= 1000)


def _lora_base(header: Header) -> str:
    widths = {info.shape[1] for key, info in _downs(header) if _ATTENDS_TO.search(key) and len(info.shape) >= 2}
    for width, base in _BASE_BY_WIDTH.items():
        if widths == {width}:
            return base
    keys = list(header.tensors)
    if any(key.startswith(("lora_te2_", "text_encoder_2.")) for key in keys):
        return "sdxl"
    for mark, family in _OTHER_LORAS:
        if any(mark in key for key in keys) and not any("down_blocks" in key or "input_blocks" in key for key in keys):
            return family
    text = {
        info.shape[1]
        for key, info in _downs(header)
        if key.startswith(("lora_te_", "text_encoder.")) and "q_proj" in key and len(info.shape) == 2
    }
    return _BASE_BY_WIDTH.get(text.pop(), "") if len(text) == 1 else ""


def _noted_base(header: Header) -> str:
    """What kohya's trainer noted that it trained on, such as sd_v1, sd_v1.5, sd_v2_768_v or sdxl_base_v1-0."""
    noted = header.metadata.get("ss_base_model_version", "").strip().lower()
    return next((base for mark, base in _NOTED_BASES.items() if noted.startswith(mark)), "")


def _downs(header: Header) -> Iterator[tuple[str, Any]]:
    return ((key, info) for key, info in header.tensors.items() if key.endswith(_DOWN))


def _embedding_base(header: Header) -> str:
    if len(header.tensors) == 2:
        return "sdxl"
    return _BASE_BY_WIDTH.get(next(iter(header.tensors.values())).shape[-1], "")


def _trained_words(header: Header) -> tuple[str, ...]:
    """The tags that kohya's trainer counted in the captions; what stands in nearly all of them calls the LoRA."""
    try:
        counted = json.loads(header.metadata.get("ss_tag_frequency", "{}"))
        totals: dict[str, int] = {}
        for tags in counted.values():
            for tag, count in tags.items():
                totals[str(tag).strip()] = totals.get(str(tag).strip(), 0) + int(count)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ()
    ranked = sorted((tag for tag in totals if 0 < len(tag) <= 100), key=lambda tag: -totals[tag])
    return tuple(ranked[:_MAX_TRIGGER_TAGS])


def _vae_folder(path: Path) -> ResourceFacts:
    weights = path / "diffusion_pytorch_model.safetensors"
    try:
        config = json.loads((path / "config.json").read_text("utf-8"))
        known = config["_class_name"] == "AutoencoderKL"
        base = "sdxl" if abs(float(config.get("scaling_factor", 0.18215)) - _XL_SCALE) < 1e-6 else "sd1"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise _bad(path, "keys") from None
    if not known or any(path.rglob("*.py")) or "auto_map" in config:
        raise _bad(path, "keys")
    if not weights.is_file():
        raise _bad(path, "pickle" if any(file.suffix in PICKLES for file in path.iterdir()) else "missing_file")
    header = resource_header(weights)
    return ResourceFacts(path, "vae", base, True, header.parameters, (), fingerprint_of(path))
