"""The queue's truth: requests, their jobs, previews, workers and what each user was served."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models import Asset, Post
from generation.models.checkpoint import Checkpoint
from generation.models.resource import Resource

MAX_SEED = 2**32 - 1
MAX_COUNT = 8
"""Most pictures of one request."""


class PromptSyntax(models.TextChoices):
    """How weights are written in a prompt."""

    A1111 = "a1111", "A1111"
    NOVELAI = "novelai", "NovelAI"


class MaskedContent(models.TextChoices):
    """What inpainting starts from under the mask."""

    ORIGINAL = "original", _("What is there")
    NOISE = "noise", _("Noise")


class Upscaler(models.TextChoices):
    """How the first picture of a hires fix is enlarged."""

    LATENT = "latent", _("Latent")
    LANCZOS = "lanczos", "Lanczos"


class Mask(models.Model):
    """Where a picture is painted anew: white in a greyscale PNG at its content address."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)


class GenerationRequest(models.Model):
    """What someone asked for: one prompt, `count` pictures. `publish_as` is set on starter requests only.

    `source_asset` makes it image to image, with `mask` inpainting; `source_take` or `source_post` says where that
    picture came from. `remix_of` is the post whose recipe it started with, `style` the style it used: both are credited
    when it is published. `outpaint` holds the pixels to add at the left, top, right and bottom. `only_masked` is the
    padding in pixels around the mask when just that part is drawn, at full size. Empty hires columns: no hires fix.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generation_requests")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT)
    prompt = models.TextField()
    negative_prompt = models.TextField(blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    steps = models.PositiveIntegerField()
    sampler = models.CharField(max_length=60)
    guidance = models.FloatField()
    seed = models.BigIntegerField()
    count = models.PositiveSmallIntegerField()
    syntax = models.CharField(max_length=7, choices=PromptSyntax, default=PromptSyntax.A1111)
    clip_skip = models.PositiveSmallIntegerField(default=1)
    exact = models.BooleanField(default=False)
    vae = models.ForeignKey(Resource, null=True, on_delete=models.PROTECT, related_name="+")
    source_asset = models.ForeignKey(Asset, null=True, on_delete=models.PROTECT, related_name="+")
    source_take = models.ForeignKey("generation.Take", null=True, on_delete=models.SET_NULL, related_name="edits")
    source_post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    strength = models.FloatField(null=True)
    mask = models.ForeignKey(Mask, null=True, on_delete=models.PROTECT, related_name="+")
    mask_blur = models.PositiveSmallIntegerField(default=4)
    masked_content = models.CharField(max_length=8, choices=MaskedContent, default=MaskedContent.ORIGINAL)
    only_masked = models.PositiveSmallIntegerField(null=True)
    outpaint = ArrayField(models.PositiveIntegerField(), size=4, null=True)
    hires_scale = models.FloatField(null=True)
    hires_steps = models.PositiveIntegerField(null=True)
    hires_strength = models.FloatField(null=True)
    hires_upscaler = models.CharField(max_length=7, choices=Upscaler, blank=True)
    idempotency_key = models.CharField(max_length=64)
    remix_of = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    style = models.ForeignKey("generation.StylePage", null=True, on_delete=models.SET_NULL, related_name="+")
    publish_as = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "idempotency_key"], name="request_once"),
            models.CheckConstraint(condition=models.Q(count__gte=1, count__lte=MAX_COUNT), name="request_count_1_to_8"),
            models.CheckConstraint(condition=models.Q(seed__gte=0, seed__lte=MAX_SEED), name="request_seed_32_bits"),
            models.CheckConstraint(condition=~models.Q(prompt=""), name="request_has_prompt"),
            models.CheckConstraint(
                condition=models.Q(source_asset__isnull=True, strength__isnull=True)
                | models.Q(source_asset__isnull=False, strength__gt=0, strength__lte=1),
                name="request_strength_with_source",
            ),
            models.CheckConstraint(
                condition=models.Q(source_asset__isnull=False)
                | models.Q(
                    mask__isnull=True, outpaint__isnull=True, source_take__isnull=True, source_post__isnull=True
                ),
                name="request_mask_needs_source",
            ),
            models.CheckConstraint(
                condition=models.Q(hires_scale__isnull=True, hires_steps__isnull=True, hires_strength__isnull=True)
                | models.Q(hires_scale__gt=1, hires_steps__gte=1, hires_strength__gt=0, hires_strength__lte=1),
                name="request_hires_whole",
            ),
        ]


class RequestResource(models.Model):
    """A LoRA or an embedding that a request uses; `text_weight` is the LoRA's for the text encoder."""

    request = models.ForeignKey(GenerationRequest, on_delete=models.CASCADE, related_name="resources")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="uses")
    weight = models.FloatField(default=1.0)
    text_weight = models.FloatField(default=1.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "resource"], name="request_resource_once")]


class JobState(models.TextChoices):
    """queued → running → done | failed | cancelled; a lost lease puts running back to queued."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Drawing")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Job(models.Model):
    """One picture of a request. `fence` grows with every claim: a write that names an older one is refused.

    `expanded_prompt` and `expanded_negative` are the request's texts with their wildcards drawn; empty where they hold
    none. They are drawn once, at the door: a list that changes afterwards changes no picture.
    """

    request = models.ForeignKey(GenerationRequest, on_delete=models.CASCADE, related_name="jobs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    index = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    expanded_prompt = models.TextField(blank=True)
    expanded_negative = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=JobState, default=JobState.QUEUED)
    cost = models.FloatField(help_text="megapixel-steps")
    priority = models.SmallIntegerField(default=0, help_text="higher goes first, whatever its user was served")
    attempt = models.PositiveSmallIntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    lease_owner = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    step = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField()
    denoiser_calls = models.PositiveIntegerField(default=0)
    max_batch = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=60, blank=True)
    error_params = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "index"], name="job_index_once"),
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state=JobState.RUNNING) | models.Q(lease_until__isnull=False),
                name="job_running_has_lease",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=JobState.FAILED) | ~models.Q(error_code=""), name="job_failed_has_cause"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "id"], condition=models.Q(state="queued"), name="job_waiting"),
            models.Index(fields=["lease_until"], condition=models.Q(state="running"), name="job_leases"),
        ]

    @property
    def prompt(self) -> str:
        """What this picture shows, in the words that it is drawn from."""
        return self.expanded_prompt or self.request.prompt

    @property
    def negative_prompt(self) -> str:
        """What this picture leaves out, in the words that it is drawn from."""
        return self.expanded_negative or self.request.negative_prompt


class JobPreview(models.Model):
    """The newest preview of a running job; an unlogged table, since losing it costs nothing."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="preview")
    step = models.PositiveIntegerField()
    image = models.BinaryField()


class ServedShare(models.Model):
    """Megapixel-steps served to a user by the weight of their role: the next job is the least-served user's.

    From the start number `due_at` of `QueueClock` on, a waiting job of the user goes before all that are not due.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    cost = models.FloatField(default=0)
    due_at = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)


class QueueClock(models.Model):
    """One row: how many jobs were ever started, and the megapixel-steps that one usually took lately."""

    only = models.BooleanField(primary_key=True, default=True)
    started = models.BigIntegerField(default=0)
    usual_cost = models.FloatField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="queue_clock_one_row")]


class WorkerOrder(models.TextChoices):
    """What the operator asked of a worker, or of the whole queue."""

    WORK = "work", _("Works")
    DRAIN = "drain", _("Ends what it draws, starts nothing")
    PAUSE = "pause", _("Starts nothing")


class WorkerStatus(models.Model):
    """A worker's last sign of life; `device_class` is what jobs are routed by. Memory in bytes, 0 when unknown.

    `missing`: ids of models whose files it did not find on its machine.
    """

    name = models.CharField(max_length=200, primary_key=True)
    device = models.CharField(max_length=60)
    device_class = models.CharField(max_length=20, default="any")
    device_name = models.CharField(max_length=120, blank=True)
    memory_total = models.PositiveBigIntegerField(default=0)
    memory_used = models.PositiveBigIntegerField(default=0)
    running = models.PositiveIntegerField(default=0)
    order = models.CharField(max_length=5, choices=WorkerOrder, default=WorkerOrder.WORK)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    resident = models.JSONField(default=list)
    # With a default of the database's own: a worker that runs the version before writes rows without it.
    missing = ArrayField(models.BigIntegerField(), default=list, db_default=[])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(order__in=WorkerOrder.values), name="worker_order_known")
        ]

    def __str__(self) -> str:
        return self.name


class QueueOrder(models.Model):
    """The one row that stops the whole queue; `reason` is shown to whoever waits."""

    only = models.BooleanField(primary_key=True, default=True)
    order = models.CharField(max_length=5, choices=WorkerOrder, default=WorkerOrder.WORK)
    reason = models.CharField(max_length=200, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="queue_order_one_row"),
            models.CheckConstraint(condition=models.Q(order__in=WorkerOrder.values), name="queue_order_known"),
        ]
