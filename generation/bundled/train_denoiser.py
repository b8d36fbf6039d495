"""Training of the denoiser: v-prediction on fixed latents, with tags shuffled and sometimes dropped."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

from .dataset import load
from .denoiser import DenoiserShape, build_scheduler, build_text_encoder, build_unet
from .rhythm import Budget, Progress, follow, rate_at, set_rate
from .sample import sheet_of_samples
from .tokenizer import build_tokenizer, token_numbers
from .vocabulary import TAGS
from .workplace import Workplace, load_checkpoint, save_checkpoint

CHECKPOINT_EVERY = 250
TAG_DROP = 0.12
EMPTY_PROMPT = 0.1


def prompt_tags(tags: Sequence[str], rng: random.Random) -> list[str]:
    """The tags as a person might type them: in any order, some left out, now and then none at all."""
    if rng.random() < EMPTY_PROMPT:
        return []
    kept = [tag for tag in tags if rng.random() >= TAG_DROP]
    rng.shuffle(kept)
    return kept


def train_denoiser(
    place: Workplace, budget: Budget, device: str, batch: int, peak_rate: float, shape: DenoiserShape
) -> None:
    """Train UNet and text encoder until the budget is used, going on from the checkpoint where there is one."""
    _, tags = load(place.folder)
    latents = torch.from_numpy(np.load(place.latents)).to(device)
    tokens = len(build_tokenizer(TAGS))
    known = {tag: number for number, tag in enumerate(TAGS, start=2)}
    unet = build_unet(shape).to(device, memory_format=torch.channels_last)
    text = build_text_encoder(shape, tokens).to(device)
    parameters = [*unet.parameters(), *text.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=peak_rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    average_unet, average_text = copy.deepcopy(unet), copy.deepcopy(text)
    step = warm_from = 0
    state = load_checkpoint(place.checkpoint("denoiser"), device)
    if state is not None:
        unet.load_state_dict(state["unet"])
        text.load_state_dict(_with_new_tokens(state["text"], text))
        average_unet.load_state_dict(state["average_unet"])
        average_text.load_state_dict(_with_new_tokens(state["average_text"], text))
        if state["tags"] == list(TAGS):  # else its moments have the wrong shape for the tokens
            optimiser.load_state_dict(state["optimiser"])
        else:
            warm_from = state["step"]
        step = state["step"]
    scheduler = build_scheduler()
    rng = random.Random(step)  # noqa: S311 - a reproducible order, not a secret
    torch.manual_seed(step)
    progress = Progress(place.log("denoiser"), "denoiser", state["cost"] if state else None)
    while not budget.over():
        set_rate(optimiser, rate_at(peak_rate, step - warm_from, budget.share()))
        chosen = [rng.randrange(len(tags)) for _ in range(batch)]
        clean = latents[chosen].float()
        prompts = [token_numbers(prompt_tags(tags[index], rng), known) for index in chosen]
        noise = torch.randn_like(clean)
        # One time step from each of `batch` equal slices: the loss varies less from step to step.
        times = (torch.arange(batch) + torch.rand(batch)) * (scheduler.config.num_train_timesteps / batch)
        times = times.long().clamp(max=scheduler.config.num_train_timesteps - 1).to(device)
        noisy = scheduler.add_noise(clean, noise, times).contiguous(memory_format=torch.channels_last)
        target = scheduler.get_velocity(clean, noise, times)
        hidden = text(torch.tensor(prompts, device=device))[0]
        loss = functional.mse_loss(unet(noisy, times, hidden).sample, target)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        step += 1
        budget.done += 1
        follow(average_unet, unet, step, 0.998)
        follow(average_text, text, step, 0.998)
        progress.step(step, batch, float(loss.detach()), budget.share())
        if step % CHECKPOINT_EVERY == 0 or budget.over():
            save_checkpoint(
                place.checkpoint("denoiser"),
                {
                    "unet": unet.state_dict(),
                    "text": text.state_dict(),
                    "average_unet": average_unet.state_dict(),
                    "average_text": average_text.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": step,
                    "cost": progress.cost(),
                    "shape": asdict(shape),
                    "tags": list(TAGS),
                },
            )
        if step % (CHECKPOINT_EVERY * 2) == 0 and place.checkpoint("decoder").exists():
            sheet_of_samples(place, f"samples-{step:06d}")


def _with_new_tokens(stored: dict[str, torch.Tensor], fresh: nn.Module) -> dict[str, torch.Tensor]:
    """The stored text encoder, with fresh rows for tags that joined the vocabulary since."""
    complete = dict(stored)
    for name, parameter in fresh.state_dict().items():
        if name.endswith("token_embedding.weight") and len(parameter) > len(stored[name]):
            complete[name] = torch.cat([stored[name], parameter[len(stored[name]) :]])
    return complete


def load_denoiser(place: Workplace) -> tuple[Any, Any]:
    """UNet and text encoder with the averaged weights of the latest checkpoint."""
    state = load_checkpoint(place.checkpoint("denoiser"))
    if state is None:
        raise FileNotFoundError(f"There is no denoiser checkpoint in {place.folder}. Run the training first.")
    shape = DenoiserShape(**state["shape"])
    unet, text = build_unet(shape), build_text_encoder(shape, len(state["tags"]) + 2)
    unet.load_state_dict(state["average_unet"])
    text.load_state_dict(state["average_text"])
    return unet.eval(), text.eval()
