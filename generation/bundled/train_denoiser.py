"""Training of the denoiser: v-prediction on fixed latents, with tags shuffled and sometimes dropped."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

from .dataset import load
from .denoiser import DenoiserShape, build_scheduler, build_text_encoder, build_unet
from .rhythm import Budget, Progress, follow, rate_at
from .sample import sheet_of_samples
from .tokenizer import build_tokenizer, token_numbers
from .vocabulary import TAGS
from .warm_start import inherit_text_encoder, inherit_unet, with_rows_by_tag
from .workplace import Workplace, load_checkpoint, save_checkpoint

CHECKPOINT_EVERY = 250
TAG_DROP = 0.12
EMPTY_PROMPT = 0.1
AVERAGE = 0.999
# Fresh layers around inherited ones first learn to speak their language; only then do these move with full steps.
INHERITED_WARM_UP = 1000


@dataclass(frozen=True)
class DenoiserPlan:
    """How the denoiser is trained. ``rate`` is the learning rate's peak; ``start_from`` an exported model, if any."""

    shape: DenoiserShape = field(default_factory=DenoiserShape)
    batch: int = 16
    rate: float = 5e-4
    start_from: Path | None = None


def prompt_tags(tags: Sequence[str], rng: random.Random) -> list[str]:
    """The tags as a person might type them: in any order, some left out, now and then none at all."""
    if rng.random() < EMPTY_PROMPT:
        return []
    kept = [tag for tag in tags if rng.random() >= TAG_DROP]
    rng.shuffle(kept)
    return kept


class Denoiser:
    """UNet and text encoder in training, with their running averages and their optimiser."""

    def __init__(self, place: Workplace, device: str, plan: DenoiserPlan) -> None:
        self.place, self.plan, self.device = place, plan, device
        unet, text = build_unet(plan.shape), build_text_encoder(plan.shape, len(build_tokenizer(TAGS)))
        state = load_checkpoint(place.checkpoint("denoiser"))
        self.inherited: set[str] = set(state["inherited"]) if state else set()
        if state is None and plan.start_from is not None:
            self.inherited = {f"unet.{name}" for name in inherit_unet(unet, plan.start_from)}
            self.inherited |= {f"text.{name}" for name in inherit_text_encoder(text, plan.start_from, TAGS)}
        average_unet, average_text = copy.deepcopy(unet), copy.deepcopy(text)
        if state is not None:
            unet.load_state_dict(state["unet"])
            average_unet.load_state_dict(state["average_unet"])
            for model, key in ((text, "text"), (average_text, "average_text")):
                model.load_state_dict(with_rows_by_tag(state[key], text.state_dict(), state["tags"], TAGS))
        self.unet = unet.to(device, memory_format=torch.channels_last)
        self.average_unet = average_unet.to(device, memory_format=torch.channels_last)
        self.text, self.average_text = text.to(device), average_text.to(device)
        named = [(f"unet.{name}", weight) for name, weight in self.unet.named_parameters()]
        named += [(f"text.{name}", weight) for name, weight in self.text.named_parameters()]
        self.parameters = [weight for _, weight in named]
        groups = [
            {"params": [weight for name, weight in named if name not in self.inherited]},
            {"params": [weight for name, weight in named if name in self.inherited]},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
        self.step = self.warm_from = 0
        self.cost = None
        if state is not None:
            self.step, self.cost = state["step"], state["cost"]
            if state["tags"] == list(TAGS):  # else its moments belong to other tokens
                self.optimiser.load_state_dict(state["optimiser"])
            else:
                self.warm_from = self.step

    def set_rates(self, share: float) -> None:
        """The learning rates for this step, ``share`` of the budget being used."""
        fresh, inherited = self.optimiser.param_groups
        step = self.step - self.warm_from
        fresh["lr"] = rate_at(self.plan.rate, step, share)
        inherited["lr"] = rate_at(self.plan.rate, step, share, warm_up=INHERITED_WARM_UP)

    def learn(self, loss: torch.Tensor) -> None:
        """One step of the optimiser and of the averages."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.step += 1
        follow(self.average_unet, self.unet, self.step, AVERAGE)
        follow(self.average_text, self.text, self.step, AVERAGE)

    def save(self, cost: dict[str, float]) -> None:
        """Write the checkpoint."""
        save_checkpoint(
            self.place.checkpoint("denoiser"),
            {
                "unet": self.unet.state_dict(),
                "text": self.text.state_dict(),
                "average_unet": self.average_unet.state_dict(),
                "average_text": self.average_text.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
                "cost": cost,
                "shape": asdict(self.plan.shape),
                "tags": list(TAGS),
                "inherited": sorted(self.inherited),
            },
        )


def train_denoiser(place: Workplace, budget: Budget, device: str, plan: DenoiserPlan) -> None:
    """Train UNet and text encoder until the budget is used, going on from the checkpoint where there is one."""
    _, tags = load(place.folder)
    latents = torch.from_numpy(np.load(place.latents)).to(device)
    known = {tag: number for number, tag in enumerate(TAGS, start=2)}
    denoiser = Denoiser(place, device, plan)
    scheduler = build_scheduler()
    rng = random.Random(denoiser.step)  # noqa: S311 - a reproducible order, not a secret
    torch.manual_seed(denoiser.step)
    progress = Progress(place.log("denoiser"), "denoiser", denoiser.cost)
    batch = plan.batch
    while not budget.over():
        denoiser.set_rates(budget.share())
        chosen = [rng.randrange(len(tags)) for _ in range(batch)]
        clean = latents[chosen].float()
        prompts = [token_numbers(prompt_tags(tags[index], rng), known) for index in chosen]
        noise = torch.randn_like(clean)
        # One time step from each of `batch` equal slices: the loss varies less from step to step.
        times = (torch.arange(batch) + torch.rand(batch)) * (scheduler.config.num_train_timesteps / batch)
        times = times.long().clamp(max=scheduler.config.num_train_timesteps - 1).to(device)
        noisy = scheduler.add_noise(clean, noise, times).contiguous(memory_format=torch.channels_last)
        target = scheduler.get_velocity(clean, noise, times)
        hidden = denoiser.text(torch.tensor(prompts, device=device))[0]
        loss = functional.mse_loss(denoiser.unet(noisy, times, hidden).sample, target)
        denoiser.learn(loss)
        budget.done += 1
        progress.step(denoiser.step, batch, float(loss.detach()), budget.share())
        if denoiser.step % CHECKPOINT_EVERY == 0 or budget.over():
            denoiser.save(progress.cost())
        if denoiser.step % (CHECKPOINT_EVERY * 4) == 0 and place.checkpoint("decoder").exists():
            sheet_of_samples(place, f"samples-{denoiser.step:06d}")


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
