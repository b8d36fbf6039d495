"""VAEs that stand in for a checkpoint's own. They share no call, so jobs with and without one are batched together."""

import logging
import weakref
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file

from generation.engine.checkpoint_files import CheckpointFacts, fingerprint_of
from generation.engine.errors import EngineError
from generation.engine.latent_codec import LatentCodec
from generation.engine.memory import is_out_of_memory
from generation.engine.resource_files import resource_header
from generation.engine.single_file import layout_of

logger = logging.getLogger(__name__)

_PREFIX = "first_stage_model."
_FOLDER_WEIGHTS = "diffusion_pytorch_model.safetensors"


class OtherVaes:
    """Loads VAEs for one checkpoint. One stays in memory while a run holds its codec, and the latest one after."""

    def __init__(self, own: Any, facts: CheckpointFacts, device: torch.device) -> None:
        """`own`: the checkpoint's VAE, which the others must be of one kind with."""
        self._own = own
        self._facts = facts
        self._device = device
        self._live: weakref.WeakValueDictionary[Hashable, LatentCodec] = weakref.WeakValueDictionary()
        self._latest: LatentCodec | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of all other VAEs in memory."""
        return sum(tensor.nbytes for codec in self._live.values() for tensor in codec.vae.state_dict().values())

    def codec(self, vae: str) -> LatentCodec:
        """Return the VAE of a diffusers folder or of a safetensors file (diffusers' keys or the original ones).

        Raises EngineError missing_resource, corrupt_resource, resource_of_another_family, unsupported.
        """
        path = Path(vae)
        if not path.exists():
            raise EngineError("missing_resource", resource=path.name)
        key = (path.absolute(), fingerprint_of(path))
        codec = self._live.get(key)
        if codec is None:
            self._latest = None
            codec = LatentCodec(self._load(path), self._facts.scale_factor)
            self._live[key] = codec
        self._latest = codec
        return codec

    def drop_unused(self) -> None:
        """Keep only those that runs hold."""
        self._latest = None

    def _load(self, path: Path) -> Any:
        if not isinstance(self._own, AutoencoderKL):
            raise EngineError("unsupported", what="vae", checkpoint=self._facts.path.name)
        file = path / _FOLDER_WEIGHTS if path.is_dir() else path
        if not file.is_file():
            raise EngineError("corrupt_resource", resource=path.name, reason="format")
        self._check(path, {key: info.shape for key, info in resource_header(file).tensors.items()})
        try:
            # Outside inference mode, as all weights are loaded.
            with torch.inference_mode(False):
                loaded = self._of_folder(path) if path.is_dir() else self._of_file(path)
        except EngineError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise
            logger.exception("Could not load VAE %s", path.name)
            raise EngineError("corrupt_resource", resource=path.name, reason="load") from error
        if any(tensor.is_meta for tensor in loaded.state_dict().values()):
            raise EngineError("corrupt_resource", resource=path.name, reason="keys")
        if loaded.config.scaling_factor != self._own.config.scaling_factor:
            # Latents in another scale are another model's: the picture would come out as a stain.
            raise self._of_another_family(path)
        loaded = loaded.to(device=self._device, dtype=self._own.dtype, memory_format=torch.channels_last)
        for tensor in (*loaded.parameters(), *loaded.buffers()):
            if self._device.type == "cpu":
                tensor.data = tensor.data.clone()  # not mapped from a file that somebody may overwrite
        return loaded.eval()

    def _of_folder(self, path: Path) -> Any:
        return AutoencoderKL.from_pretrained(
            path, torch_dtype=self._own.dtype, local_files_only=True, use_safetensors=True
        )

    def _of_file(self, path: Path) -> Any:
        tensors = {key.removeprefix(_PREFIX): tensor for key, tensor in load_file(path).items()}
        if any(key.startswith("encoder.down_blocks.") for key in tensors):
            loaded = AutoencoderKL.from_config(self._own.config)
            loaded.load_state_dict(tensors)
            return loaded.to(self._own.dtype)
        # The config is the checkpoint's own: a file has none, and only a VAE of that shape can be used.
        config = layout_of(self._facts.base) if self._facts.is_single_file else self._facts.path
        return AutoencoderKL.from_single_file(
            tensors, config=str(config), subfolder="vae", local_files_only=True, torch_dtype=self._own.dtype
        )

    def _check(self, path: Path, shapes: dict[str, tuple[int, ...]]) -> None:
        """What goes into the decoder has to have as many channels as this checkpoint's latents."""
        bare = {key.removeprefix(_PREFIX): shape for key, shape in shapes.items()}
        into_decoder, into_encoder = bare.get("decoder.conv_in.weight"), bare.get("encoder.conv_in.weight")
        if into_decoder is None or into_encoder is None or len(into_decoder) != 4:
            raise EngineError("corrupt_resource", resource=path.name, reason="keys")
        if into_decoder[1] != self._facts.latent_channels:
            raise self._of_another_family(path)

    def _of_another_family(self, path: Path) -> EngineError:
        return EngineError(
            "resource_of_another_family", resource=path.name, family="another", wanted=self._facts.path.name
        )
