"""Training of the decoder: plain regression from fixed latents to pictures."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch

from . import dataset
from .autoencoder import build_autoencoder, decoder_loss, scaled
from .compiling import compiled
from .growing import GrowingArray, Rows
from .plans import Plan
from .rhythm import Budget, Every, Progress, demand_finite, follow, rate_at, set_rate
from .sheets import save_grid, to_pictures
from .train_data import wait_for_data
from .workplace import Workplace, load_checkpoint, save_checkpoint

REFRESH_MINUTES = 0.05


def train_decoder(place: Workplace, budget: Budget, plan: Plan) -> None:
    """Train the decoder until the budget is used, going on from the checkpoint where there is one.

    Needs only the first of the pictures; takes the others in as they come.
    """
    if not wait_for_data(place, budget):
        return
    device, batch = plan.device, plan.decoder.batch
    state = load_checkpoint(place.checkpoint("decoder"), device)
    channels = state["channels"] if state else plan.decoder.channels
    blocks = state["blocks"] if state else list(plan.decoder.blocks)
    decoder = build_autoencoder(place.load_components(), channels, blocks).decoder
    decoder = decoder.to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(decoder)
    optimiser = torch.optim.AdamW(
        decoder.parameters(), lr=plan.decoder.rate, betas=(0.9, 0.99), weight_decay=1e-4, fused=True
    )
    step = 0
    if state is not None:
        decoder.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    progress = Progress(place.log("decoder"), "decoder", state["cost"] if state else None)
    precision = torch.autocast(torch.device(device).type, torch.bfloat16, enabled=plan.bf16)
    latents = Rows(GrowingArray(place.latents), device)
    with precision:
        example = scaled_latents(latents.pick(torch.zeros(batch, dtype=torch.int64, device=device)))
        fast = compiled(decoder, lambda network: network(example), plan.compile_minutes, progress.say)
    pictures = Rows(dataset.pictures_of(place.folder), device)
    held_out = min(64, len(pictures.stored) // 10)
    torch.manual_seed(step)
    refresh, save = Every(REFRESH_MINUTES), Every(plan.checkpoint_minutes)
    over = budget.over()
    while not over:
        if refresh.due():
            latents.refresh()
            pictures.refresh()  # in this order: a picture is complete before its latents are
        set_rate(optimiser, rate_at(plan.decoder.rate, step, budget.share()))
        chosen = torch.randint(held_out, latents.count, (batch,), device=device)
        target = scaled(pictures.pick(chosen))
        latent = latents.pick(chosen).float()
        # The denoiser's latents are never exact: a decoder that has seen small errors does not amplify them.
        latent = latent + torch.randn_like(latent) * torch.rand(batch, 1, 1, 1, device=device) * 0.08
        with precision:
            output = fast(latent.contiguous(memory_format=torch.channels_last))
        loss = decoder_loss(output.float(), target)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimiser.step()
        step += 1
        budget.done += 1
        follow(average, decoder, step, plan.decoder.average)
        over = budget.over()
        progress.step(step, batch, loss.detach(), budget.share())
        if over or save.due():
            demand_finite("decoder", step, loss, [*decoder.parameters(), *average.parameters()])
            save_checkpoint(
                place.checkpoint("decoder"),
                {
                    "model": decoder.state_dict(),
                    "average": average.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": step,
                    "cost": progress.cost(),
                    "channels": channels,
                    "blocks": list(blocks),
                },
            )
            quality = _look(place, average, pictures, latents, held_out)
            progress.say(f"step {step}: PSNR on held-out pictures {quality:.2f} dB")


def scaled_latents(stored: torch.Tensor) -> torch.Tensor:
    """Latents as the networks take them: float32, channels last in memory."""
    return stored.float().contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def _look(place: Workplace, decoder: torch.nn.Module, pictures: Rows, latents: Rows, held_out: int) -> float:
    """Write originals above their decodings, and return the peak signal-to-noise ratio in dB on held-out pictures."""
    first = torch.arange(min(held_out, 16), device=next(decoder.parameters()).device)
    shown = to_pictures(decoder(scaled_latents(latents.pick(first))))
    originals = pictures.pick(first).cpu().numpy()
    save_grid(place.sheet("decoder"), np.concatenate([originals, shown]), columns=min(8, len(first)))
    error = np.square(shown.astype(np.float64) - originals).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def load_autoencoder(place: Workplace) -> Any:
    """The autoencoder with the averaged decoder of the latest checkpoint."""
    state = load_checkpoint(place.checkpoint("decoder"))
    if state is None:
        raise FileNotFoundError(f"There is no decoder checkpoint in {place.folder}. Run the training first.")
    model = build_autoencoder(place.load_components(), state["channels"], state["blocks"])
    model.decoder.load_state_dict(state["average"])
    return model.eval()
