"""At the door: how a request enters the queue and how it is taken back. Its rules are in `generation.door`."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.accounts.standing import require_may_act
from gallery.errors import NotAllowed
from gallery.models import User
from gallery.refusals.counting import note
from gallery.refusals.judging import Verdict
from generation import door
from generation.errors import Problem, RequestRefused
from generation.models import GenerationRequest, Job, RequestResource
from generation.models.queue import MAX_SEED, JobState
from generation.queueing import queue, shares
from generation.queueing.bell import ring
from generation.queueing.notices import announce
from generation.queueing.workload import workload_of

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
    height, steps, sampler, guidance, seed (-1 draws one), count, syntax, clip_skip, exact, vae (a `Resource` or its
    slug). One of source_asset (the key of an own asset), source_take and source_post (ids) starts from a picture, with
    strength, mask (an own `Mask` or its id), mask_blur, masked_content, only_masked (padding in pixels), outpaint
    (pixels to add at the left, top, right and bottom). sketch_on (`take:12`, `post:34` or `upload:` and a key) says
    what that own asset was sketched on: its lineage goes on from there. hires_scale asks for a second pass, with
    hires_steps, hires_strength, hires_upscaler. What is missing or None is the model's default. LoRAs and embeddings
    are named in the prompts; wildcards are drawn here. `remix_of` (a post's id) and `style_page` (a slug) are
    credited. Picture n of the request has the seed `seed + n` (modulo 2**32).
    `heeded`: names of rules, one a line, whose warnings were read. Raises `RequestRefused` with every problem found;
    what a rule refuses is counted with the user, and costs nothing.
    """
    try:
        return _submit(user, wanted, idempotency_key, publish_as)
    except RequestRefused as refusal:
        _count(user, refusal.verdict)
        raise


def _submit(
    user: User, wanted: Mapping[str, Any], idempotency_key: str, publish_as: dict[str, Any] | None
) -> GenerationRequest:
    if not 1 <= len(idempotency_key) <= 64:
        raise RequestRefused([("", _("The form is out of date. Load the page again and send it once more."))])
    with transaction.atomic():
        one_by_one(user.pk)
        before = GenerationRequest.objects.filter(user=user, idempotency_key=idempotency_key).first()
        if before is not None:
            return before
        try:
            require_may_act(user)
        except NotAllowed as error:
            raise RequestRefused([("", error.message)]) from error
        reading = door.read(user, wanted)
        problems = reading.problems
        if publish_as is None:  # a new site's own pictures all wait at once, whatever its limits
            problems = problems + _full_queue(user, reading.values.get("count", 1))
        if problems or reading.checkpoint is None:
            raise RequestRefused(problems, reading.verdict)
        return enqueue(user, reading, idempotency_key, publish_as=publish_as)


def enqueue(
    user: User, reading: door.Reading, idempotency_key: str, *, publish_as: dict[str, Any] | None = None
) -> GenerationRequest:
    """The request of what came through the door, with its jobs, in the transaction of a caller that holds `one_by_one`
    and found nothing against it."""
    request = GenerationRequest.objects.create(
        user=user,
        checkpoint=reading.model,
        idempotency_key=idempotency_key,
        publish_as=publish_as,
        **reading.values,
    )
    RequestResource.objects.bulk_create(
        RequestResource(request=request, resource=use.resource, weight=use.weight, text_weight=use.text_weight)
        for use in reading.uses
    )
    priority = 0 if publish_as is None else queue.STARTER_PRIORITY
    shares.join(user.pk, priority)
    work = workload_of(request)
    jobs = Job.objects.bulk_create(
        Job(
            request=request,
            user=user,
            index=index,
            seed=(request.seed + index) % (MAX_SEED + 1),
            expanded_prompt=drawn.prompt,
            expanded_negative=drawn.negative_prompt,
            steps_total=work.calls,
            cost=work.cost,
            priority=priority,
        )
        for index, drawn in enumerate(reading.pictures)
    )
    for job in jobs:
        announce(job, "queued")
    transaction.on_commit(ring)
    return request


def one_by_one(user_id: int) -> None:
    """Let no other request of this user come in before the caller's transaction ends.

    The same key is seen twice that way, the queue's limit is kept, and what a request names stays until it stands.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SUBMIT_LOCK, user_id % 2**31])


def problems_of(user: User, wanted: Mapping[str, Any]) -> list[Problem]:
    """All that stands against `wanted` now, without queueing anything."""
    reading = door.read(user, wanted)
    _count(user, reading.verdict)
    return reading.problems + _full_queue(user, reading.values.get("count", 1))


def _count(user: User, verdict: Verdict | None) -> None:
    if verdict is not None and verdict.refusing is not None:
        note(user, verdict.refusing)


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
