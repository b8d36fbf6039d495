"""What one safetensors file of the Stable Diffusion 1, 2 or XL families is, from its header alone.

The keys are those of the models' first publishers ("original layout"): `model.diffusion_model.` is the denoiser,
`first_stage_model.` the VAE, `cond_stage_model.` (1, 2) or `conditioner.embedders.` (XL) the text encoders. The
families differ in the width of what the denoiser attends to: 768, 1024 or 2048 numbers a token. Fine-tunes carry two
marks without content: a tensor `v_pred` (v-prediction) and `ztsnr` (noise to zero signal at the end). Stable Diffusion
2 says in no tensor what it predicts: a `.yaml` file of the same name beside it does, as A1111 reads it.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.engine.errors import EngineError
from generation.engine.file_errors import PICKLES, corrupt, unsupported
from generation.engine.pipeline_folder import header_of
from generation.engine.safetensors_header import Header

LAYOUTS = Path(__file__).parent / "layouts"
"""One folder a base with the configs of its parts, as diffusers wants them."""

UNET, VAE = "model.diffusion_model.", "first_stage_model."
_FIRST_CONVOLUTION = UNET + "input_blocks.0.0.weight"
_TEXT_ENCODERS = {
    "sd1": (
        ("cond_stage_model.transformer.text_model.", "cond_stage_model.transformer.embeddings."),
    ),
    "sd2": (("cond_stage_model.model.",),),
    "sdxl": (("conditioner.embedders.0.transformer.",), ("conditioner.embedders.1.model.",)),
}  # fmt: skip
_FAMILIES = {
    ("sd1", False): "StableDiffusionPipeline",
    ("sd1", True): "StableDiffusionInpaintPipeline",
    ("sd2", False): "StableDiffusionPipeline",
    ("sd2", True): "StableDiffusionInpaintPipeline",
    ("sdxl", False): "StableDiffusionXLPipeline",
    ("sdxl", True): "StableDiffusionXLInpaintPipeline",
}
# Keys by which other families give themselves away; the value is what people call them.
_OTHERS = {
    "double_blocks.": "Flux",
    "joint_blocks.": "Stable Diffusion 3",
    "double_layers.": "AuraFlow",
    "conditioner.embedders.0.model.": "Stable Diffusion XL refiner",
    "model.diffusion_model.layers.": "Lumina or Z-Image",
    "down_blocks.": "diffusers UNet",
    "lora_": "LoRA",
}
_MAX_YAML_BYTES = 64 * 2**10
_PARAMETERIZATION = re.compile(r"""^\s*parameterization\s*:\s*["']?(\w+)""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SingleFile:
    """What a header says: `base` (sd1, sd2, sdxl) names the layout; `tensor_counts` are by the file's own keys."""

    family: str
    base: str
    is_inpainting: bool
    has_vae: bool
    text_model_is_flat: bool
    prediction_type: str
    scheduler_config: dict[str, Any]
    native_size: int
    tensor_counts: dict[str, int]
    parameters: int


def read_single_file(path: Path) -> SingleFile:
    """Look at a file. Raises EngineError corrupt_checkpoint or unsupported_checkpoint."""
    if path.suffix.lower() in PICKLES:
        raise unsupported(path, "pickle", path.name)
    if path.suffix.lower() != ".safetensors":
        raise unsupported(path, "format", path.name)
    header = header_of(path.parent, path.name)
    base = base_of(header)
    if base is None:
        raise unsupported(path, "family", _other_family(header))
    if any(key.startswith("edm_") for key in header.tensors):
        raise unsupported(path, "schedule", "EDM")
    layout = read_layout(path, base)
    unet = [key for key in header.tensors if key.startswith(UNET)]
    if len(unet) < layout["unet_tensors"]:
        raise corrupt(path, "unet", "missing_tensors")
    first = header.tensors.get(_FIRST_CONVOLUTION)
    channels = first.shape[1] if first and len(first.shape) == 4 else 0
    if channels not in (4, 9):
        raise unsupported(path, "channels", f"{channels}/4")
    prefixes = _TEXT_ENCODERS[base]
    for wanted in prefixes:
        if not any(key.startswith(wanted) for key in header.tensors):
            raise unsupported(path, "no_text_encoder", wanted[0])
    is_inpainting = channels == 9
    prediction_type = prediction_of(path, base, header, is_inpainting=is_inpainting)
    has_vae = VAE + "decoder.conv_in.weight" in header.tensors
    counts = {
        "unet": len(unet),
        "vae": sum(key.startswith(VAE) for key in header.tensors),
        "text_encoder": sum(key.startswith(("cond_stage_model.", "conditioner.")) for key in header.tensors),
    }
    used = [
        tensor for key, tensor in header.tensors.items()
        if key.startswith((UNET, VAE, "cond_stage_model.", "conditioner."))
    ]  # fmt: skip
    return SingleFile(
        family=_FAMILIES[base, is_inpainting],
        base=base,
        is_inpainting=is_inpainting,
        has_vae=has_vae,
        text_model_is_flat=any(key.startswith("cond_stage_model.transformer.embeddings.") for key in header.tensors),
        prediction_type=prediction_type,
        scheduler_config=_scheduler_config(base, prediction_type, zero_snr="ztsnr" in header.tensors),
        native_size=layout["native_size"],
        tensor_counts=counts,
        parameters=Header({str(place): tensor for place, tensor in enumerate(used)}, {}, 0).parameters,
    )


def base_of(header: Header) -> str | None:
    """Name the base whose denoiser this is, by its width and its conditioning; None for another family's file."""
    widths = {
        tensor.shape[-1]
        for key, tensor in header.tensors.items()
        if key.startswith(UNET) and key.endswith("attn2.to_k.weight") and tensor.shape
    }
    if len(widths) != 1 or any(key.startswith("conditioner.embedders.0.model.") for key in header.tensors):
        return None
    width = widths.pop()
    return next((base for base in _TEXT_ENCODERS if _config(base, "unet").get("cross_attention_dim") == width), None)


def prediction_beside(path: Path) -> str:
    """What the yaml file beside a model says that it predicts, epsilon or v_prediction; empty where there is none."""
    beside = path.with_suffix(".yaml")
    if not beside.is_file():
        return ""
    with beside.open("rb") as stream:
        found = _PARAMETERIZATION.search(stream.read(_MAX_YAML_BYTES).decode("utf-8", "replace"))
    return "v_prediction" if found and found[1] in ("v", "v_prediction") else "epsilon"


def prediction_of(path: Path, base: str, header: Header, *, is_inpainting: bool) -> str:
    """epsilon or v_prediction: by the yaml file beside it, the marks, the metadata, else as the family's first model.

    Source of the metadata's key: Stability AI's ModelSpec 1.0.
    """
    if said := prediction_beside(path):
        return said
    if "v_pred" in header.tensors:
        return "v_prediction"
    spec = header.metadata.get("modelspec.prediction_type", "").lower()
    if spec in ("v", "v_prediction", "epsilon"):
        return "epsilon" if spec == "epsilon" else "v_prediction"
    return "v_prediction" if base == "sd2" and not is_inpainting else "epsilon"


def layout_of(base: str) -> Path:
    """The folder with the configs of a base."""
    return LAYOUTS / base


def read_layout(path: Path, base: str) -> dict[str, int]:
    """Read what a layout says of itself: native_size in pixels, unet_tensors that every file of it has."""
    try:
        layout: dict[str, int] = json.loads((layout_of(base) / "layout.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise EngineError("engine_error", error=f"no layout {base} for {path.name}") from None
    return layout


def _config(base: str, part: str) -> dict[str, Any]:
    file = "scheduler_config.json" if part == "scheduler" else "config.json"
    config: dict[str, Any] = json.loads((layout_of(base) / part / file).read_text("utf-8"))
    return config


def _scheduler_config(base: str, prediction_type: str, *, zero_snr: bool) -> dict[str, Any]:
    changes: dict[str, Any] = {"prediction_type": prediction_type}
    if zero_snr:
        # The last step has no signal at all: the first timestep of a run must be that one.
        changes |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    return _config(base, "scheduler") | changes


def _other_family(header: Header) -> str:
    for key in header.tensors:
        for mark, name in _OTHERS.items():
            if key.startswith(mark) or f".{mark}" in key:
                return name
    return "unknown"
