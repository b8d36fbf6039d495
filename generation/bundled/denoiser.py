"""The denoiser: a small UNet and a small text encoder, both stock classes, and the noise schedule of their training."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

from .plans import DenoiserShape
from .tokenizer import MAX_TOKENS


def build_unet(shape: DenoiserShape) -> Any:
    """A UNet that is told the tags twice: by cross-attention and, pooled, beside the time step.

    The pooled way (``addition_embed_type="text"``) reaches every residual block as scale and shift, so colours and
    subjects are learned after a few thousand pictures; attention then adds what belongs to one place.
    """
    down = tuple("CrossAttnDownBlock2D" if attends else "DownBlock2D" for attends in shape.attention)
    up = tuple("CrossAttnUpBlock2D" if attends else "UpBlock2D" for attends in reversed(shape.attention))
    return UNet2DConditionModel(
        sample_size=shape.latent_size,
        in_channels=shape.latent_channels,
        out_channels=shape.latent_channels,
        down_block_types=down,
        up_block_types=up,
        block_out_channels=shape.channels,
        layers_per_block=shape.layers,
        norm_num_groups=shape.groups,
        cross_attention_dim=shape.text_width,
        attention_head_dim=tuple(max(1, width // 32) for width in shape.channels),  # diffusers reads this as heads
        use_linear_projection=True,
        resnet_time_scale_shift="scale_shift",
        time_embedding_dim=shape.time_width,
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
    )


def build_text_encoder(shape: DenoiserShape, tokens: int) -> Any:
    """A CLIP text encoder for whole-tag tokens. ``tokens`` is the size of the tokenizer."""
    config = CLIPTextConfig(
        vocab_size=tokens,
        hidden_size=shape.text_width,
        intermediate_size=shape.text_width * 4,
        num_hidden_layers=shape.text_layers,
        num_attention_heads=max(1, shape.text_width // 48),
        max_position_embeddings=MAX_TOKENS,
        bos_token_id=1,
        eos_token_id=0,
        pad_token_id=0,
        projection_dim=shape.text_width,
    )
    model: Any = CLIPTextModel(config)
    with torch.no_grad():
        # Tags have no order: start with loud tokens and silent positions.
        for name, parameter in model.named_parameters():
            if name.endswith("token_embedding.weight"):
                nn.init.normal_(parameter, std=0.5)
            elif name.endswith("position_embedding.weight"):
                nn.init.zeros_(parameter)
    return model


def build_scheduler() -> Any:
    """v-prediction with zero terminal signal, so that flat dark and flat bright pictures are reachable."""
    return DDIMScheduler(
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        clip_sample=False,
        set_alpha_to_one=False,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        steps_offset=1,
    )
