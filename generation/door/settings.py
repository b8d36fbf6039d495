"""The model and the numbers: size, steps, sampler, guidance, seed, count, syntax, clip skip."""

import secrets

from django.utils.translation import gettext as _

from generation.access import Viewer, may_use, usable_by
from generation.checkpoints import samplers_of
from generation.door.numbers import real, whole
from generation.door.reading import Reading
from generation.engine.jobs import MAX_CLIP_SKIP
from generation.engine.limits import cannot
from generation.engine.sampler_names import SAMPLER_NAMES, most_steps
from generation.models import Checkpoint
from generation.models.checkpoint import CheckpointState
from generation.models.queue import MAX_COUNT, MAX_SEED, PromptSyntax

MAX_GUIDANCE = 30.0
RANDOM_SEED = -1


def read_model(reading: Reading) -> None:
    """The checkpoint; None when there is no such one."""
    checkpoint = _checkpoint(reading.user, reading.wanted.get("model"))
    reading.checkpoint = checkpoint
    if checkpoint is None:
        reading.refuse("model", _("There is no such model. Choose one from the list."))
    elif checkpoint.state == CheckpointState.CORRUPT:
        reading.refuse(
            "model", _("The files of “%(model)s” are damaged. Choose another model.") % {"model": checkpoint}
        )
    elif checkpoint.state == CheckpointState.DISABLED:
        reading.refuse("model", _("“%(model)s” is switched off. Choose another model.") % {"model": checkpoint})


def read_sizes(reading: Reading) -> None:
    """Width and height; the source's, as far as the model can draw it, where they are left open."""
    checkpoint = reading.model
    low, high, multiple = checkpoint.min_side, checkpoint.max_side, checkpoint.side_multiple
    fitting = (reading.values.get("width"), reading.values.get("height"))
    natives = (checkpoint.native_width, checkpoint.native_height)
    for field, native, fitted in zip(("width", "height"), natives, fitting, strict=True):
        side = whole(reading.wanted.get(field), fitted or native)
        if side is None or not low <= side <= high or side % multiple:
            reading.refuse(
                field,
                _(
                    "“%(model)s” draws sides of %(low)s to %(high)s pixels in steps of %(multiple)s; "
                    "%(given)s isn't one of them."
                )
                % {
                    "model": checkpoint,
                    "low": low,
                    "high": high,
                    "multiple": multiple,
                    "given": str(reading.wanted.get(field))[:20],
                },
            )
        else:
            reading.values[field] = side


def read_numbers(reading: Reading) -> None:
    """Steps, seed (a random one is drawn here), count, guidance, clip skip; the syntax and the exact switch."""
    checkpoint = reading.model
    for field, default, low, high in (
        ("steps", checkpoint.default_steps, 1, checkpoint.max_steps),
        ("seed", RANDOM_SEED, RANDOM_SEED, MAX_SEED),
        ("count", 1, 1, MAX_COUNT),
        ("clip_skip", checkpoint.default_clip_skip, 1, MAX_CLIP_SKIP),
    ):
        number = whole(reading.wanted.get(field), default)
        if number is None or not low <= number <= high:
            reading.refuse(field, _number_sentence(field) % {"low": low, "high": high})
        else:
            reading.values[field] = number
    if reading.values.get("clip_skip", 1) != 1 and "clip_skip" in cannot(checkpoint.family):
        reading.refuse(
            "clip_skip",
            _("“%(model)s” can't skip layers of its text encoder. Set clip skip to 1, or choose another model.")
            % {"model": checkpoint},
        )
    if reading.values.get("seed") == RANDOM_SEED:
        reading.values["seed"] = secrets.randbelow(MAX_SEED + 1)
    guidance = real(reading.wanted.get("guidance"), checkpoint.default_guidance)
    if 0 <= guidance <= MAX_GUIDANCE:
        reading.values["guidance"] = guidance
    else:
        reading.refuse("guidance", _("Guidance is a number from 0 to %(high)g.") % {"high": MAX_GUIDANCE})
    syntax = reading.wanted.get("syntax") or PromptSyntax.A1111
    if syntax in PromptSyntax.values:
        reading.values["syntax"] = syntax
    else:
        reading.refuse(
            "syntax",
            _("There is no prompt syntax “%(given)s”. Choose one of: %(known)s.")
            % {"given": str(syntax)[:20], "known": ", ".join(str(label) for label in PromptSyntax.labels)},
        )
    reading.values["exact"] = bool(reading.wanted.get("exact"))


def read_sampler(reading: Reading) -> None:
    """One that suits the model's noise schedule, and that can do so many steps."""
    checkpoint = reading.model
    sampler = str(reading.wanted.get("sampler") or checkpoint.default_sampler)
    suitable = samplers_of(checkpoint)
    if sampler in suitable:
        reading.values["sampler"] = sampler
        most = most_steps(sampler, reading.model.max_steps)
        if reading.values.get("steps", 1) > most:
            reading.refuse(
                "steps",
                _("The sampler “%(sampler)s” does %(high)s steps at most.") % {"sampler": sampler, "high": most},
            )
    elif sampler in SAMPLER_NAMES:
        reading.refuse(
            "sampler",
            _("“%(model)s” can't draw with the sampler “%(given)s”. Choose one of: %(known)s.")
            % {"model": checkpoint, "given": sampler, "known": ", ".join(suitable)},
        )
    else:
        reading.refuse(
            "sampler",
            _("There is no sampler “%(given)s” here. Choose one of: %(known)s.")
            % {"given": sampler[:60], "known": ", ".join(suitable)},
        )


def _checkpoint(viewer: Viewer, wanted: object) -> Checkpoint | None:
    """The one that is meant, switched off or damaged ones too; whoever may not use one is told that there is none."""
    if isinstance(wanted, Checkpoint):
        return wanted if may_use(viewer, wanted) else None
    usable = Checkpoint.objects.filter(usable_by(viewer, Checkpoint))
    if wanted is None or wanted == "":
        return usable.filter(is_default=True).first()
    # PostgreSQL refuses to compare with a NUL, and no slug has one.
    return usable.filter(slug=str(wanted)).first() if "\x00" not in str(wanted) else None


def _number_sentence(field: str) -> str:
    if field == "steps":
        return _("Steps are a whole number from %(low)s to %(high)s for this model.")
    if field == "seed":
        return _("A seed is a whole number from 0 to %(high)s, or %(low)s to draw one.")
    if field == "clip_skip":
        return _("Clip skip is a whole number from %(low)s to %(high)s.")
    return _("Ask for %(low)s to %(high)s pictures at a time.")
