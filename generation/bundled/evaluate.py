"""Evaluation: does the model draw the tags it was given? Measured by the probe, beside the probe's own accuracy."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from . import dataset
from .digest import weights_digest
from .earlier import earlier_tags
from .holdout import HELD_OUT
from .measuring import (
    Kinds,
    claimed_for_none,
    claims_of,
    false_positives,
    limits_of,
    matrix_of,
    recall,
    unasked,
)
from .probe import PLACE, judge, load_or_train
from .questions import PROMPT_SEED, Question, questions
from .report import REPORT, as_table, is_readable, pooled, verdict
from .sample import draw_prompts
from .vocabulary import GROUPS
from .workplace import Workplace, load_checkpoint

__all__ = ["as_table", "evaluate", "get_probe"]

REAL_SEED = 50_000_000  # far from the training's seeds and the prompts'
PROBE_STEPS = 3600
REAL_PICTURES = 4000
BATCH = 8
COUNTED = ("model", "model_new", "probe", "false_positives")


def get_probe(place: Workplace, steps: int = PROBE_STEPS) -> torch.nn.Sequential:
    """The probe of this training, trained now unless its checkpoint is whole and has today's tags."""
    pictures, tags = dataset.load(place.folder)
    return load_or_train(place.checkpoint("probe"), pictures, tags, steps)[0]


class Reader:
    """The probe with its limits: set on half of the held-out real pictures, its own accuracy measured on the rest."""

    def __init__(self, probe: torch.nn.Sequential, size: int, real_pictures: int) -> None:
        drawings = [dataset.sample(REAL_SEED + number) for number in range(real_pictures)]
        logits = np.concatenate(
            [
                judge(probe, np.stack([dataset.render(one, REAL_SEED + number, size) for number, one in some]))
                for some in _blocks(list(enumerate(drawings)), 100)
            ]
        )
        shown = matrix_of([drawing.tags for drawing in drawings])
        self.probe = probe
        self.kinds = Kinds.of([drawing.style for drawing in drawings], shown)
        able = np.stack([self.kinds.able([drawing.style]) for drawing in drawings])
        half = real_pictures // 2
        self.limits = limits_of(logits[:half], shown[:half], able[:half])
        self.shown, self.able = shown[half:], able[half:]
        self.claims = self._claims(logits[half:])
        self.strict_claims = claims_of(logits[half:], self.limits, GROUPS)

    def _claims(self, logits: np.ndarray) -> np.ndarray:
        return claims_of(logits, self.limits, self.kinds.may_be_absent)

    def read(self, pictures: np.ndarray) -> np.ndarray:
        """Claims for uint8 pictures: a matrix of booleans, pictures x tags."""
        return self._claims(judge(self.probe, pictures))


def _blocks(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def evaluate(
    place: Workplace,
    folder: Path,
    prompts: int,
    probe_steps: int = PROBE_STEPS,
    real_pictures: int = REAL_PICTURES,
) -> dict[str, Any]:
    """Measure the model in ``folder``; writes ``evaluation.json`` to the working folder and returns its content.

    Needs the data set in the working folder. The probe is trained first unless its checkpoint is there; the compute is
    told as far as the training's checkpoints are there.
    """
    pictures, training = dataset.load(place.folder)
    probe, probe_cost = load_or_train(place.checkpoint("probe"), pictures, training, probe_steps)
    busy = time.process_time()
    _say(f"reading {real_pictures} real pictures")
    reader = Reader(probe, pictures.shape[1], real_pictures)
    asked = questions(prompts, [*training, *earlier_tags()])
    claims = reader.read(_draw(folder, asked))
    compute = {
        **_training_cost(place),
        "probe": probe_cost,
        "evaluation": {"core_seconds": time.process_time() - busy},
    }
    result = {
        **summary(asked, claims, reader),
        "weights": weights_digest(folder),
        "compute": compute,
        "device": "cpu",
    }
    (place.folder / "evaluation.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return result


def _say(line: str) -> None:
    sys.stderr.write(f"evaluate  {line}\n")
    sys.stderr.flush()


def _draw(folder: Path, asked: Sequence[Question]) -> np.ndarray:
    """The model's pictures for the prompts, one seed each."""
    pipeline: Any = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    drawn: list[np.ndarray] = []
    for some in _blocks([", ".join(question.tags) for question in asked], BATCH):
        drawn.extend(draw_prompts(pipeline, some, first_seed=PROMPT_SEED + len(drawn), batch=BATCH))
        _say(f"{len(drawn)} of {len(asked)} prompts drawn")
    return np.stack(drawn)


def _training_cost(place: Workplace) -> dict[str, Any]:
    """Pictures seen and core seconds of each part whose checkpoint is there."""
    states = {part: load_checkpoint(place.checkpoint(part)) for part in ("decoder", "denoiser")}
    return {part: state["cost"] for part, state in states.items() if state is not None}


def summary(asked: Sequence[Question], claims: np.ndarray, reader: Reader) -> dict[str, Any]:
    """What the report tells of these prompts and of what the probe claims to see in the pictures drawn for them.

    Counts are pairs (claimed, all); ``model_readable`` is without the tags that the probe misses on real pictures.
    """
    wanted = matrix_of([question.tags for question in asked])
    new = np.array([question.new for question in asked])
    tags: dict[str, dict[str, Any]] = {}
    groups: dict[str, dict[str, Any]] = {}
    for name, group in REPORT.items():
        optional = {tag for one in group.groups if one in reader.kinds.may_be_absent for tag in GROUPS[one]}
        for tag in group.tags():
            row: dict[str, Any] = {
                "group": name,
                "model": recall(claims, wanted, tag),
                "model_new": recall(claims[new], wanted[new], tag),
                "probe": recall(reader.claims, reader.shown, tag),
                "false_positives": false_positives(reader.claims, reader.shown, reader.able, tag),
            }
            if tag in optional or tag in group.singles:
                row["unasked"], row["usual"] = unasked(claims, wanted, reader.kinds, tag)
            tags[tag] = row
        counts = {key: pooled(tags[tag][key] for tag in group.tags()) for key in COUNTED}
        counts["model_readable"] = pooled(tags[tag]["model"] for tag in group.tags() if is_readable(tags[tag]["probe"]))
        groups[name] = {**counts, "goal": group.goal, "verdict": verdict(counts["model"], group.goal)}
    return {
        "prompts": len(asked),
        "new": sum(question.new for question in asked),
        "held_out": sum(question.pair is not None for question in asked),
        "subjects": _by_subject(asked),
        "recall": _by_novelty(asked, claims, wanted),
        "probe_held_out": _on_held_out(reader),
        "groups": groups,
        "tags": tags,
        "vocabulary_groups": {
            name: {
                "limited": name in reader.kinds.may_be_absent,
                **{key: pooled(tags[tag][key] for tag in GROUPS[name]) for key in COUNTED},
                "claimed_for_none": claimed_for_none(reader.strict_claims, reader.shown, name),
            }
            for name in GROUPS
        },
    }


def _on_held_out(reader: Reader) -> tuple[int, int]:
    """The probe's recall over all tags of real pictures with a held-out pair: those it learned from have none."""
    shown = reader.shown
    rows = np.zeros(len(shown), dtype=bool)
    for first, second in HELD_OUT:
        rows |= shown[:, PLACE[first]] & shown[:, PLACE[second]]
    return int((reader.claims & shown)[rows].sum()), int(shown[rows].sum())


def _by_subject(asked: Sequence[Question]) -> dict[str, dict[str, int]]:
    counts = {}
    for subject in GROUPS["subject"]:
        of = [question for question in asked if question.tags[0] == subject]
        counts[subject] = {
            "asked": len(of),
            "new": sum(question.new for question in of),
            "held_out": sum(question.pair is not None for question in of),
        }
    return counts


def _by_novelty(asked: Sequence[Question], claims: np.ndarray, wanted: np.ndarray) -> dict[str, tuple[int, int]]:
    """Recall over all tags, by what the training knew of the prompt's combination."""
    kinds = np.array(["held out" if one.pair else "other new" if one.new else "seen" for one in asked])
    return {
        kind: (int((claims & wanted)[kinds == kind].sum()), int(wanted[kinds == kind].sum()))
        for kind in ("held out", "other new", "seen")
    }
