"""Tiny Stable Diffusion folders with random weights, made once a session: real classes, 0.3 M parameters."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from PIL import Image
from tokenizers import AddedToken, Tokenizer, models, normalizers, processors
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from generation.engine import EngineJob
from generation.engine.samplers import make_scheduler

torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """diffusers' schedulers use numpy in ways numpy 2 deprecates, 48,000 times in these tests."""
    quiet = pytest.mark.filterwarnings("ignore::DeprecationWarning:diffusers|numpy")
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(quiet)


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


def _build(folder: Path, *, channels: int, tiny_vae: bool, seed: int, **schedule: Any) -> Path:
    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=channels,
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


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shaped like SD 1.x: four latent channels, a KL autoencoder, noise prediction."""
    return _build(tmp_path_factory.mktemp("checkpoints") / "classic", channels=4, tiny_vae=False, seed=1)


@pytest.fixture(scope="session")
def zero_snr_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shaped like the bundled model: 16 latent channels, a tiny autoencoder, v-prediction, zero terminal SNR."""
    return _build(
        tmp_path_factory.mktemp("checkpoints") / "zero-snr",
        channels=16,
        tiny_vae=True,
        seed=2,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )


@pytest.fixture(scope="session")
def stock() -> Callable[[EngineJob], Image.Image]:
    """Draw a job with the stock pipeline, alone: the reference for all the engine does."""
    pipelines: dict[str, Any] = {}

    def draw(job: EngineJob) -> Image.Image:
        if job.checkpoint not in pipelines:
            pipelines[job.checkpoint] = StableDiffusionPipeline.from_pretrained(
                job.checkpoint, dtype=torch.float32, local_files_only=True, safety_checker=None
            )
            pipelines[job.checkpoint].set_progress_bar_config(disable=True)
        pipeline = pipelines[job.checkpoint]
        config = pipeline.scheduler.config
        pipeline.scheduler = make_scheduler(job.sampler, config)
        try:
            return pipeline(
                job.prompt,
                negative_prompt=job.negative_prompt,
                width=job.width,
                height=job.height,
                num_inference_steps=job.steps,
                guidance_scale=job.guidance,
                generator=torch.Generator("cpu").manual_seed(job.seed),
            ).images[0]
        finally:
            pipeline.scheduler = DDIMScheduler.from_config(config)

    return draw
