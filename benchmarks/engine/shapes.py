"""Checkpoints of random weights in the shapes of well-known models: as heavy as the real ones, nothing to download."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, PreTrainedTokenizerFast


@dataclass(frozen=True)
class Shape:
    """A model to measure; `write` puts its folder on the disk; `sides` are the sizes to draw, in pixels."""

    name: str
    title: str
    sides: tuple[int, ...]
    write: Callable[[Path, torch.device, torch.dtype], None]


def _tokenizer() -> PreTrainedTokenizerFast:
    """Bytes for tokens: random weights can't read anyway, and a prompt still has the length of one."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: index for index, letter in enumerate([*letters, "<|startoftext|>", "<|endoftext|>"])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    start, end = vocabulary["<|startoftext|>"], vocabulary["<|endoftext|>"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>",
        special_tokens=[("<|startoftext|>", start), ("<|endoftext|>", end)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=77,
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
    )


def _text_config(width: int, layers: int, heads: int, **more: Any) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=49_408,
        hidden_size=width,
        intermediate_size=width * 4,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=77,
        bos_token_id=256,
        eos_token_id=257,
        pad_token_id=257,
        **more,
    )


def _vae(widths: tuple[int, ...], scaling: float) -> AutoencoderKL:
    return AutoencoderKL(
        latent_channels=4,
        block_out_channels=widths,
        down_block_types=("DownEncoderBlock2D",) * len(widths),
        up_block_types=("UpDecoderBlock2D",) * len(widths),
        layers_per_block=2,
        norm_num_groups=min(32, widths[0]),
        scaling_factor=scaling,
    )


def _scheduler() -> DDIMScheduler:
    return DDIMScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False, steps_offset=1
    )


def _calm(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """Small predictions: untrained ones add up over the steps until half precision overflows."""
    with torch.no_grad():
        unet.conv_out.weight.mul_(0.05)
    return unet


def _sd1(
    widths: tuple[int, ...], vae_widths: tuple[int, ...], text: tuple[int, int, int], heads: int
) -> Callable[[Path, torch.device, torch.dtype], None]:
    def write(folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        torch.manual_seed(0)
        with device:
            unet = UNet2DConditionModel(
                sample_size=64,
                in_channels=4,
                out_channels=4,
                block_out_channels=widths,
                layers_per_block=2,
                down_block_types=(*("CrossAttnDownBlock2D",) * (len(widths) - 1), "DownBlock2D"),
                up_block_types=("UpBlock2D", *("CrossAttnUpBlock2D",) * (len(widths) - 1)),
                cross_attention_dim=text[0],
                attention_head_dim=heads,
            )
            pipeline = StableDiffusionPipeline(
                vae=_vae(vae_widths, 0.18215).to(dtype),
                text_encoder=CLIPTextModel(_text_config(*text)).to(dtype),
                tokenizer=_tokenizer(),
                unet=_calm(unet).to(dtype),
                scheduler=_scheduler(),
                safety_checker=None,
                feature_extractor=None,
                requires_safety_checker=False,
            )
        pipeline.save_pretrained(folder)

    return write


def _sdxl(folder: Path, device: torch.device, dtype: torch.dtype) -> None:
    """Configuration: stabilityai/stable-diffusion-xl-base-1.0."""
    torch.manual_seed(0)
    with device:
        unet = UNet2DConditionModel(
            sample_size=128,
            in_channels=4,
            out_channels=4,
            block_out_channels=(320, 640, 1280),
            layers_per_block=2,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            transformer_layers_per_block=(1, 2, 10),
            cross_attention_dim=2048,
            attention_head_dim=(5, 10, 20),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=256,
            projection_class_embeddings_input_dim=2816,
        )
        pipeline = StableDiffusionXLPipeline(
            vae=_vae((128, 256, 512, 512), 0.13025).to(dtype),
            text_encoder=CLIPTextModel(_text_config(768, 12, 12)).to(dtype),
            text_encoder_2=CLIPTextModelWithProjection(_text_config(1280, 32, 20, projection_dim=1280)).to(dtype),
            tokenizer=_tokenizer(),
            tokenizer_2=_tokenizer(),
            unet=_calm(unet).to(dtype),
            scheduler=_scheduler(),
            add_watermarker=False,
        )
    pipeline.save_pretrained(folder)


SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape("sd15", "SD 1.5", (512, 1024), _sd1((320, 640, 1280, 1280), (128, 256, 512, 512), (768, 12, 12), 8)),
        Shape("sdxl", "SDXL", (512, 1024), _sdxl),
        # What two CPU cores can draw in a second: SD 1.5 with a tenth of the channels.
        Shape(
            "small",
            "SD 1.5 with 1/10 of the channels",
            (128, 256),
            _sd1((32, 64, 128, 128), (16, 32, 64, 64), (64, 4, 4), 4),
        ),
    )
}
"""By the name that the command line takes."""
