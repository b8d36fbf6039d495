"""At the door: what a request must keep to, how it enters the queue and how it is taken back."""

import math
import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.models import User
from generation import queue, shares
from generation.bell import ring
from generation.checkpoints import available, samplers_of
from generation.costs import cost_of_picture
from generation.engine.sampler_names import SAMPLER_NAMES, denoiser_calls
from generation.errors import Problem, RequestRefused
from generation.models import Checkpoint, GenerationRequest, Job
from generation.models.checkpoint import CheckpointState
from generation.models.queue import MAX_COUNT, MAX_SEED, JobState
from generation.notices import announce

MAX_GUIDANCE = 30.0
RANDOM_SEED = -1
SUBMIT_LOCK = 4_907_002


def submit(
    user: User,
    wanted: Mapping[str, Any],
    idempotency_key: str,
    *,
    publish_as: dict[str, Any] | None = None,
) -> GenerationRequest:
    """Queue a request and return it; the same user and key again return the first one and change nothing.

    `wanted`: model (a `Checkpoint`, its slug, or nothing for the default one), prompt, negative_prompt, width,
    height, steps, sampler, guidance, seed (-1 draws one), count. What is missing or None is the model's default.
    Picture n of the request has the seed `seed + n` (modulo 2**32). Raises `RequestRefused` with every problem found.
    """
    if not 1 <= len(idempotency_key) <= 64:
        raise RequestRefused([("", _("The form is out of date. Load the page again and send it once more."))])
    with transaction.atomic():
        # A user's submissions come one by one: the same key is seen twice, and the queue's limit is kept.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SUBMIT_LOCK, user.pk % 2**31])
        before = GenerationRequest.objects.filter(user=user, idempotency_key=idempotency_key).first()
        if before is not None:
            return before
        checkpoint, values, problems = _read(wanted)
        if publish_as is None:  # a new site's own pictures all wait at once, whatever its limits
            problems += _full_queue(user, values.get("count", 1))
        if problems or checkpoint is None:
            raise RequestRefused(problems)
        if values["seed"] == RANDOM_SEED:
            values["seed"] = secrets.randbelow(MAX_SEED + 1)
        request = GenerationRequest.objects.create(
            user=user, checkpoint=checkpoint, idempotency_key=idempotency_key, publish_as=publish_as, **values
        )
        priority = 0 if publish_as is None else queue.STARTER_PRIORITY
        shares.join(user.pk, priority)
        calls = denoiser_calls(request.sampler, request.steps)
        jobs = Job.objects.bulk_create(
            Job(
                request=request,
                user=user,
                index=index,
                seed=(request.seed + index) % (MAX_SEED + 1),
                steps_total=calls,
                cost=cost_of_picture(request),
                priority=priority,
            )
            for index in range(request.count)
        )
        for job in jobs:
            announce(job, "queued")
        transaction.on_commit(ring)
    return request


def problems_of(user: User, wanted: Mapping[str, Any]) -> list[Problem]:
    """All that stands against `wanted` now, without queueing anything."""
    _checkpoint, values, problems = _read(wanted)
    return problems + _full_queue(user, values.get("count", 1))


def queue_full(user: User, count: int = 1) -> str:
    """Why `count` more pictures of `user` can't wait now, in a sentence; the empty string when they can."""
    return next((sentence for _field, sentence in _full_queue(user, count)), "")


def cancel(user: User, request: GenerationRequest) -> int:
    """Cancel what is left of `user`'s own request; returns how many jobs that touched."""
    jobs = Job.objects.filter(request=request, user=user, state__in=[JobState.QUEUED, JobState.RUNNING])
    return sum(cancel_job(user, job) for job in jobs)


def cancel_job(user: User, job: Job) -> bool:
    """Cancel a waiting job at once, a running one at its next step. False when it was over already or isn't theirs."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().filter(pk=job.pk, user=user).first()
        if locked is None or locked.state not in {JobState.QUEUED, JobState.RUNNING}:
            return False
        if locked.state == JobState.QUEUED:
            Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED, cancel_requested=True, finished_at=Now())
            announce(locked, "cancelled")
        else:
            Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    return True


def _read(wanted: Mapping[str, Any]) -> tuple[Checkpoint | None, dict[str, Any], list[Problem]]:
    """The model, the values of the request's columns, and what is wrong with them."""
    problems: list[Problem] = []
    prompt = str(wanted.get("prompt") or "").strip()
    negative = str(wanted.get("negative_prompt") or "").strip()
    if not prompt:
        problems.append(("prompt", _("The prompt is empty. Say what the picture should show, such as “1girl, smile”.")))
    limit = settings.PROMPT_MAX_LENGTH
    for field, text in (("prompt", prompt), ("negative_prompt", negative)):
        if len(text) > limit:
            problems.append(
                (
                    field,
                    _("This text has %(length)s characters; the most is %(limit)s.")
                    % {"length": len(text), "limit": limit},
                )
            )
        if "\x00" in text:
            problems.append((field, _("This text contains a character that can't be stored. Type it again.")))
    values: dict[str, Any] = {"prompt": prompt, "negative_prompt": negative}
    checkpoint = _checkpoint(wanted.get("model"))
    if checkpoint is None:
        problems.append(("model", _("There is no such model. Choose one from the list.")))
        return None, values, problems
    if checkpoint.state == CheckpointState.CORRUPT:
        problems.append(
            ("model", _("The files of “%(model)s” are damaged. Choose another model.") % {"model": checkpoint})
        )
    elif checkpoint.state == CheckpointState.DISABLED:
        problems.append(("model", _("“%(model)s” is switched off. Choose another model.") % {"model": checkpoint}))
    problems += _read_sizes(checkpoint, wanted, values)
    problems += _read_settings(checkpoint, wanted, values)
    return checkpoint, values, problems


def _checkpoint(wanted: object) -> Checkpoint | None:
    if isinstance(wanted, Checkpoint):
        return wanted
    if wanted is None or wanted == "":
        return available().filter(is_default=True).first() or Checkpoint.objects.filter(is_default=True).first()
    # PostgreSQL refuses to compare with a NUL, and no slug has one.
    return Checkpoint.objects.filter(slug=str(wanted)).first() if "\x00" not in str(wanted) else None


def _whole(value: object, default: int) -> int | None:
    """The whole number that was given, `default` for nothing, None for what is no whole number."""
    if value is None or value == "":
        return default
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        return None
    try:
        return int(str(value)) if not isinstance(value, float) else int(value)
    except (TypeError, ValueError):
        return None


def _read_sizes(checkpoint: Checkpoint, wanted: Mapping[str, Any], values: dict[str, Any]) -> list[Problem]:
    low, high, multiple = checkpoint.min_side, checkpoint.max_side, checkpoint.side_multiple
    problems: list[Problem] = []
    for field, native in (("width", checkpoint.native_width), ("height", checkpoint.native_height)):
        side = _whole(wanted.get(field), native)
        if side is None or not low <= side <= high or side % multiple:
            problems.append(
                (
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
                        "given": str(wanted.get(field))[:20],
                    },
                )
            )
        else:
            values[field] = side
    return problems


def _read_settings(checkpoint: Checkpoint, wanted: Mapping[str, Any], values: dict[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    for field, default, low, high in (
        ("steps", checkpoint.default_steps, 1, checkpoint.max_steps),
        ("seed", RANDOM_SEED, RANDOM_SEED, MAX_SEED),
        ("count", 1, 1, MAX_COUNT),
    ):
        number = _whole(wanted.get(field), default)
        if number is None or not low <= number <= high:
            problems.append((field, _number_sentence(field) % {"low": low, "high": high}))
        else:
            values[field] = number
    sampler = str(wanted.get("sampler") or checkpoint.default_sampler)
    suitable = samplers_of(checkpoint)
    if sampler in suitable:
        values["sampler"] = sampler
    elif sampler in SAMPLER_NAMES:
        problems.append(
            (
                "sampler",
                _("“%(model)s” can't draw with the sampler “%(given)s”. Choose one of: %(known)s.")
                % {"model": checkpoint, "given": sampler, "known": ", ".join(suitable)},
            )
        )
    else:
        problems.append(
            (
                "sampler",
                _("There is no sampler “%(given)s” here. Choose one of: %(known)s.")
                % {"given": sampler[:60], "known": ", ".join(suitable)},
            )
        )
    try:
        given = wanted.get("guidance")
        guidance = float(checkpoint.default_guidance if given is None or given == "" else given)
    except (TypeError, ValueError):
        guidance = math.nan
    if 0 <= guidance <= MAX_GUIDANCE:
        values["guidance"] = guidance
    else:
        problems.append(("guidance", _("Guidance is a number from 0 to %(high)g.") % {"high": MAX_GUIDANCE}))
    return problems


def _number_sentence(field: str) -> str:
    if field == "steps":
        return _("Steps are a whole number from %(low)s to %(high)s for this model.")
    if field == "seed":
        return _("A seed is a whole number from 0 to %(high)s, or %(low)s to draw one.")
    return _("Ask for %(low)s to %(high)s pictures at a time.")


def _full_queue(user: User, count: int) -> list[Problem]:
    waiting = Job.objects.filter(state=JobState.QUEUED)
    own, limit = waiting.filter(user=user).count(), settings.QUEUE_MAX_WAITING_PER_USER
    if own + count > limit:
        return [
            (
                "",
                ngettext(
                    "You have %(own)s picture waiting, and at most %(limit)s may wait. Wait for some or cancel some.",
                    "You have %(own)s pictures waiting, and at most %(limit)s may wait. Wait for some or cancel some.",
                    own,
                )
                % {"own": own, "limit": limit},
            )
        ]
    if waiting.count() + count > settings.QUEUE_MAX_WAITING:
        return [("", _("The queue is full right now. Your text is kept: send it again in a few minutes."))]
    return []
