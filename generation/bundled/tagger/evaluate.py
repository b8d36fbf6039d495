"""Measuring the exported tagger: on new renders, on what the bundled model draws, on pictures of another kind."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tagging.tagger import FACTS, WEIGHTS, Suggestions, Tagger

from .. import dataset
from ..vocabulary import GROUPS, SINGLES
from ..workplace import Workplace
from . import others
from .degrade import SHIPPED_MODEL
from .export import MODEL_FOLDER

RENDER_SEED, PROMPT_SEED = 70_000_000, 75_000_000  # far from the training's seeds


def evaluate_tagger(
    place: Workplace,
    folder: Path = MODEL_FOLDER,
    model: Path = SHIPPED_MODEL,
    renders: int = 800,
    drawings: int = 100,
    strangers: int = 100,
) -> dict[str, Any]:
    """Measure the files in `folder`; writes ``tagger-evaluation.json`` to the working folder and returns its content.

    ``renders`` are new pictures of the data set, ``drawings`` are drawn by the diffusion model in ``model``,
    ``strangers`` are pictures per kind that the tagger was never trained on.
    """
    tagger = Tagger(folder)
    truth = [dataset.sample(RENDER_SEED + number).tags for number in range(renders)]
    side = 128
    real = [
        dataset.render(dataset.sample(RENDER_SEED + number), RENDER_SEED + number, side) for number in range(renders)
    ]
    started = time.process_time()
    seen = look(tagger, real)
    milliseconds = (time.process_time() - started) * 1000 / max(1, renders)
    prompts = prompts_for(model, drawings)
    drawn = look(tagger, draw(model, prompts))
    kinds, names = others.pictures(others.held_out_kinds(), strangers, strangers, others.MEASURING_SEED)
    trained, _ = others.pictures(others.training_kinds(), 3, 20, others.MEASURING_SEED)
    refused = [not each.is_own_kind for each in look(tagger, kinds)]
    result = {
        "measured": fingerprint(folder),
        "renders": {"count": renders, "own_kind": share_own(seen), "groups": by_group(seen, truth)},
        "drawings": {"count": len(drawn), "own_kind": share_own(drawn), "groups": by_group(drawn, prompts)},
        "refused": {
            kind: float(np.mean([no for no, name in zip(refused, names, strict=True) if name == kind]))
            for kind in others.held_out_kinds()
        },
        "refused_trained_kinds": 1 - share_own(look(tagger, trained)),
        "never_suggested": [tag.name for tag in tagger.facts.tags if tag.suggest is None],
        "tags": len(tagger.facts.tags),
        "milliseconds": milliseconds,
    }
    (place.folder / "tagger-evaluation.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return result


def fingerprint(folder: Path) -> str:
    """SHA-256 over weights and thresholds: which files some figures were measured on."""
    return hashlib.sha256((folder / WEIGHTS).read_bytes() + (folder / FACTS).read_bytes()).hexdigest()


def look(tagger: Tagger, pictures: Sequence[np.ndarray] | np.ndarray) -> list[Suggestions]:
    """What the tagger says about uint8 pictures."""
    return [tagger.suggest(Image.fromarray(picture)) for picture in pictures]


def share_own(seen: Sequence[Suggestions]) -> float:
    """How many of the pictures, from 0 to 1, it takes for pictures of its kind."""
    return sum(each.is_own_kind for each in seen) / max(1, len(seen))


def by_group(seen: Sequence[Suggestions], truth: Sequence[Sequence[str]]) -> dict[str, dict[str, int]]:
    """Per group of tags: shown in truth, suggested, suggested rightly, and shown but declared unseen."""
    result = {}
    for name, members in {**GROUPS, "single tags": SINGLES}.items():
        counts = {"shown": 0, "suggested": 0, "right": 0, "doubted": 0}
        for each, tags in zip(seen, truth, strict=True):
            shown, said = set(tags) & set(members), {tag for tag, _ in each.tags} & set(members)
            counts["shown"] += len(shown)
            counts["suggested"] += len(said)
            counts["right"] += len(shown & said)
            counts["doubted"] += len(shown & each.unseen)
        result[name] = counts
    return result


def prompts_for(model: Path, count: int) -> list[tuple[str, ...]]:
    """Tags of new drawings that the diffusion model in `model` knows all of (styles' own tags apart)."""
    known = {tag["name"] for tag in json.loads((model / "irodori.json").read_text("utf-8"))["known_tags"]}
    prompts: list[tuple[str, ...]] = []
    for number in range(count * 20):
        tags = [tag for tag in dataset.sample(PROMPT_SEED + number).tags if tag in known or "_(style)" not in tag]
        if len(prompts) < count and set(tags) <= known:
            prompts.append(tuple(tags))
    return prompts


def draw(model: Path, prompts: Sequence[Sequence[str]]) -> np.ndarray:
    """What the diffusion model draws for the prompts, uint8."""
    from diffusers import StableDiffusionPipeline

    from ..sample import draw_prompts

    if not prompts:
        return np.zeros((0, 128, 128, 3), np.uint8)
    pipeline: Any = StableDiffusionPipeline.from_pretrained(model, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    return draw_prompts(pipeline, [", ".join(tags) for tags in prompts], first_seed=PROMPT_SEED)


def as_table(result: dict[str, Any]) -> str:
    """The result as Markdown."""
    renders, drawings = result["renders"], result["drawings"]
    never = result["never_suggested"]
    counts_of = list(renders["groups"].values())
    doubted = sum(each["doubted"] for each in counts_of) / max(1, sum(each["shown"] for each in counts_of))
    lines = [
        f"It suggests {result['tags'] - len(never)} of its {result['tags']} tags. For the others no level of "
        f"confidence is right in nine of ten cases on held-out renders: {', '.join(never) or 'none'}. "
        f"One picture takes {result['milliseconds']:.0f} ms on one core.",
        "",
        f"Taken for its own kind: {renders['own_kind']:.1%} of {renders['count']} new renders, "
        f"{drawings['own_kind']:.0%} of {drawings['count']} pictures that the bundled model drew. "
        f"Refused: {result['refused_trained_kinds']:.1%} of new pictures of the other kinds it was trained on, and of "
        "kinds it never saw: " + ", ".join(f"{kind} {share:.0%}" for kind, share in result["refused"].items()) + ".",
        "",
        f"Of the tags that new renders show, it calls {doubted:.1%} not seen.",
        "",
        "| group | suggested rightly (precision), renders | found (recall), renders | drawn: agrees with the prompt "
        "| drawn: prompt's tags found |",
        "|---|---|---|---|---|",
    ]
    for name, counts in renders["groups"].items():
        cells = []
        for each in (counts, drawings["groups"][name]):
            for whole in ("suggested", "shown"):
                cells.append(f"{each['right'] / each[whole]:.0%} of {each[whole]}" if each[whole] else "–")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
