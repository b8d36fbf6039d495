"""What somebody may ask for besides models: LoRAs, embeddings and VAEs."""

from collections.abc import Iterable

from django.db.models import QuerySet

from generation.access import Viewer
from generation.checkpoints import available_resources
from generation.models import Checkpoint, Resource
from generation.models.resource import ResourceKind
from generation.models_on_disk import defaults


def resources(viewer: Viewer, kind: ResourceKind) -> QuerySet[Resource]:
    """Those of one kind that `viewer` may ask for, by name."""
    return available_resources(viewer).filter(kind=kind)


def called(name: str, among: Iterable[Resource]) -> Resource | None:
    """Which of them (all of one kind) a prompt or a form means by `name`, in any case.

    The one with that short name; only if there is none, the one that people see under it, of several the oldest.
    """
    name = name.casefold()
    rows = sorted(among, key=lambda row: row.pk)
    by_slug = (row for row in rows if row.slug.casefold() == name)
    by_name = (row for row in rows if row.name.casefold() == name)
    return next(by_slug, None) or next(by_name, None)


def fits(resource: Resource, checkpoint: Checkpoint) -> bool:
    """Whether the file was made for this kind of model."""
    return defaults.fits(resource.family, resource.kind, checkpoint.family)
