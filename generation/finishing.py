"""The last step of a job: the picture becomes an asset and a take, and the job is done, in one transaction."""

import logging

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from gallery import ingest, posts
from gallery.errors import UserFacingError
from gallery.provenance import Recipe
from generation import leases
from generation.engine import Finished
from generation.leases import Lease, LeaseLost
from generation.models import Job, JobPreview, Take
from generation.models.queue import JobState
from generation.notices import announce

logger = logging.getLogger(__name__)


def finish(job: Job, lease: Lease, finished: Finished) -> JobState:
    """Keep the picture of a leased job: running → done; → failed when that can't be, as on a full disk.

    A starter request is published at once. Returns the new state. Raises `LeaseLost`; then no row was written.
    """
    recipe = recipe_for(job)
    try:
        # Encoding and the disk's fsync take their time: not under the row's lock. Files of a lost job are orphans.
        prepared = ingest.prepare(finished.image, recipe)
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
            take = Take.objects.create(job=job, owner=job.user, asset=asset, recipe=recipe.to_dict())
            JobPreview.objects.filter(job=job).delete()
            if job.request.publish_as is not None:
                _publish_starter(take, recipe)
            announce(job, "done", step=job.steps_total)
    except (LeaseLost, OperationalError, InterfaceError):
        raise  # the job is somebody else's, or there is no database to write a failure to
    except Exception as error:
        logger.exception("The picture of job %d couldn't be kept", job.pk)
        code = "storage" if isinstance(error, OSError) else "engine_error"
        return leases.fail(job, lease, code, {"error": str(error)[:200]})
    return JobState.DONE


def recipe_for(job: Job) -> Recipe:
    """All it takes to draw the job's picture again."""
    request, checkpoint = job.request, job.request.checkpoint
    return Recipe(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        model_name=checkpoint.name,
        model_hash=checkpoint.sha256,
        sampler=request.sampler,
        steps=request.steps,
        cfg=request.guidance,
        seed=job.seed,
        width=request.width,
        height=request.height,
    )


def _publish_starter(take: Take, recipe: Recipe) -> None:
    wanted = take.job.request.publish_as or {}
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
