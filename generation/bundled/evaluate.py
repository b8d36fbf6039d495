"""Evaluation: does the model draw the tags it was given? Measured by the probe, beside the probe's own accuracy."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from . import dataset
from .probe import PLACE, build_probe, judge, train_probe
from .sample import draw_prompts
from .vocabulary import GROUPS, SINGLES
from .workplace import Workplace, load_checkpoint, save_checkpoint

REAL_SEED = 50_000_000  # far from the training's seeds
PROMPT_SEED = 60_000_000
FALSE_POSITIVES = 0.05
MEASURED = {*SINGLES, *(tag for group in GROUPS.values() for tag in group)}


@dataclass(frozen=True)
class Question:
    """A prompt of the evaluation: its tags, and whether no training picture shows all of them."""

    tags: tuple[str, ...]
    new: bool


def questions(count: int, training: Sequence[Sequence[str]]) -> list[Question]:
    """Prompts of 3 to 7 measured tags taken from drawings that were never rendered for training.

    Where a style has combinations that the training lacks, one of those is asked (landscapes are too few for that).
    """
    known = [frozenset(tags) for tags in training]
    asked = []
    for number in range(count):
        rng = random.Random(PROMPT_SEED + number)  # noqa: S311 - a reproducible choice, not a secret
        drawing = dataset.sample(PROMPT_SEED + number)
        tags = [tag for tag in drawing.tags if tag in MEASURED]
        for _ in range(8):
            wanted = min(len(tags), rng.randint(3, 7))
            chosen = (tags[0], *rng.sample(tags[1:], wanted - 1))
            new = not any(known_tags.issuperset(chosen) for known_tags in known)
            if new:
                break
        asked.append(Question(chosen, new))
    return asked


def thresholds(logits: np.ndarray, tags: Sequence[Sequence[str]]) -> dict[str, float]:
    """Per single tag the lowest logit at which at most 5 % of real pictures without the tag are called to have it."""
    found = {}
    for tag in SINGLES:
        without = logits[[tag not in some for some in tags], PLACE[tag]]
        found[tag] = float(np.quantile(without, 1 - FALSE_POSITIVES)) if len(without) else 0.0
    return found


def recall(logits: np.ndarray, tags: Sequence[Sequence[str]], limits: dict[str, float]) -> dict[str, tuple[int, int]]:
    """Per group: in how many of the pictures that should show one of its tags the probe finds just that tag."""
    result: dict[str, tuple[int, int]] = {}
    for name, members in GROUPS.items():
        places = [PLACE[tag] for tag in members]
        right = total = 0
        for row, some in zip(logits, tags, strict=True):
            wanted = [tag for tag in members if tag in some]
            if len(wanted) == 1:
                total += 1
                right += members[int(row[places].argmax())] == wanted[0]
        result[name] = (right, total)
    for tag in SINGLES:
        rows = [row for row, some in zip(logits, tags, strict=True) if tag in some]
        result[tag] = (sum(bool(row[PLACE[tag]] > limits[tag]) for row in rows), len(rows))
    return result


def get_probe(place: Workplace, steps: int) -> torch.nn.Sequential:
    """The probe of this training, trained now if there is none yet."""
    pictures, tags = dataset.load(place.folder)
    stored = load_checkpoint(place.checkpoint("probe"))
    if stored is not None:
        probe = build_probe(pictures.shape[1])
        probe.load_state_dict(stored["probe"])
        return probe.eval()
    probe = train_probe(pictures, tags, steps)
    save_checkpoint(place.checkpoint("probe"), {"probe": probe.state_dict()})
    return probe


def evaluate(
    place: Workplace, folder: Path, prompts: int, probe_steps: int = 900, real_pictures: int = 500
) -> dict[str, Any]:
    """Measure the model in ``folder``; writes ``evaluation.json`` to the working folder and returns its content."""
    probe = get_probe(place, probe_steps)
    pictures, training = dataset.load(place.folder)
    size = pictures.shape[1]
    real = [dataset.sample(REAL_SEED + number) for number in range(real_pictures)]
    rendered = np.stack([dataset.render(one, REAL_SEED + number, size) for number, one in enumerate(real)])
    real_tags = [one.tags for one in real]
    real_logits = judge(probe, rendered)
    limits = thresholds(real_logits, real_tags)

    asked = questions(prompts, training)
    pipeline: Any = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    drawn = draw_prompts(pipeline, [", ".join(question.tags) for question in asked], first_seed=PROMPT_SEED)
    answers = recall(judge(probe, drawn), [question.tags for question in asked], limits)
    own = recall(real_logits, real_tags, limits)
    result = {
        "prompts": len(asked),
        "new_combinations": sum(question.new for question in asked),
        "groups": {
            name: {"model": [*answers[name]], "probe": [*own[name]]}
            for name in answers
            if own[name][1] or answers[name][1]
        },
    }
    (place.folder / "evaluation.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return result


def as_table(result: dict[str, Any]) -> str:
    """The result as a Markdown table."""
    lines = [
        f"{result['prompts']} prompts; {result['new_combinations']} ask for a combination no training picture has.",
        "",
        "| group | drawn as asked | probe on real pictures |",
        "|---|---|---|",
    ]
    for name, counts in result["groups"].items():
        cells = [f"{right / total:.0%} ({right}/{total})" if total else "–" for right, total in counts.values()]
        lines.append(f"| {name.replace('_', ' ')} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)
