"""Tiny Stable Diffusion folders with random weights: real classes, 0.3 M parameters. Importing this loads torch."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from tokenizers import AddedToken, Tokenizer, models, normalizers, processors
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, PreTrainedTokenizerFast

TAGS = ("1girl", "red hair", "blue hair", "smile", "glasses", "green background", "night sky", "low quality")


def _tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(vocab={"<|endoftext|>": 0, "<|startoftext|>": 1}, merges=[]))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.add_tokens([AddedToken(tag, single_word=True, normalized=True) for tag in TAGS])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>", special_tokens=[("<|startoftext|>", 1), ("<|endoftext|>", 0)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=16,
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
    )


def _unet(channels: int, inpainting: bool, text_width: int, **options: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=2 * channels + 1 if inpainting else channels,
        out_channels=channels,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=text_width,
        norm_num_groups=8,
        **options,
    )


def _vae(channels: int, tiny: bool) -> Any:
    if not tiny:
        return AutoencoderKL(
            latent_channels=channels,
            block_out_channels=(8, 8, 16, 16),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=1,
            norm_num_groups=4,
            scaling_factor=0.18215,
        )
    vae = AutoencoderTiny(
        latent_channels=channels,
        encoder_block_out_channels=(16,) * 4,
        decoder_block_out_channels=(16,) * 4,
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
    )
    with torch.no_grad():
        # Untrained, it paints everything nearly black: spread its output around middle grey.
        vae.decoder.layers[-1].weight.mul_(20)
        vae.decoder.layers[-1].bias.fill_(0.5)
    return vae


def _text_config(tokenizer: PreTrainedTokenizerFast, width: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=16,
        projection_dim=24,
        bos_token_id=1,
        eos_token_id=0,
        pad_token_id=0,
    )


def _scheduler(**schedule: Any) -> DDIMScheduler:
    return DDIMScheduler(
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        clip_sample=False,
        steps_offset=1,
        **schedule,
    )


def build(
    folder: Path,
    *,
    channels: int,
    tiny_vae: bool,
    seed: int,
    inpainting: bool = False,
    text_width: int = 32,
    **schedule: Any,
) -> Path:
    """Write a Stable Diffusion folder of random weights and return it; `schedule` goes into its scheduler's config.

    `inpainting`: the denoiser sees a mask and the latents around it besides its own. `text_width` other than 32: as
    in SD 2, with a head size for each block.
    """
    torch.manual_seed(seed)
    options: dict[str, Any] = {"attention_head_dim": 4}
    if text_width != 32:
        options = {"attention_head_dim": (2, 4), "use_linear_projection": True}
    unet = _unet(channels, inpainting, text_width, **options)
    vae = _vae(channels, tiny_vae)
    tokenizer = _tokenizer()
    StableDiffusionPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(_text_config(tokenizer, text_width)),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=_scheduler(**schedule),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def build_xl(folder: Path, *, seed: int, inpainting: bool = False, **schedule: Any) -> Path:
    """Write a Stable Diffusion XL folder of random weights and return it.

    Its two text encoders are of different widths: diffusers tells them apart by that in a single file.
    """
    torch.manual_seed(seed)
    tokenizer = _tokenizer()
    text_encoder = CLIPTextModel(_text_config(tokenizer, 32))
    text_encoder_2 = CLIPTextModelWithProjection(_text_config(tokenizer, 40))
    unet = _unet(
        4,
        inpainting,
        32 + 40,
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 24,
    )
    StableDiffusionXLPipeline(
        vae=_vae(4, tiny=False),
        text_encoder=text_encoder,
        text_encoder_2=text_encoder_2,
        tokenizer=tokenizer,
        tokenizer_2=_tokenizer(),
        unet=unet,
        scheduler=_scheduler(**schedule),
    ).save_pretrained(folder)
    return folder
