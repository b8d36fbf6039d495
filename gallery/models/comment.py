"""What people say below posts, and what others think of it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from gallery.models.post import Post

LONGEST = 2000
"""Characters of a comment, line breaks counted as one each."""


class CommentState(models.TextChoices):
    """Where a comment stands; `gallery.community.comments` and `gallery.moderation.comments` hold the transitions."""

    STANDING = "standing", _("Standing")
    REMOVED = "removed", _("Removed")
    WITHDRAWN = "withdrawn", _("Withdrawn by its author")


class Comment(models.Model):
    """One comment, as it was typed; it is made HTML when it is shown. Comments are never deleted.

    `post_author` is the post's, who never changes: beside the comment so that what is new on somebody's posts is one
    stretch of an index. `score` is the sum of the votes.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    post_author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=LONGEST)
    at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    score = models.IntegerField(default=0)
    state = models.CharField(max_length=9, choices=CommentState, default=CommentState.STANDING)

    class Meta:
        indexes = [
            models.Index(fields=["-id"], name="comment_newest", condition=models.Q(state=CommentState.STANDING)),
            models.Index(fields=["post", "-id"], name="comment_post"),
            models.Index(fields=["author", "-id"], name="comment_author"),
            models.Index(fields=["post_author", "-id"], name="comment_told"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=CommentState.values), name="comment_state_known"),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("text"), 1) & LessThanOrEqual(Length("text"), LONGEST),
                name="comment_has_text",
            ),
        ]


class CommentVote(models.Model):
    """One person's +1 or -1 for a comment. Who voted is told to that person alone."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comment_votes")
    score = models.SmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "comment"], name="comment_vote_once"),
            models.CheckConstraint(condition=models.Q(score__in=[1, -1]), name="comment_vote_is_one_up_or_down"),
        ]
