"""People's own lists of posts, in an order of their own."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from gallery.models.post import Post


class FavouriteGroup(models.Model):
    """A named list of one member; a private one is known to its owner alone."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourite_groups")
    name = models.CharField(max_length=170)
    is_public = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="favourite_group_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="favourite_group_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")


class FavouriteGroupEntry(models.Model):
    """One post of a list; `position` counts upwards, with gaps where posts were taken out."""

    group = models.ForeignKey(FavouriteGroup, on_delete=models.CASCADE, related_name="entries")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "post"], name="favourite_group_post_once")]
        indexes = [models.Index(fields=["group", "position"], name="favourite_group_order")]
