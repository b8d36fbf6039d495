"""Models on disk: which there are, and how the bundled one is installed.

A bundled folder is an ordinary diffusers pipeline with two more files, README.md (its card; README.ja.md and the like
are the card in other languages) and `irodori.json`:

    {"slug": "…", "title": "…", "family": "…", "licence": "…",
     "native_width": 128, "native_height": 128, "min_side": 96, "max_side": 192, "side_multiple": 16,
     "max_steps": 50, "default_steps": 20, "default_sampler": "DDIM", "default_guidance": 3.0,
     "known_tags": [{"name": "1girl", "category": 0}, …]  (Danbooru's category numbers),
     "example_prompts": ["…"],
     "starter_prompts": [{"prompt": "…", "seed": 1, "title": "…", "tags": ["…"]}, …]}

A starter prompt may go without title; without tags, what stands between its commas are the tags its picture shows.
"""

import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from gallery.models.user import Role
from generation.access import Viewer, usable_by
from generation.engine.checkpoint_files import inspect_checkpoint
from generation.engine.errors import EngineError
from generation.engine.remote import RemoteServer
from generation.engine.sampler_names import SAMPLER_NAMES, samplers_for
from generation.engine.stock.families import abilities_of_family
from generation.errors import CheckpointBroken, failure_sentence
from generation.models import Checkpoint, Resource
from generation.models.checkpoint import CheckpointState
from generation.models_on_disk.hashing import hash_of
from tagging.names import TagNameError
from tagging.seed import seed_japanese_names, seed_tags

logger = logging.getLogger(__name__)

FACTS_FILE = "irodori.json"
CARD_FILE = "README.md"
CARD_BYTES = 2**20
_TRANSLATED_CARD = re.compile(r"README\.([a-z]{2,3}(?:-[a-z0-9]{2,8})*)\.md", re.IGNORECASE)
_WHOLE_NUMBERS = (
    "native_width",
    "native_height",
    "min_side",
    "max_side",
    "side_multiple",
    "max_steps",
    "default_steps",
)


def available(viewer: Viewer = None) -> QuerySet[Checkpoint]:
    """Models that `viewer` (nobody: any member) can ask for, the default one first."""
    ready = Checkpoint.objects.filter(usable_by(viewer, Checkpoint), state=CheckpointState.READY)
    return ready.order_by("-is_default", "name")


def available_resources(viewer: Viewer = None) -> QuerySet[Resource]:
    """LoRAs, embeddings and VAEs that `viewer` (nobody: any member) can ask for, by name."""
    return Resource.objects.filter(usable_by(viewer, Resource), state=CheckpointState.READY).order_by("name")


def folder_of(checkpoint: Checkpoint) -> Path:
    """Where its files are: `path` is absolute or below `CHECKPOINTS_DIR`."""
    return Path(settings.CHECKPOINTS_DIR) / checkpoint.path


def by_folder() -> dict[Path, list[int]]:
    """Ids of the models on disk by the absolute path of their folder or file, as the engine names what it loaded."""
    found: dict[Path, list[int]] = {}
    for checkpoint in Checkpoint.objects.filter(endpoint="").only("path"):
        found.setdefault(folder_of(checkpoint).absolute(), []).append(checkpoint.pk)
    return found


def names_of(folders: Iterable[Path]) -> list[str]:
    """What people call the models of these folders or files, in order; one that no row knows any more by its path."""
    paths = list(folders)
    rows = by_folder() if paths else {}
    names = dict(
        Checkpoint.objects.filter(pk__in=[pk for path in paths for pk in rows.get(path, [])]).values_list("pk", "name")
    )
    return [name for path in paths for name in ([names[pk] for pk in rows.get(path, []) if pk in names] or [path.name])]


def address_of(checkpoint: Checkpoint) -> str:
    """What the engine calls it: its folder or file, or the image server that draws with it."""
    if checkpoint.endpoint:
        return str(RemoteServer(checkpoint.endpoint, checkpoint.endpoint_model, checkpoint.endpoint_key_variable))
    return str(folder_of(checkpoint))


def samplers_of(checkpoint: Checkpoint) -> tuple[str, ...]:
    """The samplers that suit it; all of them for a row from before this was recorded."""
    return tuple(checkpoint.samplers) or SAMPLER_NAMES


def mark_corrupt(checkpoint: Checkpoint, error: str) -> None:
    """Close the door for a model whose files turned out to be unusable; `error` is for the operator."""
    Checkpoint.objects.filter(pk=checkpoint.pk).exclude(state=CheckpointState.DISABLED).update(
        state=CheckpointState.CORRUPT, error=error
    )
    logger.error("Model %s can't be used: %s", checkpoint.slug, error)


@dataclass(frozen=True, slots=True)
class StarterPrompt:
    """One picture that a new site draws by itself; `tags` are what it shows."""

    prompt: str
    seed: int
    title: str
    tags: list[str]


@dataclass(frozen=True, slots=True)
class BundledFacts:
    """What `irodori.json` of a folder says; see the module's docstring."""

    folder: Path
    columns: dict[str, Any]
    tags: list[tuple[str, int]]
    starter_prompts: list[StarterPrompt]


def read_facts(folder: Path) -> BundledFacts:
    """Read and check a folder's `irodori.json` and cards. Raises `CheckpointBroken`."""
    path, card = folder / FACTS_FILE, folder / CARD_FILE
    try:
        facts = json.loads(path.read_text("utf-8"))
        tags = [(str(tag["name"]), int(tag["category"])) for tag in facts["known_tags"]]
        columns = {
            "slug": str(facts["slug"]),
            "name": str(facts["title"]),
            "family": str(facts["family"]),
            "licence": str(facts["licence"]),
            **{name: int(facts[name]) for name in _WHOLE_NUMBERS},
            "default_sampler": str(facts["default_sampler"]),
            "default_guidance": float(facts["default_guidance"]),
            "known_tags": [name for name, _category in tags],
            "example_prompts": [str(prompt) for prompt in facts["example_prompts"]],
            "card": _read_card(card) if card.exists() else "",
            "card_translations": {
                found[1].lower(): _read_card(entry)
                for entry in sorted(folder.glob("README.*.md"))
                if (found := _TRANSLATED_CARD.fullmatch(entry.name))
            },
        }
        starters = [_starter(entry) for entry in facts["starter_prompts"]]
    except OSError as error:
        raise CheckpointBroken(f"{error.filename or path} can't be read: {error.strerror}.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointBroken(f"{path} isn't what it should be: {type(error).__name__} at {error}.") from error
    if columns["default_sampler"] not in SAMPLER_NAMES:
        raise CheckpointBroken(f"{path} names the unknown sampler {columns['default_sampler']!r}.")
    return BundledFacts(folder, columns, tags, starters)


def _read_card(path: Path) -> str:
    """The first megabyte of a card. No bad byte in it keeps a model from being installed."""
    with path.open("rb") as stream:
        return stream.read(CARD_BYTES).decode("utf-8", "replace").replace("\0", "\ufffd")


def _starter(entry: dict[str, Any]) -> StarterPrompt:
    prompt = str(entry["prompt"])
    tags = entry.get("tags") or [part.strip() for part in prompt.split(",")]
    return StarterPrompt(prompt, int(entry["seed"]), str(entry.get("title", "")), [str(tag) for tag in tags if tag])


def install_bundled() -> Checkpoint:
    """Install or refresh the model of `BUNDLED_MODEL_DIR`; quick when its files are as they were.

    Its tags become tags of the site, with Japanese names; it is the default model unless another one is. When its
    files are damaged, the row (if there is one) says so, and nobody can ask for it. Raises `CheckpointBroken`.
    """
    folder = Path(settings.BUNDLED_MODEL_DIR)
    known = Checkpoint.objects.filter(path=str(folder)).first()
    try:
        installed = _install(folder, known)
        seed_japanese_names()  # also where the model's files are as they were: its site may be older than the names
        return installed
    except EngineError as error:
        reason = f"{folder}: {failure_sentence(error.code, error.params)} ({error})"
    except CheckpointBroken as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename or folder} can't be read: {error.strerror}."
    if known is not None:
        mark_corrupt(known, reason)
    raise CheckpointBroken(reason)


def _install(folder: Path, known: Checkpoint | None) -> Checkpoint:
    facts = read_facts(folder)
    found = inspect_checkpoint(folder)
    files = [list(entry) for entry in found.fingerprint]
    samplers = samplers_for(found.scheduler_config)
    derived = {
        "samplers": list(samplers),
        "abilities": list(abilities_of_family(found.family)),
        "prediction_type": found.prediction_type,
    }
    as_it_was = known is not None and all(getattr(known, name) == value for name, value in derived.items())
    if known is not None and as_it_was and known.files == files and known.state != CheckpointState.CORRUPT:
        return known
    if facts.columns["default_sampler"] not in samplers:
        raise CheckpointBroken(
            f"{folder / FACTS_FILE} names the sampler {facts.columns['default_sampler']!r}, which can't follow the "
            f"model's noise schedule. These can: {', '.join(samplers)}."
        )
    return _save(facts, hash_of(folder), files, derived)


def _save(facts: BundledFacts, sha256: str, files: list[list[Any]], derived: dict[str, Any]) -> Checkpoint:
    """Write the row; `derived`: columns that follow from the files and not from `irodori.json`."""
    slug = facts.columns["slug"]
    with transaction.atomic():
        try:
            seed_tags(facts.tags)
        except (TagNameError, ValueError) as error:
            raise CheckpointBroken(f"{facts.folder / FACTS_FILE} has an impossible tag: {error}.") from error
        another = Checkpoint.objects.filter(is_default=True).exclude(slug=slug).exists()
        closed = Checkpoint.objects.filter(slug=slug).exclude(min_role=Role.MEMBER).exists()
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
                **derived,
                "state": state,
                "error": "",
                "is_default": not another and not closed,
            },
        )
    logger.info("Installed model %s (%s)", slug, checkpoint.short_hash)
    return checkpoint
