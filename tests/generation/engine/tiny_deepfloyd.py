"""DeepFloyd IF, tiny: 16 pixels become 32, then 128."""

from typing import Any

import diffusers

from tests.generation.engine import tiny_tokenizers as tokenizers
from tests.generation.engine.tiny_parts import WIDTH, clip, contrasty, t5


def _pixel_unet(**more: Any) -> Any:
    return diffusers.UNet2DConditionModel(
        layers_per_block=1,
        block_out_channels=(32, 64),
        down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        out_channels=6,
        cross_attention_dim=32,
        encoder_hid_dim=WIDTH,
        attention_head_dim=8,
        addition_embed_type="text",
        addition_embed_type_num_heads=2,
        cross_attention_norm="group_norm",
        resnet_time_scale_shift="scale_shift",
        act_fn="gelu",
        **more,
    )


def _pixel_schedule(**more: Any) -> Any:
    return diffusers.DDPMScheduler(beta_schedule="squaredcos_cap_v2", beta_start=0.0001, beta_end=0.02, **more)


_LEARNED = {"thresholding": True, "dynamic_thresholding_ratio": 0.95, "variance_type": "learned_range"}


def deepfloyd() -> Any:
    return diffusers.IFPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=t5(),
        unet=_pixel_unet(sample_size=16, in_channels=3),
        scheduler=_pixel_schedule(**_LEARNED),
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
        requires_safety_checker=False,
    )


def deepfloyd_stage_2() -> Any:
    unet = _pixel_unet(
        sample_size=32, in_channels=6, class_embed_type="timestep", time_embedding_act_fn="gelu", time_embedding_dim=32
    )
    return diffusers.IFSuperResolutionPipeline(
        tokenizer=tokenizers.t5(),
        text_encoder=t5(),
        unet=unet,
        scheduler=_pixel_schedule(**_LEARNED),
        image_noising_scheduler=_pixel_schedule(),
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
        requires_safety_checker=False,
    )


def deepfloyd_stage_3() -> Any:
    vae = diffusers.AutoencoderKL(
        block_out_channels=(8,) * 3,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
        scaling_factor=0.08333,
    )
    unet = diffusers.UNet2DConditionModel(
        sample_size=32,
        in_channels=7,
        out_channels=4,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=8,
        num_class_embeds=1000,
        use_linear_projection=True,
    )
    return diffusers.StableDiffusionUpscalePipeline(
        vae=contrasty(vae),
        text_encoder=clip(projection=False),
        tokenizer=tokenizers.clip(),
        unet=unet,
        low_res_scheduler=diffusers.DDPMScheduler(),
        scheduler=diffusers.DDIMScheduler(prediction_type="v_prediction"),
        max_noise_level=350,
    )
