"""The same-seed lab: one recipe drawn once for each pair of values of two axes."""

from django.conf import settings
from django.db import models

from generation.models.queue import GenerationRequest
from generation.models.take import Take

MAX_VALUES = 8
"""Most values of an axis."""


class Lab(models.Model):
    """A comparison. `base` is the recipe that its pictures share, as the door takes it, with a seed.

    An axis is `{"name": …, "values": […]}` as `generation.lab.axes` reads it; `rows` is null where only one thing
    differs. `sheet` is the take that shows all of them once they were laid out as one picture.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="labs")
    title = models.CharField(max_length=120, blank=True)
    base = models.JSONField()
    columns = models.JSONField()
    rows = models.JSONField(null=True)
    idempotency_key = models.CharField(max_length=64)
    sheet = models.OneToOneField(Take, on_delete=models.SET_NULL, null=True, related_name="lab")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "idempotency_key"], name="lab_once")]
        indexes = [models.Index(fields=["owner", "-id"], name="lab_of_owner")]


class LabCell(models.Model):
    """One picture of a comparison; `column` and `row` count from 0."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="cells")
    column = models.PositiveSmallIntegerField()
    row = models.PositiveSmallIntegerField()
    request = models.OneToOneField(GenerationRequest, on_delete=models.CASCADE, related_name="lab_cell")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lab", "column", "row"], name="lab_cell_once"),
            models.CheckConstraint(
                condition=models.Q(column__lt=MAX_VALUES, row__lt=MAX_VALUES), name="lab_cell_within"
            ),
        ]
