"""Load the folder of a stock pipeline: offline, from safetensors, and with all of its tensors."""

import inspect
import itertools
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from generation.engine.errors import EngineError
from generation.engine.memory import is_out_of_memory

logger = logging.getLogger(__name__)


def load_pipeline(
    folder: Path,
    class_name: str,
    tensor_counts: Mapping[str, int],
    variant: str,
    left_out: tuple[str, ...],
    device: torch.device,
    dtype: torch.dtype,
) -> Any:
    """Return the pipeline, its models on `device`. `left_out`: components it does without.

    Raises EngineError corrupt_checkpoint.
    """
    # A worker's log is no place for progress bars, nor for the libraries' remarks on every load of a sound folder.
    for library in (diffusers_logging, transformers_logging):
        library.disable_progress_bar()
        library.set_verbosity_error()
    pipeline_class = getattr(diffusers, class_name)
    accepted = inspect.signature(pipeline_class.__init__).parameters
    without: dict[str, Any] = {name: None for name in left_out if name in accepted}
    if "requires_safety_checker" in accepted:
        without["requires_safety_checker"] = False
    try:
        pipeline: Any = pipeline_class.from_pretrained(
            folder,
            dtype=dtype,
            variant=variant or None,
            local_files_only=True,
            use_safetensors=True,
            **without,
        )
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the tokenizers' Rust over a damaged file is no Exception
        if isinstance(error, Exception) and is_out_of_memory(error):
            raise
        # The libraries raise anything here (OSError, KeyError, RuntimeError …); the folder is what they have in common.
        logger.exception("Could not load checkpoint %s", folder.name)
        raise EngineError("corrupt_checkpoint", checkpoint=folder.name, file="", reason="load") from error
    for name, module in models_of(pipeline).items():
        # Tensors that no file holds are filled with random numbers, with a warning only.
        if sum(1 for _ in module.parameters()) > tensor_counts.get(name, 0):
            raise EngineError("corrupt_checkpoint", checkpoint=folder.name, file=name, reason="missing_tensors")
        _own(module.to(device)).eval()
    return pipeline


def models_of(pipeline: Any) -> dict[str, torch.nn.Module]:
    """Return the components with weights, by name."""
    return {name: part for name, part in pipeline.components.items() if isinstance(part, torch.nn.Module)}


def sibling(pipeline: Any, class_name: str) -> Any:
    """Return a pipeline of another class that shares the components of this one."""
    pipeline_class = getattr(diffusers, class_name)
    has = {**pipeline.config, **pipeline.components}
    names = list(inspect.signature(pipeline_class.__init__).parameters)[1:]
    return pipeline_class(**{name: has[name] for name in names if name in has})


def _own(module: torch.nn.Module) -> torch.nn.Module:
    """Copy weights that are mapped from the file: whoever writes over the file would change (or kill) a running job."""
    for tensor in itertools.chain(module.parameters(), module.buffers()):
        if tensor.device.type == "cpu":
            tensor.data = tensor.data.clone()
    return module
