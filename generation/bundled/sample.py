"""Pictures drawn with the model as it stands: through the stock pipeline, from a training's checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from .denoiser import build_scheduler
from .sheets import save_grid
from .tokenizer import build_tokenizer
from .vocabulary import TAGS
from .workplace import Workplace

STEPS, GUIDANCE = 20, 2.0
LOOK_AT = (
    "toon-head (style), 1girl, long hair, red hair, blue background, smile, green dress",
    "toon-head (style), 1girl, hair bun, blonde hair, purple background, dark skin, white shirt",
    "toon-head (style), 1boy, short hair, spiked hair, green hair, yellow background, red shirt",
    "toon-head (style), 1boy, beard, brown hair, short hair, white background, black shirt",
    "toon-head (style), 1girl, medium hair, bob cut, pink hair, black background, closed eyes, smile",
    "adventurer (style), 1girl, twintails, pink hair, white background, smile, open mouth",
    "adventurer (style), 1boy, sunglasses, mohawk, red hair, grin, yellow background",
    "adventurer (style), 1girl, glasses, double bun, black hair, pink background, frown",
    "adventurer (style), 1girl, single braid, blonde hair, closed eyes, green background",
    "big-smile (style), 1girl, cat ears, medium hair, purple hair, blue background, smile",
    "big-smile (style), 1boy, sunglasses, curly hair, brown hair, dark skin, grey background, open mouth",
    "big-smile (style), 1girl, glasses, hair bun, red hair, orange background, grin",
    "monster, blue skin, one-eyed, horns, orange background, smile, open mouth",
    "monster, green skin, extra eyes, white background, frown",
    "monster, pink skin, animal ears, closed eyes, grey background, smile",
    "potted plant, cactus, purple background, smile",
    "potted plant, tulip, flower, red background, open mouth",
    "scenery, night, moon, snow, mountain",
    "scenery, day, blue sky, grass, hill, sun",
    "scenery, sunset, orange sky, desert, sun, hill",
    "planet, space, red theme, black background, planetary ring",
    "planet, space, green theme, purple background, moon",
    "planet, space, blue theme, black background, crater",
    "",
)


def training_pipeline(place: Workplace, autoencoder: Any = None) -> Any:
    """The stock pipeline with the averaged weights of the latest checkpoints (or with another autoencoder)."""
    from .train_decoder import load_autoencoder
    from .train_denoiser import load_denoiser

    unet, text = load_denoiser(place)
    pipeline: Any = StableDiffusionPipeline(
        vae=load_autoencoder(place) if autoencoder is None else autoencoder,
        text_encoder=text,
        tokenizer=build_tokenizer(TAGS),
        unet=unet,
        scheduler=build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def draw_prompts(
    pipeline: Any,
    prompts: Sequence[str],
    first_seed: int = 0,
    steps: int = STEPS,
    guidance: float = GUIDANCE,
    batch: int = 8,
) -> np.ndarray:
    """uint8 pictures for the prompts; prompt number i gets the seed ``first_seed + i``, alone or in a batch."""
    drawn = _draw(pipeline, prompts, first_seed, steps, guidance, batch, "np")
    return (drawn * 255).round().astype(np.uint8)


def draw_latents(pipeline: Any, prompts: Sequence[str], first_seed: int = 0, batch: int = 8) -> np.ndarray:
    """Latents (float, N x channels x rows x columns) for the prompts, seeded as in ``draw_prompts``."""
    return _draw(pipeline, prompts, first_seed, STEPS, GUIDANCE, batch, "latent")


def _draw(
    pipeline: Any, prompts: Sequence[str], first_seed: int, steps: int, guidance: float, batch: int, output: str
) -> np.ndarray:
    parts = []
    for start in range(0, len(prompts), batch):
        some = list(prompts[start : start + batch])
        generators = [torch.Generator("cpu").manual_seed(first_seed + start + offset) for offset in range(len(some))]
        images = pipeline(
            some, generator=generators, num_inference_steps=steps, guidance_scale=guidance, output_type=output
        ).images
        parts.append(images.cpu().numpy() if isinstance(images, torch.Tensor) else images)
    return np.concatenate(parts)


def sheet_of_samples(place: Workplace, name: str, device: str = "cpu", seeds: int = 2) -> None:
    """Draw the fixed prompts ``LOOK_AT`` with a few seeds and write them as a contact sheet."""
    chance = torch.random.get_rng_state()
    pipeline = training_pipeline(place).to(device)
    rows = [draw_prompts(pipeline, LOOK_AT, first_seed=1000 * seed) for seed in range(seeds)]
    torch.random.set_rng_state(chance)
    save_grid(place.sheet(name), np.concatenate(rows), columns=8)
