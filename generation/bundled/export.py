"""Export: from the latest checkpoints to the folder that the site installs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch

from . import dataset
from .evaluate import as_table
from .prompts import EXAMPLES, STARTERS
from .sample import GUIDANCE, STEPS, training_pipeline
from .vocabulary import GENERAL, TAGS
from .workplace import Workplace, load_checkpoint

SLUG, TITLE = "irodori-mini", "Irodori Mini"
LICENCE = "Apache-2.0 (weights); contains a remix of ToonHead by Johan Melin, CC BY 4.0"
SHARD = "14MB"
SIZES = (
    "Sides up to 192 pixels work. Taller pictures put more sky above the subject; wider ones move it aside or draw it "
    "twice, which only landscapes forgive."
)
CARD = Path(__file__).with_name("card.md")


def export_model(place: Workplace, target: Path, size: int) -> None:
    """Write the model as an fp16 ``StableDiffusionPipeline`` folder with ``irodori.json`` and ``README.md``.

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
    (fresh / "README.md").write_text(card(place, parameters, megabytes), "utf-8")
    for weights in fresh.rglob("*.safetensors"):
        weights.chmod(0o644)  # safetensors writes them for their owner alone; the site may run as somebody else
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


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


def card(place: Workplace, parameters: int, megabytes: float) -> str:
    """The model card, with the figures of this training filled in."""
    measured = place.folder / "evaluation.json"
    decoder, denoiser = (load_checkpoint(place.checkpoint(part)) for part in ("decoder", "denoiser"))
    costs = {
        part: f"{state['cost']['pictures']:,.0f} pictures seen, {state['cost']['core_seconds'] / 60:,.0f} core minutes"
        for part, state in (("decoder", decoder), ("denoiser", denoiser))
        if state is not None
    }
    facts = {
        "parameters": f"{parameters / 1e6:.1f}",
        "megabytes": f"{megabytes:.0f}",
        "tags": str(len(TAGS)),
        "guidance": f"{GUIDANCE:g}",
        "pictures": f"{len(dataset.load(place.folder)[1]):,}",
        "sizes": SIZES,
        "evaluation": as_table(json.loads(measured.read_text())) if measured.exists() else "Not measured yet.",
        "training": "\n".join(f"- {part}: {cost}" for part, cost in costs.items()),
    }
    text = CARD.read_text("utf-8")
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _change(path: Path, **changes: Any) -> None:
    """Overwrite some keys of a JSON file."""
    content = json.loads(path.read_text("utf-8"))
    content.update(changes)
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
