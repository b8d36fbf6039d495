"""Models on disk: which there are, and how the bundled one is installed.

A bundled folder is an ordinary diffusers pipeline with two more files: README.md (its card) and `irodori.json`:

    {"slug": "…", "name": "…", "family": "…", "licence": "…",
     "native_size": [width, height], "min_side": 64, "max_side": 128, "side_multiple": 8, "max_steps": 100,
     "defaults": {"steps": 20, "sampler": "Euler a", "guidance": 5.0},
     "tags": [["1girl", 0], …]  (name and Danbooru's category number),
     "example_prompts": ["…"],
     "starter_prompts": [{"title": "…", "prompt": "…", "seed": 1, "tags": ["…"]}, …]}
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.errors import EngineError
from generation.engine.sampler_names import SAMPLER_NAMES
from generation.errors import CheckpointBroken, failure_sentence
from generation.models import Checkpoint
from generation.models.checkpoint import CheckpointState
from tagging.names import TagNameError
from tagging.seed import seed_tags

logger = logging.getLogger(__name__)

FACTS_FILE = "irodori.json"
CARD_FILE = "README.md"
CHUNK = 2**20


def available() -> QuerySet[Checkpoint]:
    """Models that can be asked for, the default one first."""
    return Checkpoint.objects.filter(state=CheckpointState.READY).order_by("-is_default", "name")


def folder_of(checkpoint: Checkpoint) -> Path:
    """Where its files are: `path` is absolute or below `CHECKPOINTS_DIR`."""
    return Path(settings.CHECKPOINTS_DIR) / checkpoint.path


def mark_corrupt(checkpoint: Checkpoint, error: str) -> None:
    """Close the door for a model whose files turned out to be unusable; `error` is for the operator."""
    Checkpoint.objects.filter(pk=checkpoint.pk).exclude(state=CheckpointState.DISABLED).update(
        state=CheckpointState.CORRUPT, error=error
    )
    logger.error("Model %s can't be used: %s", checkpoint.slug, error)


@dataclass(frozen=True, slots=True)
class BundledFacts:
    """What `irodori.json` of a folder says; see the module's docstring."""

    folder: Path
    columns: dict[str, Any]
    tags: list[tuple[str, int]]
    starter_prompts: list[dict[str, Any]]


def read_facts(folder: Path) -> BundledFacts:
    """Read and check a folder's `irodori.json` and card. Raises `CheckpointBroken`."""
    path = folder / FACTS_FILE
    try:
        facts = json.loads(path.read_text("utf-8"))
        width, height = (int(side) for side in facts["native_size"])
        defaults = facts["defaults"]
        tags = [(str(name), int(category)) for name, category in facts["tags"]]
        columns = {
            "slug": str(facts["slug"]),
            "name": str(facts["name"]),
            "family": str(facts["family"]),
            "native_width": width,
            "native_height": height,
            "min_side": int(facts["min_side"]),
            "max_side": int(facts["max_side"]),
            "side_multiple": int(facts["side_multiple"]),
            "max_steps": int(facts.get("max_steps", 100)),
            "default_steps": int(defaults["steps"]),
            "default_sampler": str(defaults["sampler"]),
            "default_guidance": float(defaults["guidance"]),
            "known_tags": [name for name, _category in tags],
            "example_prompts": [str(prompt) for prompt in facts["example_prompts"]],
            "licence": str(facts["licence"]),
            "card": (folder / CARD_FILE).read_text("utf-8"),
        }
        starters = [
            {
                "title": str(starter["title"]),
                "prompt": str(starter["prompt"]),
                "negative_prompt": str(starter.get("negative_prompt", "")),
                "seed": int(starter["seed"]),
                "tags": [str(tag) for tag in starter["tags"]],
            }
            for starter in facts["starter_prompts"]
        ]
    except OSError as error:
        raise CheckpointBroken(f"{error.filename or path} can't be read: {error.strerror}.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointBroken(f"{path} isn't what it should be: {type(error).__name__} at {error}.") from error
    if columns["default_sampler"] not in SAMPLER_NAMES:
        raise CheckpointBroken(f"{path} names the unknown sampler {columns['default_sampler']!r}.")
    return BundledFacts(folder, columns, tags, starters)


def install_bundled() -> Checkpoint:
    """Install or refresh the model of `BUNDLED_MODEL_DIR`; quick when its files are as they were.

    Its tags become tags of the site; it is the default model unless another one is. When its files are damaged, the
    row (if there is one) says so, and nobody can ask for it. Raises `CheckpointBroken`.
    """
    folder = Path(settings.BUNDLED_MODEL_DIR)
    known = Checkpoint.objects.filter(path=str(folder)).first()
    try:
        facts = read_facts(folder)
        inspected = inspect_checkpoint(folder)
        files = [list(entry) for entry in inspected.fingerprint]
        if known is not None and known.files == files and known.state != CheckpointState.CORRUPT:
            return known
        sha256 = hash_of(folder)
    except EngineError as error:
        reason = f"{folder}: {failure_sentence(error.code, error.params)} ({error})"
    except CheckpointBroken as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename or folder} can't be read: {error.strerror}."
    else:
        return _save(facts, sha256, files)
    if known is not None:
        mark_corrupt(known, reason)
    raise CheckpointBroken(reason)


def hash_of(folder: Path) -> str:
    """SHA-256 in hex over the safetensors files of `folder`, in the order of their relative paths.

    Raises `OSError` for a file that can't be read.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors"), key=lambda path: path.relative_to(folder).as_posix()):
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _save(facts: BundledFacts, sha256: str, files: list[list[Any]]) -> Checkpoint:
    slug = facts.columns["slug"]
    with transaction.atomic():
        try:
            seed_tags(facts.tags)
        except (TagNameError, ValueError) as error:
            raise CheckpointBroken(f"{facts.folder / FACTS_FILE} has an impossible tag: {error}.") from error
        another = Checkpoint.objects.filter(is_default=True).exclude(slug=slug).exists()
        state = CheckpointState.READY
        if Checkpoint.objects.filter(slug=slug, state=CheckpointState.DISABLED).exists():
            state = CheckpointState.DISABLED
        checkpoint, _made = Checkpoint.objects.update_or_create(
            slug=slug,
            defaults={
                **{name: value for name, value in facts.columns.items() if name != "slug"},
                "path": str(facts.folder),
                "sha256": sha256,
                "files": files,
                "state": state,
                "error": "",
                "is_default": not another,
            },
        )
    logger.info("Installed model %s (%s)", slug, checkpoint.short_hash)
    return checkpoint
