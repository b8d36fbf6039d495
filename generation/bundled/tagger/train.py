"""Training of the tagger: resumable, on pictures of the data set and on pictures of another kind."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional

from ..dataset import load
from ..rhythm import Budget, Progress, follow, rate_at, set_rate
from ..vocabulary import GROUPS, TAGS
from ..workplace import Workplace, load_checkpoint, save_checkpoint
from .degrade import best_autoencoder, degrade, redraw
from .network import SIDE, TaggerNetwork
from .others import load_or_build

CHECKPOINT_EVERY = 200
# Of the pictures of this kind, so many come as the model's own autoencoder gives them back.
REDRAWN, REDRAWN_SHARE = 800, 0.2
# Of every batch, so many are of another kind.
OTHER_SHARE = 0.25
GROUP_PLACES = [[TAGS.index(tag) for tag in members] for members in GROUPS.values()]


def held_out_from(count: int) -> int:
    """The first of the pictures that are kept from training, of ``count``: thresholds are chosen on the last ones."""
    return count - min(1500, count // 8)


def train_tagger(
    place: Workplace,
    budget: Budget,
    device: str,
    batch: int = 48,
    peak_rate: float = 2e-3,
    others: Any = None,
    redrawn: int = REDRAWN,
) -> None:
    """Train until the budget is used, going on from the checkpoint ``tagger.pt`` where there is one.

    ``others`` are pictures of another kind (uint8, N x 128 x 128 x 3); rendered and kept when not given. ``redrawn``
    says how many pictures of the data set are also shown as the autoencoder gives them back. Raises ``ValueError``
    when the checkpoint's vocabulary is another one, or the pictures are not 128 pixels wide.
    """
    pictures, tags = load(place.folder)
    if pictures.shape[1] != SIDE:
        raise ValueError(f"The tagger learns from pictures of {SIDE} pixels, not {pictures.shape[1]}.")
    trained_on = held_out_from(len(pictures))
    others = load_or_build(place.folder) if others is None else others
    again = _redrawn(place, pictures[: min(redrawn, trained_on)])
    labels = labels_of(tags)
    network = TaggerNetwork(len(TAGS))
    _start_at_shares(network, labels[:trained_on])
    network = network.to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=peak_rate, weight_decay=0.02)
    step = 0
    state = load_checkpoint(place.checkpoint("tagger"), device)
    if state is not None:
        if tuple(state["tags"]) != TAGS:
            raise ValueError(f"{place.checkpoint('tagger')} knows other tags than today's; remove it to start anew.")
        network.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    rng = np.random.default_rng(step)
    torch.manual_seed(step)
    progress = Progress(place.log("tagger"), "tagger", state["cost"] if state else None)
    strangers = max(1, round(batch * OTHER_SHARE))
    while not budget.over():
        set_rate(optimiser, rate_at(peak_rate, step, budget.share(), decay_from=0.4))
        chosen = rng.integers(0, trained_on, batch - strangers)
        first = round(len(chosen) * REDRAWN_SHARE) if len(again) else 0
        chosen[:first] %= len(again) or 1
        own = np.concatenate([again[chosen[:first]], pictures[chosen[first:]]])
        other = others[rng.integers(0, len(others), strangers)]
        shown = degrade(np.concatenate([own, other]), rng).to(device)
        logits = network(shown)
        kind = torch.zeros(len(shown), device=device)
        kind[: len(own)] = 1
        # What a picture of another kind shows is not known, so it teaches nothing about tags.
        loss_tags = tag_loss(logits[: len(own), :-1], labels[chosen].to(device))
        loss_kind = functional.binary_cross_entropy_with_logits(logits[:, -1], kind)
        loss = loss_tags + 0.1 * loss_kind
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        step += 1
        budget.done += 1
        follow(average, network, step, 0.998)
        for kept, now in zip(average.buffers(), network.buffers(), strict=True):
            kept.copy_(now)
        progress.step(
            step, len(shown), float(loss_tags.detach()), budget.share(), (f"kind {float(loss_kind.detach()):.3f}",)
        )
        if step % CHECKPOINT_EVERY == 0 or budget.over():
            save_checkpoint(
                place.checkpoint("tagger"),
                {
                    "model": network.state_dict(),
                    "average": average.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": step,
                    "cost": progress.cost(),
                    "tags": list(TAGS),
                },
            )


def tag_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean over tags of binary cross entropy, which makes confidences honest, plus the cross entropy within each group
    of tags that exclude each other, which tells a dozen colours apart sooner. Both arguments: N x tags."""
    loss = functional.binary_cross_entropy_with_logits(logits, labels)
    for places in GROUP_PLACES:
        some = labels[:, places]
        shown = some.sum(1) == 1
        if shown.any():
            within = functional.cross_entropy(logits[shown][:, places], some[shown].argmax(1), reduction="sum")
            loss = loss + within / labels.numel()
    return loss


def labels_of(tags: Sequence[Sequence[str]]) -> torch.Tensor:
    """Tags as a matrix of 0 and 1, N x number of tags, in the vocabulary's order."""
    place = {tag: index for index, tag in enumerate(TAGS)}
    labels = torch.zeros(len(tags), len(TAGS))
    for row, some in enumerate(tags):
        labels[row, [place[tag] for tag in some]] = 1
    return labels


@torch.no_grad()
def _start_at_shares(network: TaggerNetwork, labels: torch.Tensor) -> None:
    """Begin with each tag's share of the data: rare tags then need no steps to learn that they are rare."""
    shares = labels.mean(0).clamp(1e-3, 1 - 1e-3)
    network.out.bias[:-1] = torch.logit(shares)


def _redrawn(place: Workplace, pictures: np.ndarray) -> np.ndarray:
    """The first pictures of the data set as the model's own autoencoder gives them back.

    Made anew at each start, in half a minute: kept ones could belong to other pictures or to an older autoencoder.
    """
    model = best_autoencoder(place)
    if model is None:
        return pictures[:0]
    return redraw(model, np.asarray(pictures), np.random.default_rng(1))


def load_tagger(place: Workplace) -> TaggerNetwork:
    """The averaged network of the latest checkpoint, ready to answer; ``FileNotFoundError`` before the training."""
    state = load_checkpoint(place.checkpoint("tagger"))
    if state is None:
        raise FileNotFoundError(f"There is no tagger checkpoint in {place.folder}. Run the training first.")
    network = TaggerNetwork(len(state["tags"]))
    network.load_state_dict(state["average"])
    return network.eval()
