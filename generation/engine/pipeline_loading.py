"""Load a checkpoint's weights into diffusers' classes, offline and from safetensors only: a folder or a single file."""

import inspect
import logging
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers.loaders.single_file_utils import create_diffusers_clip_model_from_ldm
from diffusers.utils import logging as diffusers_logging
from safetensors.torch import load_file
from transformers import CLIPTextModel, CLIPTextModelWithProjection
from transformers.utils import logging as transformers_logging

from generation.engine.checkpoint_files import CheckpointFacts
from generation.engine.clip_tokenizer import make_clip_tokenizer
from generation.engine.errors import EngineError
from generation.engine.file_errors import corrupt, unsupported
from generation.engine.memory import is_out_of_memory
from generation.engine.pipeline_classes import SD_PIPELINES
from generation.engine.single_file import layout_of

logger = logging.getLogger(__name__)

_FLAT = "cond_stage_model.transformer."
_TEXT_MODEL = "cond_stage_model.transformer.text_model."
_NOT_LOADED = {
    "safety_checker": None,
    "feature_extractor": None,
    "image_encoder": None,
    "requires_safety_checker": False,
    "add_watermarker": False,
}


def load_pipeline(facts: CheckpointFacts, dtype: torch.dtype, *, vae: Path | None = None) -> Any:
    """Return the diffusers pipeline of a checkpoint that was looked at, on the CPU in `dtype`.

    Its weights may still be mapped from the files. `vae`: the folder or file of another VAE, to be taken instead of
    the checkpoint's. Raises EngineError corrupt_checkpoint; unsupported_checkpoint with reason no_vae for a file that
    has no VAE when none is given; corrupt_resource for the VAE.
    """
    # A worker's log is no place for progress bars, nor for the libraries' remarks on every load of a sound folder.
    for library in (diffusers_logging, transformers_logging):
        library.disable_progress_bar()
        library.set_verbosity_error()
    if vae is None and facts.is_single_file and not facts.has_vae:
        raise unsupported(facts.path, "no_vae", facts.path.name)
    another = load_vae(vae, facts.base, dtype) if vae is not None else None
    try:
        if facts.is_single_file:
            pipeline = _load_file(facts, dtype, another)
        else:
            pipeline = _load_folder(facts, dtype, another)
    except EngineError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        # The libraries raise anything here (OSError, KeyError, RuntimeError …); the files are what they have in common.
        logger.exception("Could not load checkpoint %s", facts.path.name)
        # What the file has no tensor for stays a shape without numbers, which torch refuses to move.
        lacking = isinstance(error, NotImplementedError) and "meta tensor" in str(error)
        raise corrupt(facts.path, "", "missing_tensors" if lacking else "load") from error
    return pipeline


def load_vae(path: Path, base: str, dtype: torch.dtype) -> Any:
    """Return the AutoencoderKL of a diffusers folder, or of a safetensors file in either layout of keys; `base` says
    which config it goes by. Raises EngineError missing_resource, corrupt_resource."""
    if not path.exists():
        raise EngineError("missing_resource", resource=path.name)
    try:
        if path.is_dir():
            return AutoencoderKL.from_pretrained(path, torch_dtype=dtype, local_files_only=True, use_safetensors=True)
        return _vae_of(_without_prefix(load_file(path)), layout_of(base), dtype)
    except EngineError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        logger.exception("Could not load VAE %s", path.name)
        raise EngineError("corrupt_resource", resource=path.name, reason="load") from error


def _load_folder(facts: CheckpointFacts, dtype: torch.dtype, vae: Any) -> Any:
    given: dict[str, Any] = {"vae": vae} if vae is not None else {}
    if facts.family in SD_PIPELINES:
        # Without the safety checker: the gallery has raters of its own, and it would need weights nobody asked for.
        taken = inspect.signature(getattr(diffusers, facts.family).__init__).parameters
        given |= {name: value for name, value in _NOT_LOADED.items() if name in taken}
    pipeline = getattr(diffusers, facts.family).from_pretrained(
        facts.path,
        dtype=dtype,
        variant=facts.variant or None,
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=False,
        **given,
    )
    for component, count in facts.tensor_counts.items():
        # Tensors that no file holds are filled with random numbers, with a warning only.
        module = getattr(pipeline, component, None)
        if component not in given and module is not None and len(module.state_dict()) > count:
            raise corrupt(facts.path, component, "missing_tensors")
    return pipeline


def _load_file(facts: CheckpointFacts, dtype: torch.dtype, vae: Any) -> Any:
    tensors = load_file(facts.path)
    layout = layout_of(facts.base)
    if facts.text_model_is_flat:
        # As NovelAI and Anything were written: the text encoder's keys lack a level.
        tensors = {
            _TEXT_MODEL + key.removeprefix(_FLAT) if key.startswith(_FLAT) else key: tensor
            for key, tensor in tensors.items()
        }
    parts: dict[str, Any] = {
        "unet": UNet2DConditionModel.from_single_file(
            tensors,
            config=str(layout),
            subfolder="unet",
            local_files_only=True,
            torch_dtype=dtype,
            in_channels=9 if facts.is_inpainting else 4,
        ),
        "vae": vae if vae is not None else _vae_of(tensors, layout, dtype),
        "text_encoder": _text_encoder(CLIPTextModel, tensors, layout, "text_encoder", dtype),
        "tokenizer": make_clip_tokenizer(layout / "tokenizer/tokenizer_config.json"),
    }
    if facts.base == "sdxl":
        parts["text_encoder_2"] = _text_encoder(CLIPTextModelWithProjection, tensors, layout, "text_encoder_2", dtype)
        parts["tokenizer_2"] = make_clip_tokenizer(layout / "tokenizer_2/tokenizer_config.json")
    for name, part in parts.items():
        if isinstance(part, torch.nn.Module) and any(tensor.is_meta for tensor in part.state_dict().values()):
            raise corrupt(facts.path, name, "missing_tensors")
    pipeline = getattr(diffusers, facts.family)
    taken = inspect.signature(pipeline.__init__).parameters
    left_out = {name: value for name, value in _NOT_LOADED.items() if name in taken}
    return pipeline(scheduler=DDIMScheduler.from_config(facts.scheduler_config), **parts, **left_out)


def _vae_of(tensors: dict[str, torch.Tensor], layout: Path, dtype: torch.dtype) -> Any:
    return AutoencoderKL.from_single_file(
        tensors, config=str(layout), subfolder="vae", local_files_only=True, torch_dtype=dtype
    )


def _without_prefix(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A VAE cut from a checkpoint may have kept the checkpoint's prefix, or what was beside the VAE."""
    prefix = "first_stage_model."
    if not any(key.startswith(prefix) for key in tensors):
        return tensors
    return {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}


def _text_encoder(
    model: Any, tensors: dict[str, torch.Tensor], layout: Path, part: str, dtype: torch.dtype
) -> torch.nn.Module:
    encoder: torch.nn.Module = create_diffusers_clip_model_from_ldm(
        model, checkpoint=tensors, subfolder=part, config=str(layout), torch_dtype=dtype, local_files_only=True
    )
    return encoder
