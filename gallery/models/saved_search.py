"""Searches that somebody keeps, to see what is new."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import MD5


class SavedSearch(models.Model):
    """`query` in canonical text; what is newer than post `seen_id` is new to its owner."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches")
    query = models.CharField(max_length=4000)
    labels = ArrayField(models.CharField(max_length=60), default=list)
    seen_id = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(auto_now_add=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # By digest: a long query is larger than an entry of an index may be.
        constraints = [models.UniqueConstraint("user", MD5("query"), name="saved_search_once")]

    def __str__(self) -> str:
        return self.query
