"""Numbers by day that could not be counted later: refusals, which are forgotten, and what the files took up."""

from django.db import models


class RefusalCount(models.Model):
    """How often a rule (empty: the fixed one) refused anybody on one day, UTC; says nothing about whom."""

    day = models.DateField()
    rule = models.CharField(max_length=80, blank=True)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "rule"], name="refusal_count_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="refusal_count_of_some"),
        ]


class StorageCount(models.Model):
    """What all files took up on one day, UTC, in bytes: `originals` as they are given out with and without their
    prompt, `previews` the rest. `largest`: [account, bytes] of those who had most, on the newest row alone."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField(auto_now=True)
    originals = models.PositiveBigIntegerField()
    previews = models.PositiveBigIntegerField()
    pictures = models.PositiveBigIntegerField()
    largest = models.JSONField(default=list)
