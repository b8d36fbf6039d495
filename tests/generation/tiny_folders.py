"""Tiny Stable Diffusion folders with random weights: real classes, 0.3 M parameters. Importing this loads torch."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from tokenizers import AddedToken, Tokenizer, models, normalizers, processors
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

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


def build(
    folder: Path, *, channels: int, tiny_vae: bool, seed: int, inpainting: bool = False, **schedule: Any
) -> Path:
    """Write a Stable Diffusion folder of random weights and return it; `schedule` goes into its scheduler's config.

    `inpainting`: the denoiser sees a mask and the latents around it besides its own.
    """
    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=2 * channels + 1 if inpainting else channels,
        out_channels=channels,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32,
        attention_head_dim=4,
        norm_num_groups=8,
    )
    vae: Any
    if tiny_vae:
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
    else:
        vae = AutoencoderKL(
            latent_channels=channels,
            block_out_channels=(8, 8, 16, 16),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=1,
            norm_num_groups=4,
            scaling_factor=0.18215,
        )
    tokenizer = _tokenizer()
    text_encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=16,
            bos_token_id=1,
            eos_token_id=0,
            pad_token_id=0,
        )
    )
    StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=DDIMScheduler(
            beta_schedule="scaled_linear",
            beta_start=0.00085,
            beta_end=0.012,
            clip_sample=False,
            steps_offset=1,
            **schedule,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder
