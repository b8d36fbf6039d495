"""What a post was like before."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from gallery.models.post import Post
from gallery.ratings import Rating


class PostVersion(models.Model):
    """One state of what people can edit together (tags, rating, parent, source), numbered from 1.

    The newest is the post as it is. `added_ids` and `removed_ids` say how the tags differ from the version before.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="post_versions")
    at = models.DateTimeField()
    tag_ids = ArrayField(models.IntegerField(), default=list)
    added_ids = ArrayField(models.IntegerField(), default=list)
    removed_ids = ArrayField(models.IntegerField(), default=list)
    rating = models.CharField(max_length=1, choices=Rating)
    parent_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=1200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="post_version_numbered_once"),
            models.CheckConstraint(condition=models.Q(rating__in=Rating.values), name="post_version_rating_known"),
        ]
        indexes = [
            models.Index(fields=["editor", "-id"], name="post_version_editor"),
            GinIndex(fields=["added_ids"], name="post_version_added", fastupdate=False),
            GinIndex(fields=["removed_ids"], name="post_version_removed", fastupdate=False),
        ]
