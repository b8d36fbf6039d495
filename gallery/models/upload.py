"""What somebody sent lately, and what of it waits to be posted."""

from django.conf import settings
from django.db import models

from gallery.models.asset import Asset
from gallery.models.post import AiLevel, Post, PromptVisibility
from gallery.ratings import Rating


class UploadAllowance(models.Model):
    """How many files somebody has sent on `day`, and the bytes that are kept of them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField()
    files = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)


class UploadDraft(models.Model):
    """A picture that was sent to be posted, with what its owner has typed about it so far; nobody else's to see.

    What came together has one `batch`, in the order of `position`. Rating and level are empty until somebody chose.
    `parent`: the post that those of its set that are posted already stand below. Once its picture is posted, the draft
    only leads there.
    """

    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, related_name="draft")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    batch = models.CharField(max_length=22)
    position = models.PositiveIntegerField(default=0)
    tags = models.TextField(blank=True)
    rating = models.CharField(max_length=1, choices=Rating, blank=True)
    level = models.CharField(max_length=9, choices=AiLevel, blank=True)
    title = models.CharField(max_length=200, blank=True)
    commentary = models.TextField(max_length=10_000, blank=True)
    source = models.CharField(max_length=1200, blank=True)
    prompt_visibility = models.CharField(max_length=10, choices=PromptVisibility, default=PromptVisibility.VISIBLE)
    parent = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "batch", "position", "id"], name="draft_of_owner"),
            models.Index(fields=["updated_at"], name="draft_updated_at"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(rating__in=["", *Rating.values]), name="draft_rating_known"),
            models.CheckConstraint(condition=models.Q(level__in=["", *AiLevel.values]), name="draft_level_known"),
            models.CheckConstraint(
                condition=models.Q(prompt_visibility__in=PromptVisibility.values), name="draft_prompt_visibility_known"
            ),
        ]
