"""What somebody may ask for besides models: LoRAs, embeddings and VAEs."""

from django.db.models import QuerySet

from gallery.models import User
from generation.models import Checkpoint, Resource
from generation.models.checkpoint import CheckpointState
from generation.models.resource import ResourceKind


def resources(user: User, kind: ResourceKind) -> QuerySet[Resource]:
    """Those of one kind that `user` may ask for, by name."""
    return Resource.objects.filter(kind=kind, state=CheckpointState.READY).order_by("name")


def fits(resource: Resource, checkpoint: Checkpoint) -> bool:
    """Whether the file was made for this kind of model."""
    return resource.family == checkpoint.family
