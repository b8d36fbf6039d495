"""Training of the denoiser: v-prediction on fixed latents, with tags shuffled and sometimes dropped."""

from __future__ import annotations

import copy
from dataclasses import asdict, replace
from typing import Any

import torch
import torch.nn.functional as functional
from diffusers.models.attention_processor import AttnProcessor
from torch import nn

from . import dataset
from .compiling import compiled
from .denoiser import DenoiserShape, build_scheduler, build_text_encoder, build_unet
from .growing import GrowingArray, Rows
from .plans import DenoiserPlan, Plan
from .prompt_table import prompts_from, tag_table
from .rhythm import Budget, Every, Progress, demand_finite, follow, rate_at
from .sample import sheet_of_samples
from .tokenizer import MAX_TOKENS, build_tokenizer
from .train_data import wait_for_data
from .vocabulary import TAGS
from .warm_start import inherit_text_encoder, inherit_unet, with_rows_by_tag
from .workplace import Workplace, load_checkpoint, save_checkpoint

REFRESH_MINUTES = 0.05
# Fresh layers around inherited ones first learn to speak their language; only then do these move with full steps.
INHERITED_WARM_UP = 1000


class Denoiser:
    """UNet and text encoder in training, with their running averages and their optimiser.

    A checkpoint's shape goes before the plan's.
    """

    def __init__(self, place: Workplace, device: str, plan: DenoiserPlan) -> None:
        self.place, self.device = place, device
        state = load_checkpoint(place.checkpoint("denoiser"))
        self.plan = plan = replace(plan, shape=DenoiserShape(**state["shape"])) if state else plan
        unet, text = build_unet(plan.shape), build_text_encoder(plan.shape, len(build_tokenizer(TAGS)))
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
        if torch.device(device).type == "cpu":
            # Written out, attention over so few tokens goes back faster than through the fused kernel (measured with
            # bfloat16: 59 instead of 46 pictures per core second).
            unet.set_attn_processor(AttnProcessor())
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
        fresh["lr"] = rate_at(self.plan.rate, step, share, warm_up=self.plan.warm_up)
        inherited["lr"] = rate_at(self.plan.rate, step, share, warm_up=INHERITED_WARM_UP)

    def learn(self, loss: torch.Tensor) -> None:
        """One step of the optimiser and of the averages."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.step += 1
        follow(self.average_unet, self.unet, self.step, self.plan.average)
        follow(self.average_text, self.text, self.step, self.plan.average)

    def save(self, cost: dict[str, float], loss: torch.Tensor) -> None:
        """Write the checkpoint; ``FloatingPointError`` where the last loss or a weight is no finite number."""
        averages = (*self.average_unet.parameters(), *self.average_text.parameters())
        demand_finite("denoiser", self.step, loss, (*self.parameters, *averages))
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


def train_denoiser(place: Workplace, budget: Budget, plan: Plan) -> None:
    """Train UNet and text encoder until the budget is used, going on from the checkpoint where there is one.

    Needs only the first of the pictures; takes the others in as they come.
    """
    device, batch = plan.device, plan.denoiser.batch
    denoiser = Denoiser(place, device, plan.denoiser)
    progress = Progress(place.log("denoiser"), "denoiser", denoiser.cost)
    precision = torch.autocast(torch.device(device).type, torch.bfloat16, enabled=plan.bf16)
    with precision:  # before there is any data: compiling takes as long as rendering the first pictures
        unet = _compiled_unet(denoiser, batch, plan, progress)
    if not wait_for_data(place, budget):
        return
    tags = tag_table(dataset.tags_of(place.folder)).to(device)
    latents = Rows(GrowingArray(place.latents), device)
    scheduler = build_scheduler()
    every_time = scheduler.config.num_train_timesteps
    torch.manual_seed(denoiser.step)
    refresh, save, look = (Every(minutes) for minutes in (REFRESH_MINUTES, plan.checkpoint_minutes, plan.sheet_minutes))
    over = budget.over()
    while not over:
        if refresh.due():
            latents.refresh()
        denoiser.set_rates(budget.share())
        chosen = torch.randint(latents.count, (batch,), device=device)
        clean = latents.pick(chosen).float()
        prompts = prompts_from(tags[chosen])
        noise = torch.randn_like(clean)
        # One time step from each of `batch` equal slices: the loss varies less from step to step.
        times = (torch.arange(batch, device=device) + torch.rand(batch, device=device)) * (every_time / batch)
        times = times.long().clamp(max=every_time - 1)
        noisy = scheduler.add_noise(clean, noise, times).contiguous(memory_format=torch.channels_last)
        target = scheduler.get_velocity(clean, noise, times)
        with precision:
            predicted = unet(noisy, times, denoiser.text(prompts)[0], return_dict=False)[0]
        loss = functional.mse_loss(predicted.float(), target)
        denoiser.learn(loss)
        budget.done += 1
        over = budget.over()
        progress.step(denoiser.step, batch, loss.detach(), budget.share())
        if over or save.due():
            denoiser.save(progress.cost(), loss)
        if look.due() and not over and place.checkpoint("decoder").exists():
            denoiser.save(progress.cost(), loss)
            sheet_of_samples(place, f"samples-{denoiser.step:06d}", device)


def _compiled_unet(denoiser: Denoiser, batch: int, plan: Plan, progress: Progress) -> Any:
    shape = denoiser.plan.shape
    noisy = torch.zeros(batch, shape.latent_channels, shape.latent_size, shape.latent_size, device=plan.device)
    noisy = noisy.contiguous(memory_format=torch.channels_last)
    times = torch.arange(batch, device=plan.device)
    tokens = torch.zeros(batch, MAX_TOKENS, dtype=torch.int64, device=plan.device)
    return compiled(
        denoiser.unet,
        lambda unet: unet(noisy, times, denoiser.text(tokens)[0], return_dict=False)[0],
        plan.compile_minutes,
        progress.say,
    )


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
