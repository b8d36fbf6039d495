"""A base model: on disk, or behind the address of an image server."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models.user import Role


class CheckpointState(models.TextChoices):
    """Whether it can be asked for."""

    READY = "ready", _("Ready")
    CORRUPT = "corrupt", _("Damaged")
    DISABLED = "disabled", _("Switched off")


class Ability(models.TextChoices):
    """What a model can be asked to do."""

    TXT2IMG = "txt2img", _("Text to image")
    IMG2IMG = "img2img", _("Image to image")
    INPAINT = "inpaint", _("Inpainting")


def text_to_image() -> list[str]:
    """What every model can do."""
    return [Ability.TXT2IMG.value]


class Checkpoint(models.Model):
    """What a request may choose, with the limits it must keep to.

    `path` is a diffusers folder or one safetensors file; empty where `endpoint`, the base URL of an OpenAI-compatible
    image server, draws instead. `min_role` and `allowed_users` say who may ask for it.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    family = models.CharField(max_length=30)
    path = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
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
    # 1: the text encoder's last layer; 2: the one before, as most anime models want it.
    default_clip_skip = models.PositiveSmallIntegerField(default=1)
    default_negative_prompt = models.TextField(blank=True)
    # What it draws with unless a request says otherwise: for files without a VAE, or with a bad one.
    default_vae = models.ForeignKey(
        "generation.Resource", null=True, blank=True, on_delete=models.PROTECT, related_name="default_of"
    )
    prediction_type = models.CharField(max_length=20, blank=True)
    # What draws it: workers of this class alone, or any.
    device_class = models.CharField(max_length=20, default="any")
    abilities = ArrayField(models.CharField(max_length=7, choices=Ability), default=text_to_image)
    trigger_words = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    min_role = models.CharField(max_length=9, choices=Role, default=Role.MEMBER)
    allowed_users = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    endpoint = models.URLField(max_length=500, blank=True)
    # What the server calls it, and the environment variable with the key: no secret lies in a row.
    endpoint_model = models.CharField(max_length=200, blank=True)
    endpoint_key_variable = models.CharField(max_length=100, blank=True)
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
            models.CheckConstraint(
                condition=models.Q(path="") ^ models.Q(endpoint=""), name="checkpoint_on_disk_or_behind_an_address"
            ),
            models.CheckConstraint(condition=models.Q(min_role__in=Role.values), name="checkpoint_role_known"),
            models.CheckConstraint(
                condition=models.Q(abilities__contained_by=Ability.values, abilities__contains=[Ability.TXT2IMG.value]),
                name="checkpoint_abilities_known",
            ),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="checkpoint_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(min_role=Role.MEMBER),
                name="checkpoint_default_is_for_everybody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_hash(self) -> str:
        """The first ten hex digits of the SHA-256, as A1111 and Civitai write it."""
        return self.sha256[:10]
