"""A picture that came out, private to its maker."""

from django.conf import settings
from django.db import models

from gallery.models import Asset, Post
from generation.models.queue import Job


class Take(models.Model):
    """File and recipe never change; it is published at most once. `parent` is the take it was edited from."""

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="take")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="takes")
    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="take")
    post = models.OneToOneField(Post, on_delete=models.PROTECT, null=True, related_name="take")
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")
    recipe = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "-id"], name="take_of_owner")]
