"""Tiny families whose text encoder is a language model: Gemma, Qwen, Mistral, GLM, Llama."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from typing import Any

import diffusers
import torch
from transformers import (
    Gemma2Config,
    Gemma2Model,
    GemmaConfig,
    GemmaForCausalLM,
    GlmConfig,
    GlmModel,
    LlamaConfig,
    LlamaForCausalLM,
    Mistral3ForConditionalGeneration,
    Mistral3Model,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3Model,
    Qwen3VLConfig,
    Qwen3VLModel,
)

from tests.generation.engine import tiny_tokenizers as tokenizers
from tests.generation.engine.tiny_parts import LANGUAGE, WIDTH, clip, contrasty, flow, kl_vae, mistral, qwen_vl, t5


def _flux2_vae() -> Any:
    vae = diffusers.AutoencoderKLFlux2(
        block_out_channels=(8,) * 4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
    )
    vae.bn.running_var.fill_(2.0)
    return contrasty(vae)


def _flux2_transformer(guidance_embeds: bool) -> Any:
    return diffusers.Flux2Transformer2DModel(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=3 * WIDTH,  # three layers of the text encoder side by side
        timestep_guidance_channels=256,
        axes_dims_rope=[4, 4, 4, 4],
        guidance_embeds=guidance_embeds,
    )


def flux_2() -> Any:
    text = {"num_hidden_layers": 31}  # the pipeline reads layers 10, 20 and 30
    encoder = mistral(Mistral3ForConditionalGeneration)
    config = encoder.config
    config.text_config.num_hidden_layers = text["num_hidden_layers"]
    return diffusers.Flux2Pipeline(
        transformer=_flux2_transformer(guidance_embeds=True),
        scheduler=flow(),
        vae=_flux2_vae(),
        text_encoder=Mistral3ForConditionalGeneration(config),
        tokenizer=tokenizers.chat(),
    )


def flux_2_klein() -> Any:
    encoder = Qwen3ForCausalLM(Qwen3Config(**{**LANGUAGE, "num_hidden_layers": 28}))  # layers 9, 18 and 27 are read
    return diffusers.Flux2KleinPipeline(
        transformer=_flux2_transformer(guidance_embeds=False),
        scheduler=flow(),
        vae=_flux2_vae(),
        text_encoder=encoder,
        tokenizer=tokenizers.qwen(),
        is_distilled=False,
    )


def _sana_parts(**transformer: Any) -> dict[str, Any]:
    vae = diffusers.AutoencoderDC(
        latent_channels=4,
        attention_head_dim=2,
        encoder_block_types=("ResBlock",) * 6,
        decoder_block_types=("ResBlock",) * 6,
        encoder_block_out_channels=(8,) * 6,
        decoder_block_out_channels=(8,) * 6,
        encoder_qkv_multiscales=((),) * 6,
        decoder_qkv_multiscales=((),) * 6,
        encoder_layers_per_block=(1,) * 6,
        decoder_layers_per_block=(1,) * 6,
        downsample_block_type="conv",
        upsample_block_type="interpolate",
        decoder_norm_types="rms_norm",
        decoder_act_fns="silu",
        scaling_factor=0.41407,
    )
    return {
        "transformer": diffusers.SanaTransformer2DModel(
            patch_size=1,
            in_channels=4,
            out_channels=4,
            num_layers=1,
            num_attention_heads=2,
            attention_head_dim=4,
            num_cross_attention_heads=2,
            cross_attention_head_dim=4,
            cross_attention_dim=8,
            caption_channels=WIDTH,
            sample_size=32,
            **transformer,
        ),
        "vae": contrasty(vae),
        "text_encoder": Gemma2Model(Gemma2Config(**LANGUAGE)),
        "tokenizer": tokenizers.gemma(),
    }


def sana() -> Any:
    return diffusers.SanaPipeline(**_sana_parts(), scheduler=flow(shift=3.0))


def sana_sprint() -> Any:
    parts = _sana_parts(qk_norm="rms_norm_across_heads", guidance_embeds=True)
    return diffusers.SanaSprintPipeline(**parts, scheduler=diffusers.SCMScheduler())


def lumina_2() -> Any:
    return diffusers.Lumina2Pipeline(
        transformer=diffusers.Lumina2Transformer2DModel(
            sample_size=8,
            patch_size=2,
            in_channels=4,
            hidden_size=16,
            num_layers=1,
            num_attention_heads=2,
            num_kv_heads=2,
            multiple_of=16,
            axes_dim_rope=[4, 2, 2],
            cap_feat_dim=WIDTH,
        ),
        scheduler=flow(),
        vae=kl_vae(shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=Gemma2Model(Gemma2Config(**LANGUAGE)),
        tokenizer=tokenizers.gemma(),
    )


def _qwen_vae() -> Any:
    vae = diffusers.AutoencoderKLQwenImage(
        base_dim=24,
        z_dim=4,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.1] * 4,
        latents_std=[1.5] * 4,
    )
    return contrasty(vae)


def qwen_image() -> Any:
    return diffusers.QwenImagePipeline(
        transformer=diffusers.QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=16,
            out_channels=4,
            num_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            guidance_embeds=False,
            axes_dims_rope=(8, 4, 4),
        ),
        scheduler=flow(use_dynamic_shifting=True),
        vae=_qwen_vae(),
        text_encoder=qwen_vl(),
        tokenizer=tokenizers.qwen(),
    )


def z_image() -> Any:
    transformer = diffusers.ZImageTransformer2DModel(
        all_patch_size=(2,),
        all_f_patch_size=(1,),
        in_channels=4,
        dim=32,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=WIDTH,
        axes_dims=[8, 4, 4],
        axes_lens=[512, 32, 32],
    )
    with torch.no_grad():
        transformer.x_pad_token.fill_(1.0)  # made without a value
        transformer.cap_pad_token.fill_(1.0)
    return diffusers.ZImagePipeline(
        transformer=transformer,
        scheduler=flow(),
        vae=kl_vae(shift_factor=0.1, scaling_factor=0.4),
        text_encoder=Qwen3Model(Qwen3Config(**LANGUAGE)),
        tokenizer=tokenizers.qwen(),
    )


def ernie_image() -> Any:
    return diffusers.ErnieImagePipeline(
        transformer=diffusers.ErnieImageTransformer2DModel(
            hidden_size=32,
            num_attention_heads=2,
            num_layers=1,
            ffn_hidden_size=37,
            in_channels=16,
            out_channels=16,
            text_in_dim=WIDTH,
            rope_axes_dim=(4, 6, 6),
        ),
        vae=_flux2_vae(),
        text_encoder=mistral(Mistral3Model),
        tokenizer=tokenizers.chat(),
        scheduler=flow(),
        pe=None,
        pe_tokenizer=None,
    )


def hunyuan_image() -> Any:
    vae = diffusers.AutoencoderKLHunyuanImage(
        in_channels=3,
        out_channels=3,
        latent_channels=4,
        block_out_channels=(32,) * 6,
        layers_per_block=1,
        spatial_compression_ratio=32,
        sample_size=128,
        scaling_factor=0.5,
    )
    return diffusers.HunyuanImagePipeline(
        transformer=diffusers.HunyuanImageTransformer2DModel(
            in_channels=4,
            out_channels=4,
            num_attention_heads=4,
            attention_head_dim=8,
            num_layers=1,
            num_single_layers=1,
            num_refiner_layers=1,
            patch_size=(1, 1),
            text_embed_dim=WIDTH,
            text_embed_2_dim=WIDTH,
            rope_axes_dim=(4, 4),
        ),
        scheduler=flow(shift=5.0),
        vae=contrasty(vae),
        text_encoder=qwen_vl(),
        tokenizer=tokenizers.qwen(),
        text_encoder_2=t5(),
        tokenizer_2=tokenizers.byt5(),
        guider=diffusers.AdaptiveProjectedMixGuidance(adaptive_projected_guidance_start_step=2),
        ocr_guider=diffusers.AdaptiveProjectedMixGuidance(adaptive_projected_guidance_start_step=3),
    )


def cogview_4() -> Any:
    return diffusers.CogView4Pipeline(
        transformer=diffusers.CogView4Transformer2DModel(
            patch_size=2,
            in_channels=4,
            num_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            out_channels=4,
            text_embed_dim=WIDTH,
            time_embed_dim=8,
            condition_dim=4,
        ),
        scheduler=flow(
            base_shift=0.25, max_shift=0.75, base_image_seq_len=256, use_dynamic_shifting=True, time_shift_type="linear"
        ),
        vae=kl_vae(),
        text_encoder=GlmModel(GlmConfig(**LANGUAGE)),
        tokenizer=tokenizers.chat(),
    )


def hidream() -> Any:
    return diffusers.HiDreamImagePipeline(
        transformer=diffusers.HiDreamImageTransformer2DModel(
            patch_size=2,
            in_channels=4,
            out_channels=4,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_channels=[WIDTH, WIDTH],
            text_emb_dim=2 * WIDTH,
            num_routed_experts=4,
            num_activated_experts=2,
            axes_dims_rope=(4, 2, 2),
            max_resolution=(32, 32),
            llama_layers=(0, 1),
        ),
        scheduler=flow(),
        vae=kl_vae(shift_factor=0.1, scaling_factor=0.4),
        text_encoder=clip(),
        tokenizer=tokenizers.clip(),
        text_encoder_2=clip(),
        tokenizer_2=tokenizers.clip(),
        text_encoder_3=t5(),
        tokenizer_3=tokenizers.t5(),
        text_encoder_4=LlamaForCausalLM(LlamaConfig(**LANGUAGE)),
        tokenizer_4=tokenizers.chat(),
    )


def lumina() -> Any:
    return diffusers.LuminaPipeline(
        transformer=diffusers.LuminaNextDiT2DModel(
            sample_size=8,
            patch_size=2,
            in_channels=4,
            hidden_size=16,
            num_layers=1,
            num_attention_heads=2,
            num_kv_heads=2,
            multiple_of=16,
            learn_sigma=True,
            qk_norm=True,
            cross_attention_dim=WIDTH,
        ),
        scheduler=flow(),
        vae=kl_vae(),
        text_encoder=GemmaForCausalLM(GemmaConfig(**LANGUAGE)),
        tokenizer=tokenizers.gemma(),
    )


def ovis() -> Any:
    return diffusers.OvisImagePipeline(
        transformer=diffusers.OvisImageTransformer2DModel(
            patch_size=1,
            in_channels=16,
            out_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            axes_dims_rope=(4, 4, 8),
        ),
        scheduler=flow(),
        vae=kl_vae(shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=Qwen3Model(Qwen3Config(**LANGUAGE)),
        tokenizer=tokenizers.qwen(),
    )


def longcat() -> Any:
    return diffusers.LongCatImagePipeline(
        transformer=diffusers.LongCatImageTransformer2DModel(
            patch_size=1,
            in_channels=64,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            pooled_projection_dim=WIDTH,
            axes_dims_rope=[4, 4, 8],
        ),
        scheduler=flow(),
        vae=kl_vae(channels=16, shift_factor=0.06, scaling_factor=1.5, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=qwen_vl(),
        tokenizer=tokenizers.qwen(),
        text_processor=None,
    )


def krea_2() -> Any:
    rope = {"mrope_section": [2, 3, 3], "rope_type": "default", "mrope_interleaved": True}
    vision = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": WIDTH}
    text = {**LANGUAGE, "rope_scaling": rope}
    return diffusers.Krea2Pipeline(
        transformer=diffusers.Krea2Transformer2DModel(
            in_channels=16,
            num_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            num_key_value_heads=2,
            intermediate_size=32,
            timestep_embed_dim=8,
            text_hidden_dim=WIDTH,
            num_text_layers=3,
            text_num_attention_heads=2,
            text_num_key_value_heads=1,
            text_intermediate_size=16,
            num_layerwise_text_blocks=1,
            num_refiner_text_blocks=1,
            axes_dims_rope=(4, 2, 2),
        ),
        scheduler=flow(use_dynamic_shifting=True),
        vae=_qwen_vae(),
        text_encoder=Qwen3VLModel(Qwen3VLConfig(text_config=text, vision_config=vision, vocab_size=256)),
        tokenizer=tokenizers.qwen(),
        text_encoder_select_layers=(0, 1, 2),
    )
