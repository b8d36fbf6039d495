"""What somebody may ask for besides models: LoRAs, embeddings and VAEs."""

from django.db.models import QuerySet

from generation.access import Viewer
from generation.checkpoints import available_resources
from generation.models import Checkpoint, Resource
from generation.models.resource import ResourceKind
from generation.models_on_disk import defaults


def resources(viewer: Viewer, kind: ResourceKind) -> QuerySet[Resource]:
    """Those of one kind that `viewer` may ask for, by name."""
    return available_resources(viewer).filter(kind=kind)


def fits(resource: Resource, checkpoint: Checkpoint) -> bool:
    """Whether the file was made for this kind of model."""
    return defaults.fits(resource.family, resource.kind, checkpoint.family)
