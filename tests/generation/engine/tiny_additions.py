"""Tiny LoRAs, embeddings and VAEs for the tiny checkpoints, in the formats people have them in."""

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DiffusionPipeline
from safetensors.torch import save_file

UNET_LAYERS = ("to_q", "to_k", "to_v", "to_out.0", "proj_in", "ff.net.0.proj", "conv1")
TEXT_LAYERS = ("q_proj", "out_proj", "fc1")
RANK = 4


def load(checkpoint: Path) -> Any:
    """The stock pipeline of a tiny checkpoint."""
    return DiffusionPipeline.from_pretrained(checkpoint, local_files_only=True)


def kohya_lora(path: Path, checkpoint: Path, seed: int, strength: float = 0.2) -> Path:
    """Write a LoRA as kohya's trainer does: underscores, lora_down and lora_up, an alpha for each layer."""
    pipeline = load(checkpoint)
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, torch.Tensor] = {}
    is_xl = hasattr(pipeline, "text_encoder_2")
    parts = [("lora_unet_", pipeline.unet, UNET_LAYERS)]
    parts.append(("lora_te1_text_model_" if is_xl else "lora_te_text_model_", pipeline.text_encoder, TEXT_LAYERS))
    if is_xl:
        parts.append(("lora_te2_", pipeline.text_encoder_2, TEXT_LAYERS))
    for prefix, module, layers in parts:
        for name, layer in module.named_modules():
            if name.endswith(layers):
                key = prefix + name.replace(".", "_")
                down, up = _pair(layer.weight, generator, strength)
                tensors |= {
                    f"{key}.lora_down.weight": down,
                    f"{key}.lora_up.weight": up,
                    f"{key}.alpha": torch.tensor(RANK / 2.0),
                }
    save_file(tensors, path)
    return path


def peft_lora(path: Path, checkpoint: Path, seed: int, strength: float = 0.2) -> Path:
    """Write a LoRA of the denoiser alone as diffusers saves it: dots, lora_A and lora_B."""
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, torch.Tensor] = {}
    for name, layer in load(checkpoint).unet.named_modules():
        if name.endswith(("to_q", "to_v")):
            down, up = _pair(layer.weight, generator, strength)
            tensors |= {f"unet.{name}.lora_A.weight": down, f"unet.{name}.lora_B.weight": up}
    save_file(tensors, path)
    return path


def _pair(weight: torch.Tensor, generator: torch.Generator, strength: float) -> tuple[torch.Tensor, torch.Tensor]:
    down = torch.randn((RANK, *weight.shape[1:]), generator=generator) * strength
    up = torch.randn((weight.shape[0], RANK, *(1,) * (weight.dim() - 2)), generator=generator) * strength
    return down, up


def embedding(path: Path, tables: dict[str, tuple[int, int]], seed: int) -> Path:
    """Write a textual inversion: by tensor's name, how many vectors of which width."""
    generator = torch.Generator().manual_seed(seed)
    save_file({name: torch.randn(shape, generator=generator) * 0.5 for name, shape in tables.items()}, path)
    return path


def vae_folder(path: Path, checkpoint: Path, seed: int) -> Path:
    """Write a diffusers folder of another VAE of the checkpoint's shape."""
    torch.manual_seed(seed)
    AutoencoderKL.from_config(load(checkpoint).vae.config).save_pretrained(path)
    return path


def vae_file(path: Path, folder: Path) -> Path:
    """Write that VAE's weights with diffusers' keys into one file."""
    save_file(AutoencoderKL.from_pretrained(folder).state_dict(), path)
    return path


def original_vae_file(path: Path, folder: Path) -> Path:
    """Write that VAE's weights with the keys of their first publisher into one file."""
    vae = AutoencoderKL.from_pretrained(folder)
    levels = len(vae.config.block_out_channels)
    tensors = {}
    for key, tensor in vae.state_dict().items():
        part, _dot, rest = key.partition(".")
        for number in range(levels):
            rest = rest.replace(f"down_blocks.{number}.resnets.", f"down.{number}.block.")
            rest = rest.replace(f"down_blocks.{number}.downsamplers.0.", f"down.{number}.downsample.")
            rest = rest.replace(f"up_blocks.{number}.resnets.", f"up.{levels - 1 - number}.block.")
            rest = rest.replace(f"up_blocks.{number}.upsamplers.0.", f"up.{levels - 1 - number}.upsample.")
        for ours, theirs in (
            ("mid_block.resnets.0.", "mid.block_1."),
            ("mid_block.resnets.1.", "mid.block_2."),
            ("mid_block.attentions.0.group_norm.", "mid.attn_1.norm."),
            ("mid_block.attentions.0.to_q.", "mid.attn_1.q."),
            ("mid_block.attentions.0.to_k.", "mid.attn_1.k."),
            ("mid_block.attentions.0.to_v.", "mid.attn_1.v."),
            ("mid_block.attentions.0.to_out.0.", "mid.attn_1.proj_out."),
            ("conv_shortcut.", "nin_shortcut."),
            ("conv_norm_out.", "norm_out."),
        ):
            rest = rest.replace(ours, theirs)
        if ".attn_1." in f".{rest}" and rest.endswith("weight") and "norm" not in rest:
            tensor = tensor[:, :, None, None]
        tensors[f"{part}.{rest}" if rest else part] = tensor.contiguous()
    save_file(tensors, path)
    return path
