"""One part of a training in one process: the data, the decoder, the denoiser or the tagger."""

from __future__ import annotations

import signal

import torch

from .plans import MORE_PARTS, PARTS, Plan
from .rhythm import Budget
from .train_data import prepare_data
from .train_decoder import train_decoder
from .train_denoiser import train_denoiser
from .workplace import Workplace, hold


def run_part(part: str, plan: Plan, place: Workplace) -> None:
    """Run one part in this process: one of ``PARTS`` or ``MORE_PARTS``; ``ValueError`` for any other.

    SIGTERM and SIGINT end it after the current step, with its checkpoint. ``RuntimeError`` where another process runs
    the same part in this folder.
    """
    if part not in (*PARTS, *MORE_PARTS):
        raise ValueError(f"Unknown part {part!r}: choose one of {', '.join((*PARTS, *MORE_PARTS))}.")
    torch.set_num_threads(plan.threads)
    if plan.device == "cuda":
        torch.backends.cudnn.benchmark = True
        torch.set_float32_matmul_precision("high")
    with hold(place, part):
        for left in place.folder.glob(f"{part}.*.part"):
            left.unlink()  # by one that was killed while it saved
        _run(part, plan, place)


def _run(part: str, plan: Plan, place: Workplace) -> None:
    budget = Budget(plan.minutes, plan.steps)
    before = {number: signal.signal(number, budget.end_early) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        if part == "data":
            prepare_data(place, budget, plan)
        elif part == "decoder":
            train_decoder(place, budget, plan)
        elif part == "denoiser":
            train_denoiser(place, budget, plan)
        else:
            from .tagger.train import train_tagger

            train_tagger(place, budget, plan.device)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
