"""Export: from the latest checkpoints to the folder that the site installs."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch

from . import dataset
from .digest import weights_digest
from .evaluate import as_table
from .holdout import HELD_OUT
from .japanese import SIZES as JAPANESE_SIZES
from .japanese import in_japanese
from .prompts import EXAMPLES, STARTERS
from .sample import GUIDANCE, STEPS, training_pipeline
from .styles import STYLES
from .vocabulary import GENERAL, TAGS
from .workplace import Workplace, load_checkpoint

SLUG, TITLE = "irodori-mini", "Irodori Mini"
LICENCE = (
    "Apache-2.0 (weights); learned from remixes of ToonHead by Johan Melin, Adventurer by Lisa Wischofsky and "
    "Custom Avatar by Ashley Seo, CC BY 4.0"
)
SHARD = "14MB"
SIZES = (
    "Sides up to {side} pixels work. Taller pictures put more sky above the subject; wider ones move it aside or draw "
    "it twice, which only landscapes forgive."
)
# The card in English and in other languages, and the files that the site looks for.
CARDS = {"en": ("card.md", "README.md"), "ja": ("card.ja.md", "README.ja.md")}
TAGGER_LINE = {
    "en": "- A small tagger that reads these tags off pictures lies beside it, in `generation/bundled/tagger`",
    "ja": "- 絵からこれらのタグを読み取る小さなタガーが、`generation/bundled/tagger`にあります",
}
TAGGER = Path(__file__).with_name("tagger") / "model"


def export_model(place: Workplace, target: Path, size: int) -> None:
    """Write the model as an fp16 ``StableDiffusionPipeline`` folder with ``irodori.json`` and its cards.

    The folder is written beside ``target`` and then put in its place, so that nobody ever reads half of it.
    """
    fresh = target.with_name(f"{target.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    pipeline = training_pipeline(place)
    parameters = sum(
        weight.numel() for part in (pipeline.unet, pipeline.vae, pipeline.text_encoder) for weight in part.parameters()
    )
    pipeline.to(torch.float16)
    pipeline.save_pretrained(fresh, safe_serialization=True, max_shard_size=SHARD)
    # transformers 5 writes its private class name here; the public one loads the same file in 4 and 5.
    _change(fresh / "model_index.json", tokenizer=["transformers", "PreTrainedTokenizerFast"])
    # diffusers loads UNet and VAE as float32 unless told otherwise; the text encoder has to agree with them.
    _change(fresh / "text_encoder" / "config.json", dtype="float32")
    (fresh / "irodori.json").write_text(json.dumps(description(size), indent=1, ensure_ascii=False) + "\n", "utf-8")
    megabytes = sum(path.stat().st_size for path in fresh.rglob("*.safetensors")) / 1e6
    weights = weights_digest(fresh)
    for language, (_, name) in CARDS.items():
        (fresh / name).write_text(card(place, size, parameters, megabytes, weights, language), "utf-8")
    for path in fresh.rglob("*.safetensors"):
        path.chmod(0o644)  # safetensors writes them for their owner alone; the site may run as somebody else
    old = target.with_name(f"{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def description(size: int) -> dict[str, Any]:
    """What the site needs to know of the model: limits and defaults, tags with Danbooru categories, prompts.

    Sizes are in pixels; ``starter_prompts`` hold only tags that their picture shows.
    """
    return {
        "slug": SLUG,
        "title": TITLE,
        "family": "sd1",
        "licence": LICENCE,
        "native_width": size,
        "native_height": size,
        "min_side": size,
        "max_side": size * 3 // 2,
        "side_multiple": 16,
        "max_steps": 50,
        "default_steps": STEPS,
        "default_sampler": "DDIM",
        "default_guidance": GUIDANCE,
        "known_tags": [{"name": tag, "category": GENERAL} for tag in TAGS],
        "example_prompts": list(EXAMPLES),
        "starter_prompts": [dict(starter) for starter in STARTERS],
    }


def card(place: Workplace, size: int, parameters: int, megabytes: float, weights: str, language: str = "en") -> str:
    """The model card in one of ``CARDS``' languages, with the figures of this training filled in.

    ``size`` is a side in pixels, ``parameters`` a number, ``megabytes`` those of the weights, ``weights``
    their digest: another model's measurement is not told.
    """
    japanese = language == "ja"
    components = place.load_components()
    evaluation, costs = _measured(place, weights)
    facts = {
        "evaluation": evaluation,
        "training": costs or _costs_so_far(place),
        "attribution": attribution(),
        "tagger": TAGGER_LINE[language] if TAGGER.exists() else "",
    }
    if japanese:
        facts = {name: in_japanese(text) for name, text in facts.items()}
    facts |= {
        "size": str(size),
        "sizes": (JAPANESE_SIZES if japanese else SIZES).format(side=size * 3 // 2),
        "patch": str(components.patch),
        "channels": str(len(components.matrix)),
        "parameters": f"{parameters / 1e4:,.0f}万" if japanese else f"{parameters / 1e6:.1f}",
        "megabytes": f"{megabytes:.0f}",
        "tags": str(len(TAGS)),
        "steps": str(STEPS),
        "guidance": f"{GUIDANCE:g}",
        "held_out": str(len(HELD_OUT)),
        "pictures": f"{len(dataset.load(place.folder)[1]):,}",
    }
    text = Path(__file__).with_name(CARDS[language][0]).read_text("utf-8")
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _measured(place: Workplace, weights: str) -> tuple[str, str]:
    """The evaluation's report on these weights and, apart from it, what everything cost."""
    stored = place.folder / "evaluation.json"
    result = json.loads(stored.read_text("utf-8")) if stored.exists() else {}
    if result.get("weights") != weights:
        return "Not measured yet.", ""
    report, _, costs = as_table(result).partition("\nCompute:\n")
    return report.strip(), costs.strip()


def _costs_so_far(place: Workplace) -> str:
    """What the training cost, before the evaluation tells it."""
    states = {part: load_checkpoint(place.checkpoint(part)) for part in ("decoder", "denoiser")}
    return "\n".join(
        f"- {part}: {state['cost']['pictures']:,.0f} pictures seen, "
        f"{state['cost']['core_seconds'] / 60:,.0f} core minutes"
        for part, state in states.items()
        if state is not None
    )


def attribution() -> str:
    """Who drew the styles, as a Markdown table: what the installed DiceBear styles say of themselves."""
    lines = ["| style | source | by | licence |", "|---|---|---|---|"]
    for style in STYLES:
        meta = json.loads(files("dicebear_styles").joinpath(f"{style.NAME}.json").read_text("utf-8"))["meta"]
        source, by, licence = (f"[{meta[key]['name']}]({meta[key]['url']})" for key in ("source", "creator", "license"))
        remix = "Remix of " if meta["license"]["text"].startswith("Remix of") else ""
        lines.append(f"| {style.NAME} | {remix}{source} | {by} | {licence} |")
    return "\n".join(lines)


def _change(path: Path, **changes: Any) -> None:
    """Overwrite some keys of a JSON file."""
    content = json.loads(path.read_text("utf-8"))
    content.update(changes)
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
