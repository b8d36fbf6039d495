"""What people think of posts: votes and favourites. The sums stand in `PostStats`."""

from django.conf import settings
from django.db import models

from gallery.models.post import Post


class PostVote(models.Model):
    """One person's +1 or -1 for a post. Who voted is told to that person and to moderators alone."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="post_votes")
    score = models.SmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "post"], name="vote_once"),
            models.CheckConstraint(condition=models.Q(score__in=[1, -1]), name="vote_is_one_up_or_down"),
        ]


class Favourite(models.Model):
    """A post that somebody keeps. Everybody may know, unless that person keeps favourites private."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="favourites")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="favourite_once")]
        indexes = [models.Index(fields=["user", "-id"], name="favourite_newest")]
