"""Take a model in: look at its file, hash it, give it a name and defaults, say who may use it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from gallery.models import User
from gallery.models.refusal import RulePlace
from gallery.models.user import Role
from gallery.refusals.judging import Refused, Said, judge
from generation.engine.checkpoint_files import CheckpointFacts, inspect_checkpoint
from generation.engine.errors import EngineError
from generation.engine.file_errors import PICKLES
from generation.engine.resource_files import inspect_resource, kind_of, resource_header, weights_digest
from generation.engine.single_file import prediction_beside
from generation.models import Checkpoint, Resource
from generation.models.resource import ResourceKind
from generation.models_on_disk.defaults import base_name, columns_for, fits
from generation.models_on_disk.hashing import hash_of
from generation.models_on_disk.paths import readable, stored
from generation.models_on_disk.refusals import ModelRefused, why
from generation.models_on_disk.routing import device_class

KINDS = ("checkpoint", *ResourceKind.values)
CARD_BYTES = 2**20
_LICENCE = re.compile(r"\A---\n(?:.*\n)*?license(?:_name)?:[ \t]*[\"']?([^\n\"']{1,200})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What whoever adds a model says of it. What is empty follows from the file.

    kind: one of `KINDS`. base: of a resource whose file doesn't say it. users: names of accounts that may use it
    whatever their role. vae: the slug of the VAE that a checkpoint without one (or with a bad one) draws with.
    prediction: epsilon or v_prediction, for a file that doesn't say it. device_class: which workers draw a checkpoint.
    """

    path: Path
    kind: str = ""
    name: str = ""
    slug: str = ""
    base: str = ""
    licence: str = ""
    trigger_words: Sequence[str] = ()
    min_role: str = Role.MEMBER
    users: Sequence[str] = ()
    vae: str = ""
    prediction: Literal["", "epsilon", "v_prediction"] = ""
    device_class: str = ""


def add(wanted: Wanted) -> Checkpoint | Resource:
    """Add a model and return its row. Raises `ModelRefused` with a sentence for whoever adds it."""
    path = readable(wanted.path)
    allowed = named_users(wanted.users)
    if wanted.min_role not in Role.values:
        raise ModelRefused(_("There is no role “%(role)s”.") % {"role": wanted.min_role}, "min_role")
    try:
        kind = wanted.kind or _kind(path)
        if kind not in KINDS:
            raise ModelRefused(
                _("There is no kind “%(kind)s”; there are: %(known)s.") % {"kind": kind, "known": ", ".join(KINDS)},
                "kind",
            )
        _refuse_known_path(path)
        row: Checkpoint | Resource
        if kind == "checkpoint":
            with _saying(path, wanted.prediction):
                row = _checkpoint(path, wanted)
                save_new(row, allowed)
        else:
            row = _resource(path, wanted, kind)
            save_new(row, allowed)
    except EngineError as error:
        raise ModelRefused(why(error)) from error
    except OSError as error:
        raise ModelRefused(
            _("%(path)s can't be read: %(error)s.") % {"path": error.filename or path, "error": error.strerror or error}
        ) from error
    return row


def save_new(row: Checkpoint | Resource, allowed: Sequence[User]) -> None:
    """Write a new row with the accounts that may use it; its names pass by the rules of the site."""
    refuse_names(row.name, row.slug, *row.trigger_words)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            row.allowed_users.set(allowed)
    except IntegrityError:
        # Somebody else added a model of this name in the same moment.
        raise ModelRefused(_("The short name “%(slug)s” is taken.") % {"slug": row.slug}, "slug") from None


def refuse_names(*names: str) -> None:
    """Raise `ModelRefused` for names that a rule refuses."""
    refusing = judge(Said(RulePlace.NAME, name) for name in names).refusing
    if refusing is not None:
        raise ModelRefused(Refused(refusing).message, "name")


def named_users(names: Sequence[str]) -> list[User]:
    """The accounts of these names, in any case. Raises `ModelRefused` that lists the unknown ones."""
    found, unknown = [], []
    for name in dict.fromkeys(name.strip() for name in names if name.strip()):
        user = User.objects.filter(username__iexact=name).first() if "\0" not in name else None
        found.append(user) if user else unknown.append(name)
    if unknown:
        raise ModelRefused(_("There is no account named %(names)s.") % {"names": ", ".join(unknown)}, "users")
    return [user for user in found if user]


def _kind(path: Path) -> str:
    """What a file or folder is, before anything is read in full."""
    if path.is_dir():
        if (path / "model_index.json").exists():
            return "checkpoint"
        if (path / "config.json").exists():
            return "vae"
        raise ModelRefused(
            _(
                "The folder %(path)s is no diffusers model: it has no model_index.json. Name the folder that has it, "
                "or a single .safetensors file."
            )
            % {"path": path}
        )
    if path.suffix.lower() in PICKLES or path.suffix.lower() != ".safetensors":
        return "checkpoint"  # refused there, with the reason
    kind = kind_of(resource_header(path))
    # What has no denoiser is no checkpoint; what nobody knows is looked at as a checkpoint, which says what is wrong.
    return kind or ("lora" if any("lora" in part.lower() for part in path.parts[-2:]) else "checkpoint")


def _refuse_known_path(path: Path) -> None:
    for model in (Checkpoint, Resource):
        known = model.objects.filter(path__in=[stored(path), str(path.absolute())]).first()
        if known is not None:
            raise ModelRefused(
                _("%(path)s was added before, as “%(name)s”. If its file has changed, remove that one first.")
                % {"path": path, "name": known.name}
            )


def _refuse_known_hash(model: type[Checkpoint] | type[Resource], sha256: str) -> None:
    known = model.objects.filter(sha256=sha256).first()
    if known is not None:
        raise ModelRefused(
            _("This model is here already: “%(name)s” has the same weights (%(hash)s).")
            % {"name": known.name, "hash": known.short_hash}
        )


def _checkpoint(path: Path, wanted: Wanted) -> Checkpoint:
    facts = inspect_checkpoint(path)
    vae = _vae(wanted.vae, facts)
    sha256 = hash_of(path)
    _refuse_known_hash(Checkpoint, sha256)
    card = _card(path)
    return Checkpoint(
        **columns_for(facts),
        slug=free_slug(Checkpoint, wanted.slug, _name(wanted, path), 60, allow_unicode=False),
        name=_name(wanted, path),
        path=stored(path),
        sha256=sha256,
        files=[list(entry) for entry in facts.fingerprint],
        trigger_words=words(wanted.trigger_words),
        licence=wanted.licence.strip()[:200] or _licence_of(card),
        card=card,
        min_role=wanted.min_role,
        default_vae=vae,
        device_class=device_class(wanted.device_class, on_disk=True),
        is_default=not Checkpoint.objects.filter(is_default=True).exists() and wanted.min_role == Role.MEMBER,
    )


def _resource(path: Path, wanted: Wanted, kind: str) -> Resource:
    facts = inspect_resource(path)
    if facts.kind != kind:
        raise ModelRefused(_("%(path)s is of another kind: %(found)s.") % {"path": path, "found": facts.kind}, "kind")
    base = wanted.base or facts.base
    if not base:
        raise ModelRefused(_("The file doesn't say which models it was made for. Say it: sd1, sd2 or sdxl."), "base")
    if facts.base_is_certain and wanted.base and wanted.base != facts.base:
        raise ModelRefused(
            _("The file is made for %(found)s, not for %(given)s.")
            % {"found": base_name(facts.base), "given": base_name(wanted.base)},
            "base",
        )
    sha256 = hash_of(path)
    _refuse_known_hash(Resource, sha256)
    return Resource(
        kind=kind,
        slug=free_slug(Resource, wanted.slug, _name(wanted, path), 100, allow_unicode=True, kind=kind),
        name=_name(wanted, path),
        family=base[:30],
        path=stored(path),
        sha256=sha256,
        weights_sha256=weights_digest(path) if kind == "lora" else "",
        files=[list(entry) for entry in facts.fingerprint],
        trigger_words=words(wanted.trigger_words),
        licence=wanted.licence.strip()[:200],
        min_role=wanted.min_role,
    )


def _vae(slug: str, facts: CheckpointFacts) -> Resource | None:
    if not slug:
        if not facts.has_vae and facts.is_single_file:
            raise ModelRefused(
                _(
                    "The file has no VAE, the part that turns what the model draws into pixels. Add a VAE for %(base)s "
                    "first (a .safetensors file), then this model again with that VAE's short name."
                )
                % {"base": base_name(facts.base)},
                "vae",
            )
        return None
    found = Resource.objects.filter(kind=ResourceKind.VAE, slug=slug).first() if "\0" not in slug else None
    if found is None:
        raise ModelRefused(_("There is no VAE “%(slug)s” here.") % {"slug": slug}, "vae")
    if not fits(found.family, found.kind, facts.base):
        raise ModelRefused(
            _("The VAE “%(name)s” is for %(other)s; this model is of %(base)s.")
            % {"name": found.name, "other": base_name(found.family), "base": base_name(facts.base)},
            "vae",
        )
    return found


@contextmanager
def _saying(path: Path, prediction: str) -> Iterator[None]:
    """Say beside a single file what its model predicts, in the place where A1111 looks too.

    What is written here goes again if the model is refused within. A file that says the same already is left alone.
    """
    if not prediction:
        yield
        return
    if path.is_dir():
        raise ModelRefused(_("A folder says itself what its model predicts (scheduler_config.json)."), "prediction")
    beside = path.with_suffix(".yaml")
    value = "v" if prediction == "v_prediction" else "eps"
    made = False
    try:
        with beside.open("x", encoding="utf-8") as file:
            made = True
            file.write(f'model:\n  params:\n    parameterization: "{value}"\n')
    except FileExistsError:
        pass
    except OSError as error:
        if made:
            beside.unlink(missing_ok=True)
        raise ModelRefused(
            _("%(path)s can't be written: %(error)s.") % {"path": beside, "error": error.strerror or error},
            "prediction",
        ) from error
    if prediction_beside(path) != prediction:
        raise ModelRefused(_("%(path)s says otherwise; change it there.") % {"path": beside}, "prediction")
    try:
        yield
    except BaseException:
        if made:
            beside.unlink(missing_ok=True)
        raise


def words(given: Sequence[str]) -> list[str]:
    """Trigger words, each once, in order."""
    return list(dict.fromkeys(word.strip()[:200] for word in given if word.strip() and "\0" not in word))


def _name(wanted: Wanted, path: Path) -> str:
    # A1111 writes the file's name without its ending as the model's name: posts from there are found by it.
    given = wanted.name.strip().replace("\0", "")
    return (given or (path.absolute().name if path.is_dir() else path.stem))[:200]


def free_slug(
    model: type[Checkpoint] | type[Resource],
    wanted: str,
    name: str,
    longest: int,
    *,
    allow_unicode: bool,
    **scope: Any,
) -> str:
    """The short name `wanted`, or one from `name` that is free. Raises `ModelRefused` for a bad or taken one."""
    taken = model.objects.filter(**scope)
    if wanted:
        slug = slugify(wanted, allow_unicode=allow_unicode)[:longest]
        if slug != wanted:
            raise ModelRefused(
                _("A short name has letters, digits, “-” and “_” only, such as “%(slug)s”.")
                % {"slug": slug or "anime"},
                "slug",
            )
        if taken.filter(slug=slug).exists():
            raise ModelRefused(_("The short name “%(slug)s” is taken.") % {"slug": slug}, "slug")
        return slug
    stem = slugify(name, allow_unicode=allow_unicode)[: longest - 4].strip("-_") or "model"
    slug, number = stem, 1
    while taken.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _card(path: Path) -> str:
    """The first megabyte of a folder's README.md."""
    file = path / "README.md"
    if not path.is_dir() or not file.is_file():
        return ""
    with file.open("rb") as stream:
        return stream.read(CARD_BYTES).decode("utf-8", "replace").replace("\0", "\ufffd").replace("\r\n", "\n")


def _licence_of(card: str) -> str:
    """The licence in a card's front matter, as Hugging Face's cards have it."""
    found = _LICENCE.match(card.partition("\n---\n")[0])
    return found[1].strip() if found else ""
