"""The first pictures of a new site: a few requests of a house account that go through the real queue.

`generation.finishing` publishes each as it is done, with the tags that its starter prompt lists: those that the
picture shows.
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from gallery.accounts.house import house_account
from gallery.ratings import Rating
from generation import checkpoints
from generation.errors import CheckpointBroken, RequestRefused
from generation.models import Checkpoint, GenerationRequest
from generation.models.checkpoint import CheckpointState
from generation.requests import submit

KEY = "starter-"


def request_starters(checkpoint: Checkpoint) -> int:
    """On a site that has none yet, queue the starter requests of a bundled model; returns how many were queued."""
    if not settings.STARTER_GALLERY or checkpoint.state != CheckpointState.READY:
        return 0
    house = house_account()
    if GenerationRequest.objects.filter(user=house, idempotency_key__startswith=KEY).exists():
        return 0
    prompts = checkpoints.read_facts(Path(checkpoint.path)).starter_prompts
    with transaction.atomic():  # all or none: some would be taken for all of them at the next start
        for number, starter in enumerate(prompts, 1):
            wanted = {"model": checkpoint, "prompt": starter.prompt, "seed": starter.seed}
            publish_as = {"title": starter.title, "tags": starter.tags, "rating": Rating.GENERAL.value}
            try:
                submit(house, wanted, f"{KEY}{checkpoint.slug}-{number}"[:64], publish_as=publish_as)
            except RequestRefused as error:
                raise CheckpointBroken(f"Starter prompt {number} can't be drawn: {error.problems}") from error
    return len(prompts)
