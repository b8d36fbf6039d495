"""What is added to a base model: LoRAs, textual inversions, VAEs."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models.user import Role
from generation.models.checkpoint import CheckpointState


class ResourceKind(models.TextChoices):
    """How it is added."""

    LORA = "lora", _("LoRA")
    EMBEDDING = "embedding", _("Embedding")
    VAE = "vae", _("VAE")


class Resource(models.Model):
    """One safetensors file (a VAE may be a diffusers folder) that fits the checkpoints of `family`.

    `slug` is what a prompt calls it: `<lora:slug:0.8>`, or the embedding's word.
    """

    kind = models.CharField(max_length=9, choices=ResourceKind)
    slug = models.SlugField(max_length=100, allow_unicode=True)
    name = models.CharField(max_length=200)
    family = models.CharField(max_length=30)
    path = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    # Of a LoRA: of its weights without the header, as A1111 writes it into pictures (its first 12 digits).
    weights_sha256 = models.CharField(max_length=64, blank=True)
    # Name, size and modification time of each file when it was hashed: what hasn't changed isn't hashed again.
    files = models.JSONField(default=list)
    trigger_words = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    default_weight = models.FloatField(default=1.0)
    licence = models.CharField(max_length=200, blank=True)
    card = models.TextField(blank=True)
    min_role = models.CharField(max_length=9, choices=Role, default=Role.MEMBER)
    allowed_users = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=CheckpointState, default=CheckpointState.READY)
    error = models.TextField(blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="resource_slug_once"),
            models.CheckConstraint(condition=models.Q(kind__in=ResourceKind.values), name="resource_kind_known"),
            models.CheckConstraint(condition=models.Q(state__in=CheckpointState.values), name="resource_state_known"),
            models.CheckConstraint(condition=models.Q(min_role__in=Role.values), name="resource_role_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_hash(self) -> str:
        """The first ten hex digits of the SHA-256, as A1111 and Civitai write it."""
        return self.sha256[:10]
