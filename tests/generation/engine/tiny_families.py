"""Tiny checkpoints of the families that stock pipelines draw: real classes, random weights, tokenizers of letters."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import torch
from transformers import (
    BertConfig,
    BertModel,
    T5Config,
    T5EncoderModel,
    UMT5Config,
    UMT5EncoderModel,
)

from tests.generation.engine import tiny_tokenizers as tokenizers
from tests.generation.engine.tiny_deepfloyd import deepfloyd, deepfloyd_stage_2, deepfloyd_stage_3
from tests.generation.engine.tiny_language_families import (
    cogview_4,
    ernie_image,
    flux_2,
    flux_2_klein,
    hidream,
    hunyuan_image,
    krea_2,
    longcat,
    lumina,
    lumina_2,
    ovis,
    qwen_image,
    sana,
    sana_sprint,
    z_image,
)
from tests.generation.engine.tiny_parts import WIDTH, clip, flow, kl_vae, t5
from tests.generation.engine.tiny_tokenizers import VOCABULARY


def stable_diffusion_3() -> Any:
    return diffusers.StableDiffusion3Pipeline(
        transformer=diffusers.SD3Transformer2DModel(
            sample_size=8,
            patch_size=2,
            in_channels=16,
            num_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_projection_dim=32,
            joint_attention_dim=2 * WIDTH,
            pooled_projection_dim=2 * WIDTH,
            out_channels=16,
        ),
        scheduler=flow(shift=3.0),
        vae=kl_vae(channels=16, shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=clip(),
        tokenizer=tokenizers.clip(),
        text_encoder_2=clip(),
        tokenizer_2=tokenizers.clip(),
        # As wide as both others together.
        text_encoder_3=T5EncoderModel(
            T5Config(vocab_size=512, d_model=2 * WIDTH, d_kv=8, d_ff=37, num_layers=2, num_heads=4)
        ),
        tokenizer_3=tokenizers.t5(),
    )


def flux() -> Any:
    return diffusers.FluxPipeline(
        transformer=diffusers.FluxTransformer2DModel(
            patch_size=1,
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            pooled_projection_dim=WIDTH,
            axes_dims_rope=[4, 4, 8],
            guidance_embeds=True,
        ),
        scheduler=flow(use_dynamic_shifting=True),
        vae=kl_vae(shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=clip(projection=False),
        tokenizer=tokenizers.clip(),
        text_encoder_2=t5(),
        tokenizer_2=tokenizers.t5(),
    )


def _pixart(pipeline: type, sample_size: int) -> Any:
    return pipeline(
        transformer=diffusers.PixArtTransformer2DModel(
            sample_size=sample_size,
            num_layers=1,
            patch_size=2,
            attention_head_dim=8,
            num_attention_heads=3,
            caption_channels=WIDTH,
            in_channels=4,
            cross_attention_dim=24,
            out_channels=8,
            use_additional_conditions=False,
        ),
        scheduler=diffusers.DPMSolverMultistepScheduler(),
        vae=kl_vae(),
        text_encoder=t5(),
        tokenizer=tokenizers.t5(),
    )


def pixart_alpha() -> Any:
    return _pixart(diffusers.PixArtAlphaPipeline, 8)


def pixart_sigma() -> Any:
    return _pixart(diffusers.PixArtSigmaPipeline, 8)


def aura_flow() -> Any:
    return diffusers.AuraFlowPipeline(
        transformer=diffusers.AuraFlowTransformer2DModel(
            sample_size=8,
            patch_size=2,
            in_channels=4,
            num_mmdit_layers=1,
            num_single_dit_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_projection_dim=32,
            joint_attention_dim=WIDTH,
            out_channels=4,
            pos_embed_max_size=256,
        ),
        scheduler=flow(),
        vae=kl_vae(),
        text_encoder=t5(UMT5Config, UMT5EncoderModel),
        tokenizer=tokenizers.t5(),
    )


def chroma() -> Any:
    return diffusers.ChromaPipeline(
        transformer=diffusers.ChromaTransformer2DModel(
            patch_size=1,
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            axes_dims_rope=[4, 4, 8],
            approximator_hidden_dim=32,
            approximator_layers=1,
            approximator_num_channels=16,
        ),
        scheduler=flow(),
        vae=kl_vae(shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=t5(),
        tokenizer=tokenizers.t5(),
    )


def hunyuan_dit() -> Any:
    return diffusers.HunyuanDiTPipeline(
        transformer=diffusers.HunyuanDiT2DModel(
            sample_size=8,
            num_layers=2,
            patch_size=2,
            attention_head_dim=8,
            num_attention_heads=3,
            in_channels=4,
            cross_attention_dim=WIDTH,
            cross_attention_dim_t5=WIDTH,
            pooled_projection_dim=16,
            hidden_size=24,
            text_len=77,
            text_len_t5=256,
            activation_fn="gelu-approximate",
        ),
        scheduler=diffusers.DDPMScheduler(),
        vae=kl_vae(),
        text_encoder=BertModel(
            BertConfig(
                vocab_size=VOCABULARY,
                hidden_size=WIDTH,
                num_hidden_layers=1,
                num_attention_heads=2,
                intermediate_size=37,
                hidden_dropout_prob=0.0,
            )
        ),
        tokenizer=tokenizers.bert(),
        text_encoder_2=t5(),
        tokenizer_2=tokenizers.t5(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def bria() -> Any:
    return diffusers.BriaPipeline(
        transformer=diffusers.BriaTransformer2DModel(
            patch_size=1,
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=8,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            pooled_projection_dim=None,
            axes_dims_rope=[0, 4, 4],
        ),
        scheduler=flow(),
        vae=kl_vae(shift_factor=0, scaling_factor=0.13025),
        text_encoder=t5(),
        tokenizer=tokenizers.t5(),
    )


def cogview_3() -> Any:
    return diffusers.CogView3PlusPipeline(
        transformer=diffusers.CogView3PlusTransformer2DModel(
            patch_size=2,
            in_channels=4,
            num_layers=1,
            attention_head_dim=4,
            num_attention_heads=2,
            out_channels=4,
            text_embed_dim=WIDTH,
            time_embed_dim=8,
            condition_dim=2,
            pos_embed_max_size=16,
            sample_size=8,
        ),
        scheduler=diffusers.CogVideoXDDIMScheduler(),
        vae=kl_vae(),
        text_encoder=t5(),
        tokenizer=tokenizers.t5(),
    )


BUILDERS: dict[str, Callable[[], Any]] = {
    "AuraFlowPipeline": aura_flow,
    "BriaPipeline": bria,
    "ChromaPipeline": chroma,
    "CogView3PlusPipeline": cogview_3,
    "CogView4Pipeline": cogview_4,
    "ErnieImagePipeline": ernie_image,
    "Flux2KleinPipeline": flux_2_klein,
    "Flux2Pipeline": flux_2,
    "FluxPipeline": flux,
    "HiDreamImagePipeline": hidream,
    "HunyuanDiTPipeline": hunyuan_dit,
    "HunyuanImagePipeline": hunyuan_image,
    "IFPipeline": deepfloyd,
    "Krea2Pipeline": krea_2,
    "LongCatImagePipeline": longcat,
    "Lumina2Pipeline": lumina_2,
    "LuminaPipeline": lumina,
    "OvisImagePipeline": ovis,
    "PixArtAlphaPipeline": pixart_alpha,
    "PixArtSigmaPipeline": pixart_sigma,
    "QwenImagePipeline": qwen_image,
    "SanaPipeline": sana,
    "SanaSprintPipeline": sana_sprint,
    "StableDiffusion3Pipeline": stable_diffusion_3,
    "ZImagePipeline": z_image,
}


def build_family(name: str, folder: Path, **shards: Any) -> Path:
    """Write the tiny checkpoint of pipeline class `name` and return its folder."""
    torch.manual_seed(1)
    BUILDERS[name]().save_pretrained(folder, **shards)
    return folder


def build_cascade(folder: Path, stages: int = 3) -> Path:
    """Write DeepFloyd IF with its further stages: 16 pixels become 32, then 128."""
    build_family("IFPipeline", folder)
    for name, make in (("stage_2", deepfloyd_stage_2), ("stage_3", deepfloyd_stage_3))[: stages - 1]:
        make().save_pretrained(folder / name)
    return folder
