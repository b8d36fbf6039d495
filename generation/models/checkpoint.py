"""A base model on disk."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckpointState(models.TextChoices):
    """Whether it can be asked for."""

    READY = "ready", _("Ready")
    CORRUPT = "corrupt", _("Damaged")
    DISABLED = "disabled", _("Switched off")


class Checkpoint(models.Model):
    """What a request may choose, with the limits it must keep to."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    family = models.CharField(max_length=30)
    path = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    # Name, size and modification time of each file when it was hashed: what hasn't changed isn't hashed again.
    files = models.JSONField(default=list)
    native_width = models.PositiveIntegerField()
    native_height = models.PositiveIntegerField()
    min_side = models.PositiveIntegerField()
    max_side = models.PositiveIntegerField()
    side_multiple = models.PositiveIntegerField(default=8)
    max_steps = models.PositiveIntegerField(default=100)
    default_steps = models.PositiveIntegerField(default=20)
    default_sampler = models.CharField(max_length=60)
    # Those that its noise schedule allows, in the order of the menu.
    samplers = ArrayField(models.CharField(max_length=60), default=list)
    default_guidance = models.FloatField(default=7.0)
    known_tags = ArrayField(models.CharField(max_length=170), default=list)
    example_prompts = models.JSONField(default=list)
    licence = models.CharField(max_length=200, blank=True)
    card = models.TextField(blank=True)
    # By language code, in lower case: the card in other languages.
    card_translations = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=CheckpointState, default=CheckpointState.READY)
    error = models.TextField(blank=True)
    is_default = models.BooleanField(default=False)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=CheckpointState.values), name="checkpoint_state_known"),
            models.CheckConstraint(
                condition=models.Q(min_side__gte=8, max_side__gte=models.F("min_side"), side_multiple__gte=1),
                name="checkpoint_sides_sane",
            ),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="checkpoint_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_hash(self) -> str:
        """The first ten hex digits of the SHA-256, as A1111 and Civitai write it."""
        return self.sha256[:10]
