"""What tiny checkpoints are put together from: autoencoders, text encoders and schedulers with random weights."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from typing import Any

import diffusers
import torch
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    Mistral3Config,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    T5Config,
    T5EncoderModel,
)

from tests.generation.engine import tiny_tokenizers as tokenizers
from tests.generation.engine.tiny_tokenizers import VOCABULARY

WIDTH = 32
"""Of every text encoder: the numbers a token becomes."""


def kl_vae(channels: int = 4, **more: Any) -> Any:
    """Return an autoencoder that makes one latent of 8 x 8 pixels."""
    blocks = 4
    vae = diffusers.AutoencoderKL(
        block_out_channels=(8,) * blocks,
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        layers_per_block=1,
        latent_channels=channels,
        norm_num_groups=4,
        sample_size=64,
        **more,
    )
    return contrasty(vae)


def contrasty(vae: Any) -> Any:
    """Untrained, a decoder paints nearly everything grey: spread what it paints, so that pictures can be told apart."""
    last = getattr(vae.decoder, "conv_out", None)
    with torch.no_grad():
        getattr(last, "conv", last).weight.mul_(3)
    return vae


def clip(projection: bool = True, hidden: int = WIDTH) -> Any:
    tokenizer = tokenizers.clip()
    config = CLIPTextConfig(
        vocab_size=VOCABULARY,
        hidden_size=hidden,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        projection_dim=WIDTH,
        max_position_embeddings=128,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return (CLIPTextModelWithProjection if projection else CLIPTextModel)(config)


def t5(config: type = T5Config, model: type = T5EncoderModel, width: int = WIDTH) -> Any:
    return model(config(vocab_size=512, d_model=width, d_kv=8, d_ff=37, num_layers=2, num_heads=4))


LANGUAGE: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "intermediate_size": 37,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": 4096,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "pad_token_id": 0,
}


def qwen_vl() -> Any:
    rope = {"mrope_section": [2, 3, 3], "rope_type": "default", "type": "default"}
    vision = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": WIDTH}
    text = {**LANGUAGE, "rope_scaling": rope, "rope_theta": 1e6}
    del text["head_dim"]
    return Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig(text_config=text, vision_config=vision, hidden_size=WIDTH, vocab_size=VOCABULARY)
    )


def mistral(model: type) -> Any:
    vision = {
        "model_type": "pixtral",
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "image_size": 30,
        "patch_size": 6,
    }
    text = {**LANGUAGE, "model_type": "mistral", "sliding_window": None, "num_hidden_layers": 3}
    return model(Mistral3Config(text_config=text, vision_config=vision, image_token_index=1, vision_feature_layer=-1))


def flow(**more: Any) -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(**more)
