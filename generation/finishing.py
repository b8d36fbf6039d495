"""The last step of a job: the picture becomes an asset and a take, and the job is done, in one transaction."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from gallery import ingest, posts
from gallery.errors import UserFacingError
from gallery.ingest.assets import Prepared
from gallery.models.post import AiLevel
from gallery.models.refusal import LockedBy
from gallery.provenance import EmbeddingEntry, Label, LoraEntry, Recipe
from gallery.refusals.arrivals import known_picture
from gallery.refusals.holding import hold_back
from gallery.storing import OutOfReach
from gallery.uploads.evidence import level_of_picture
from generation.engine import Finished
from generation.engine_jobs import embeddings_of, uses_of, vae_of
from generation.models import GenerationRequest, Job, JobPreview, Take
from generation.models.queue import JobState
from generation.queueing import leases
from generation.queueing.leases import Lease, LeaseLost
from generation.queueing.notices import announce
from generation.stacking import stack_of

logger = logging.getLogger(__name__)


def finish(job: Job, lease: Lease, finished: Finished) -> JobState:
    """Keep the picture of a leased job: running → done; → failed when that can't be, as on a full disk.

    A starter request is published at once. Returns the new state. Raises `LeaseLost`, and `OutOfReach` where files
    can't be kept at this moment; then no row was written.
    """
    recipe = recipe_for(job)
    try:
        # Encoding and the disk's fsync take their time: not under the row's lock. Files of a lost job are orphans.
        label = Label.of_drawn(recipe, include_prompt=True)
        prepared = ingest.prepare(finished.image, label, job.request.source_asset)
        known = known_picture(prepared)
        if known:
            return _held_back(job, lease, prepared, known)
        with transaction.atomic():
            # First, so that the row is locked and nobody else can finish it meanwhile.
            leases.write(
                lease,
                state=JobState.DONE,
                step=job.steps_total,
                denoiser_calls=finished.denoiser_calls,
                max_batch=max(finished.batch_sizes, default=1),
                finished_at=Now(),
                lease_until=None,
            )
            asset = ingest.record(job.user, prepared)
            take = Take.objects.create(
                job=job,
                owner=job.user,
                asset=asset,
                parent=job.request.source_take,
                mask=job.request.mask,
                margins=job.request.outpaint,
                recipe=recipe.to_dict(),
                stack=_stack(job.request, recipe),
            )
            JobPreview.objects.filter(job=job).delete()
            if job.request.publish_as is not None:
                _publish_starter(take, recipe, job.request.publish_as)
            announce(job, "done", step=job.steps_total)
    except (LeaseLost, OutOfReach, OperationalError, InterfaceError):
        raise  # the job is somebody else's, or another time will do, or there is no database to write a failure to
    except Exception as error:
        logger.exception("The picture of job %d couldn't be kept", job.pk)
        code = "storage" if isinstance(error, OSError) else "engine_error"
        return leases.fail(job, lease, code, {"error": str(error)[:200]})
    return JobState.DONE


def _held_back(job: Job, lease: Lease, prepared: Prepared, known: list[str]) -> JobState:
    """A picture that a list knows becomes no take: its files are out of reach, and its job ends without it."""
    with transaction.atomic():
        hold_back(ingest.record(job.user, prepared), LockedBy.LIST, {"lists": known, "job": job.pk})
        JobPreview.objects.filter(job=job).delete()
        return leases.fail(job, lease, "held_back", {})


def recipe_for(job: Job) -> Recipe:
    """All it takes to draw the job's picture again, with the words that its wildcards drew."""
    request, checkpoint = job.request, job.request.checkpoint
    masked = request.mask_id is not None or request.outpaint is not None
    return Recipe(
        prompt=job.prompt,
        negative_prompt=job.negative_prompt,
        model_name=checkpoint.name,
        model_hash=checkpoint.sha256,
        sampler=request.sampler,
        steps=request.steps,
        cfg=request.guidance,
        seed=job.seed,
        width=request.width,
        height=request.height,
        clip_skip=request.clip_skip if request.clip_skip != 1 else None,
        vae=vae.name if (vae := vae_of(request)) else "",
        loras=tuple(
            LoraEntry(lora.slug, lora.sha256, weight, text, lora.weights_sha256) for lora, weight, text in uses_of(job)
        ),
        embeddings=tuple(EmbeddingEntry(word, one.sha256) for word, one in embeddings_of(job)),
        denoise=request.strength,
        mask_blur=request.mask_blur if masked else None,
        masked_content=request.masked_content if masked else "",
        only_masked=request.only_masked,
        outpaint=_margins(request),
        hires_scale=request.hires_scale,
        hires_steps=request.hires_steps,
        hires_denoise=request.hires_strength,
        hires_upscaler=request.hires_upscaler,
        composite=_holds_outside_work(request),
    )


def _stack(request: GenerationRequest, recipe: Recipe) -> str:
    return stack_of(
        recipe.to_dict(),
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        over=f"{request.source_asset_id or ''}:{request.mask_id or ''}",
    )


def _margins(request: GenerationRequest) -> tuple[int, int, int, int] | None:
    if not request.outpaint:
        return None
    left, top, right, bottom = request.outpaint
    return left, top, right, bottom


def _holds_outside_work(request: GenerationRequest) -> bool:
    """Whether it was drawn over a picture that came from outside and may hold a human's work, or over one that was.

    What is known to be a machine's own, by its label or by its file, leaves nothing of a human's in the new picture.
    """
    if request.source_asset is None:
        return False
    drawn_here = Take.objects.filter(asset=request.source_asset).first()
    if drawn_here is not None:
        return bool(drawn_here.recipe.get("composite"))
    return level_of_picture(request.source_asset) != AiLevel.GENERATED


def _publish_starter(take: Take, recipe: Recipe, wanted: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            take.post = posts.publish(
                take.owner,
                take.asset,
                recipe=recipe,
                tags=wanted["tags"],
                rating=wanted["rating"],
                title=wanted["title"],
            )
            take.save(update_fields=["post"])
    except (UserFacingError, KeyError):
        logger.exception("Take %d of a starter request couldn't be published; it stays a take.", take.pk)
