"""Styles that somebody made, named and shows: a part of a prompt, LoRAs and a model, with the posts in it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models import Post
from generation.models.checkpoint import Checkpoint
from generation.models.resource import Resource

MAX_STYLE_TEXT = 2000
MAX_ABOUT = 5000


class StyleAudience(models.TextChoices):
    """Who may open a style and use it."""

    EVERYBODY = "everybody", _("Everybody")
    ONLY_ME = "only_me", _("Only me")


class StylePage(models.Model):
    """A style. `prompt` is added to the words of whoever uses it; `{prompt}` stands for those.

    `hidden`: a moderator hid it, whoever its `audience` was to be; `gallery.moderation.things` does that.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="style_pages")
    slug = models.SlugField(max_length=80, allow_unicode=True, unique=True)
    name = models.CharField(max_length=80)
    about = models.TextField(blank=True, max_length=MAX_ABOUT)
    prompt = models.TextField(blank=True, max_length=MAX_STYLE_TEXT)
    negative_prompt = models.TextField(blank=True, max_length=MAX_STYLE_TEXT)
    checkpoint = models.ForeignKey(Checkpoint, null=True, on_delete=models.SET_NULL, related_name="+")
    audience = models.CharField(max_length=9, choices=StyleAudience, default=StyleAudience.ONLY_ME)
    hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(audience__in=StyleAudience.values), name="style_audience_known")
        ]
        indexes = [models.Index(fields=["owner", "-id"], name="style_page_of_owner")]

    def __str__(self) -> str:
        return self.name


class StyleLora(models.Model):
    """A LoRA of a style with its weight."""

    style = models.ForeignKey(StylePage, on_delete=models.CASCADE, related_name="loras")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField(default=1.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["style", "resource"], name="style_lora_once")]


class StylePost(models.Model):
    """A post in a style: its author drew it with the style, or the style's maker put an own post there."""

    style = models.ForeignKey(StylePage, on_delete=models.CASCADE, related_name="entries")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="style_entries")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["style", "post"], name="style_post_once")]
        indexes = [models.Index(fields=["style", "-id"], name="style_posts_newest")]
