"""The tables of this floor that the owner can look into: models and workers, nobody's takes or prompts."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from gallery.back_office.site import ReadOnly, register
from generation.models import Checkpoint, PromptStyle, QueueOrder, Resource, Wildcard, WorkerStatus


class SitesOwn(ReadOnly):
    """The site's own texts for prompts; those of members are theirs."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those without an owner."""
        return super().get_queryset(request).filter(owner=None)


class Styles(SitesOwn):
    """Texts that are added to a prompt."""

    list_display = ("name", "prompt", "negative_prompt")
    fields = writable = ("name", "prompt", "negative_prompt")


class Wildcards(SitesOwn):
    """Lists that a prompt draws from."""

    list_display = ("name",)
    fields = writable = ("name", "text")


def register_tables() -> None:
    """Show them all."""
    for model, admin in (
        (Checkpoint, ReadOnly),
        (Resource, ReadOnly),
        (WorkerStatus, ReadOnly),
        (QueueOrder, ReadOnly),
        (PromptStyle, Styles),
        (Wildcard, Wildcards),
    ):
        register(model, admin)
