"""Single files in the layouts of keys that Stable Diffusion 1, 2 and XL were first published in, of tiny random models.

Written from the real diffusers classes: `write_layouts` makes tiny configs in place of those we ship, `make_parts` the
models, `original_tensors` turns their weights into the original keys (the way back from what diffusers reads).
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from generation.engine import single_file

WIDTHS = {"sd1": 32, "sd2": 48, "sdxl": 80}
"""What the tiny denoisers attend to; XL's is that of both text encoders together (32 + 48)."""

Parts = dict[str, Any]


def write_layouts(root: Path) -> Path:
    """Write tiny layouts sd1, sd2 and sdxl below `root`: the shipped ones, narrower and with fewer blocks."""
    shipped = Path(single_file.__file__).parent / "layouts"
    for base in WIDTHS:
        shutil.copytree(shipped / base, root / base)
        levels = 3 if base == "sdxl" else 4
        _edit(
            root / base / "unet/config.json",
            block_out_channels=[32, 32, 64, 64][:levels],
            cross_attention_dim=WIDTHS[base],
            attention_head_dim=4 if base == "sd1" else [4, 4, 8, 8][:levels],
            layers_per_block=1,
            norm_num_groups=8,
            sample_size=8,
            **({"projection_class_embeddings_input_dim": 6 * 8 + 48, "addition_time_embed_dim": 8,
                "transformer_layers_per_block": [1, 1, 2]} if base == "sdxl" else {}),
        )  # fmt: skip
        _edit(root / base / "vae/config.json", block_out_channels=[8, 8, 16, 16], layers_per_block=1, norm_num_groups=4)
        _edit(root / base / "text_encoder/config.json", **_text(48 if base == "sd2" else 32))
        if base == "sdxl":
            _edit(root / base / "text_encoder_2/config.json", **_text(48))
        unet = make_parts(root / base)["unet"]
        (root / base / "layout.json").write_text(
            json.dumps({"native_size": 64, "unet_tensors": len(unet.state_dict())}), "utf-8"
        )
    return root


def _text(width: int) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "projection_dim": width,
    }


def _edit(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), "utf-8")


def make_parts(layout: Path, *, channels: int = 4, seed: int = 1) -> Parts:
    """Return the tiny models of a layout, with random weights."""
    torch.manual_seed(seed)
    unet_config = UNet2DConditionModel.load_config(layout / "unet")
    parts: Parts = {
        "unet": UNet2DConditionModel.from_config(unet_config, in_channels=channels),
        "vae": AutoencoderKL.from_config(AutoencoderKL.load_config(layout / "vae")),
        "text_encoder": CLIPTextModel(CLIPTextConfig.from_pretrained(layout / "text_encoder")),
    }
    if (layout / "text_encoder_2").exists():
        config = CLIPTextConfig.from_pretrained(layout / "text_encoder_2")
        parts["text_encoder_2"] = CLIPTextModelWithProjection(config)
    return parts


def original_tensors(parts: Parts, base: str, *, flat: bool = False, with_vae: bool = True) -> dict[str, torch.Tensor]:
    """All weights under their original keys; `flat`: the text encoder as NovelAI and Anything wrote it."""
    tensors = {"model.diffusion_model." + key: tensor for key, tensor in unet_tensors(parts["unet"]).items()}
    if with_vae:
        tensors |= {"first_stage_model." + key: tensor for key, tensor in vae_tensors(parts["vae"]).items()}
    if base == "sd2":
        tensors |= _open_clip(parts["text_encoder"], "cond_stage_model.model.", extra_layer=23)
    else:
        prefix = "cond_stage_model." if base == "sd1" else "conditioner.embedders.0."
        level = "transformer." if flat else "transformer.text_model."
        tensors |= {
            prefix + level + key.removeprefix("text_model."): tensor
            for key, tensor in parts["text_encoder"].state_dict().items()
        }
    if base == "sdxl":
        tensors |= _open_clip(parts["text_encoder_2"], "conditioner.embedders.1.model.")
    return {key: tensor.clone().contiguous() for key, tensor in tensors.items()}


def unet_tensors(unet: Any) -> dict[str, torch.Tensor]:
    """A denoiser's weights by the original keys, without their prefix."""
    layers, levels = unet.config.layers_per_block, len(unet.config.block_out_channels)
    places: dict[str, str] = {
        "conv_in": "input_blocks.0.0",
        "time_embedding.linear_1": "time_embed.0",
        "time_embedding.linear_2": "time_embed.2",
        "add_embedding.linear_1": "label_emb.0.0",
        "add_embedding.linear_2": "label_emb.0.2",
        "mid_block.resnets.0": "middle_block.0",
        "mid_block.attentions.0": "middle_block.1",
        "mid_block.resnets.1": "middle_block.2",
        "conv_norm_out": "out.0",
        "conv_out": "out.2",
    }
    for level in range(levels):
        down, up = f"down_blocks.{level}", f"up_blocks.{level}"
        for layer in range(layers):
            place = f"input_blocks.{1 + level * (layers + 1) + layer}"
            places |= {f"{down}.resnets.{layer}": f"{place}.0", f"{down}.attentions.{layer}": f"{place}.1"}
        places[f"{down}.downsamplers.0.conv"] = f"input_blocks.{(level + 1) * (layers + 1)}.0.op"
        for layer in range(layers + 1):
            place = f"output_blocks.{level * (layers + 1) + layer}"
            places |= {f"{up}.resnets.{layer}": f"{place}.0", f"{up}.attentions.{layer}": f"{place}.1"}
        after = 2 if hasattr(unet.up_blocks[level], "attentions") else 1
        places[f"{up}.upsamplers.0.conv"] = f"output_blocks.{(level + 1) * (layers + 1) - 1}.{after}.conv"
    resnet = {
        "norm1": "in_layers.0",
        "conv1": "in_layers.2",
        "time_emb_proj": "emb_layers.1",
        "norm2": "out_layers.0",
        "conv2": "out_layers.3",
        "conv_shortcut": "skip_connection",
    }
    return {_renamed(key, places, resnet): tensor for key, tensor in unet.state_dict().items()}


def vae_tensors(vae: Any) -> dict[str, torch.Tensor]:
    """An autoencoder's weights by the original keys, without their prefix."""
    levels = len(vae.config.block_out_channels)
    places: dict[str, str] = {}
    for side, blocks, sampler in (("encoder", "down", "downsamplers"), ("decoder", "up", "upsamplers")):
        for level in range(levels):
            place = level if side == "encoder" else levels - 1 - level
            for layer in range(vae.config.layers_per_block + 1):
                places[f"{side}.{blocks}_blocks.{level}.resnets.{layer}"] = f"{side}.{blocks}.{place}.block.{layer}"
            places[f"{side}.{blocks}_blocks.{level}.{sampler}.0.conv"] = f"{side}.{blocks}.{place}.{sampler[:-3]}e.conv"
        places |= {
            f"{side}.mid_block.resnets.0": f"{side}.mid.block_1",
            f"{side}.mid_block.resnets.1": f"{side}.mid.block_2",
            f"{side}.mid_block.attentions.0.group_norm": f"{side}.mid.attn_1.norm",
            f"{side}.mid_block.attentions.0.to_q": f"{side}.mid.attn_1.q",
            f"{side}.mid_block.attentions.0.to_k": f"{side}.mid.attn_1.k",
            f"{side}.mid_block.attentions.0.to_v": f"{side}.mid.attn_1.v",
            f"{side}.mid_block.attentions.0.to_out.0": f"{side}.mid.attn_1.proj_out",
            f"{side}.conv_norm_out": f"{side}.norm_out",
        }
    named = {
        _renamed(key, places, {"conv_shortcut": "nin_shortcut"}): tensor for key, tensor in vae.state_dict().items()
    }
    # The attention's matrices were stored as convolutions of one pixel.
    return {
        key: tensor[:, :, None, None] if re.search(r"attn_1\.(q|k|v|proj_out)\.weight", key) else tensor
        for key, tensor in named.items()
    }


def _renamed(key: str, places: dict[str, str], inner: dict[str, str]) -> str:
    for old in sorted(places, key=len, reverse=True):
        if key.startswith(old + "."):
            rest = key.removeprefix(old + ".")
            head, _dot, tail = rest.partition(".")
            return f"{places[old]}.{inner.get(head, head)}.{tail}" if tail else f"{places[old]}.{rest}"
    return key


def _open_clip(encoder: Any, prefix: str, *, extra_layer: int | None = None) -> dict[str, torch.Tensor]:
    """A text encoder's weights as OpenCLIP writes them: q, k and v in one matrix, the projection lying on its side."""
    weights = {key.removeprefix("text_model."): tensor for key, tensor in encoder.state_dict().items()}
    tensors = {
        "positional_embedding": weights["embeddings.position_embedding.weight"],
        "token_embedding.weight": weights["embeddings.token_embedding.weight"],
        "ln_final.weight": weights["final_layer_norm.weight"],
        "ln_final.bias": weights["final_layer_norm.bias"],
    }
    if "text_projection.weight" in weights:
        tensors["text_projection"] = weights["text_projection.weight"].T
    for layer in range(encoder.config.num_hidden_layers):
        old, new = f"encoder.layers.{layer}.", f"transformer.resblocks.{layer}."
        for kind in ("weight", "bias"):
            joined = [weights[f"{old}self_attn.{name}_proj.{kind}"] for name in "qkv"]
            tensors |= {
                f"{new}attn.in_proj_{kind}": torch.cat(joined),
                f"{new}attn.out_proj.{kind}": weights[f"{old}self_attn.out_proj.{kind}"],
                f"{new}ln_1.{kind}": weights[f"{old}layer_norm1.{kind}"],
                f"{new}ln_2.{kind}": weights[f"{old}layer_norm2.{kind}"],
                f"{new}mlp.c_fc.{kind}": weights[f"{old}mlp.fc1.{kind}"],
                f"{new}mlp.c_proj.{kind}": weights[f"{old}mlp.fc2.{kind}"],
            }
    if extra_layer is not None:  # Stable Diffusion 2 doesn't use its text encoder's last layer
        last = f"transformer.resblocks.{encoder.config.num_hidden_layers - 1}."
        for key in [key for key in tensors if key.startswith(last)]:
            tensors[key.replace(last, f"transformer.resblocks.{extra_layer}.")] = tensors[key]
    return {prefix + key: tensor for key, tensor in tensors.items()}
