"""Training of the decoder: plain regression from fixed latents to pictures."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch

from .autoencoder import as_tensor, build_autoencoder, decoder_loss
from .dataset import load
from .rhythm import Budget, Progress, follow, rate_at, set_rate
from .sheets import save_grid, to_pictures
from .workplace import Workplace, load_checkpoint, save_checkpoint

CHECKPOINT_EVERY = 200


def train_decoder(
    place: Workplace, budget: Budget, device: str, batch: int, peak_rate: float, channels: int, blocks: tuple[int, ...]
) -> None:
    """Train the decoder until the budget is used, going on from the checkpoint where there is one."""
    pictures, _ = load(place.folder)
    latents = np.load(place.latents, mmap_mode="r")
    held_out = min(64, len(pictures) // 10)
    model = build_autoencoder(place.load_components(), channels, blocks)
    model = model.to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(model.decoder)
    optimiser = torch.optim.AdamW(
        model.decoder.parameters(), lr=peak_rate, betas=(0.9, 0.99), weight_decay=1e-4, fused=True
    )
    step = 0
    state = load_checkpoint(place.checkpoint("decoder"), device)
    if state is not None:
        model.decoder.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    rng = np.random.default_rng(step)
    progress = Progress(place.log("decoder"), "decoder", state["cost"] if state else None)
    while not budget.over():
        set_rate(optimiser, rate_at(peak_rate, step, budget.share()))
        chosen = np.sort(rng.choice(len(pictures) - held_out, batch, replace=False)) + held_out
        target = as_tensor(pictures[chosen]).to(device)
        latent = torch.from_numpy(latents[chosen]).float().to(device)
        # The denoiser's latents are never exact: a decoder that has seen small errors does not amplify them.
        latent = latent + torch.randn_like(latent) * torch.rand(batch, 1, 1, 1, device=device) * 0.08
        output = model.decoder(latent.contiguous(memory_format=torch.channels_last))
        loss = decoder_loss(output, target)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 1.0)
        optimiser.step()
        step += 1
        budget.done += 1
        follow(average, model.decoder, step, 0.995)
        progress.step(step, batch, float(loss.detach()), budget.share())
        if step % CHECKPOINT_EVERY == 0 or budget.over():
            save_checkpoint(
                place.checkpoint("decoder"),
                {
                    "model": model.decoder.state_dict(),
                    "average": average.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": step,
                    "cost": progress.cost(),
                    "channels": channels,
                    "blocks": list(blocks),
                },
            )
            quality = _look(place, average, pictures, latents, held_out, device)
            with place.log("decoder").open("a") as stream:
                stream.write(f"step {step}: PSNR on held-out pictures {quality:.2f} dB\n")


@torch.no_grad()
def _look(
    place: Workplace,
    decoder: torch.nn.Module,
    pictures: np.ndarray,
    latents: np.ndarray,
    held_out: int,
    device: str,
) -> float:
    """Write originals above their decodings, and return the peak signal-to-noise ratio in dB on held-out pictures."""
    count = min(held_out, 16)
    shown = to_pictures(decoder(torch.from_numpy(np.array(latents[:count])).float().to(device)))
    save_grid(place.sheet("decoder"), np.concatenate([np.asarray(pictures[:count]), shown]), columns=min(8, count))
    error = np.square(shown.astype(np.float64) - pictures[:count]).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def load_autoencoder(place: Workplace) -> Any:
    """The autoencoder with the averaged decoder of the latest checkpoint."""
    state = load_checkpoint(place.checkpoint("decoder"))
    if state is None:
        raise FileNotFoundError(f"There is no decoder checkpoint in {place.folder}. Run the training first.")
    model = build_autoencoder(place.load_components(), state["channels"], state["blocks"])
    model.decoder.load_state_dict(state["average"])
    return model.eval()
