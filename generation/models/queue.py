"""The queue's truth: requests, their jobs, previews, workers and what each user was served."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from generation.models.checkpoint import Checkpoint

MAX_SEED = 2**32 - 1
MAX_COUNT = 8
"""Most pictures of one request."""


class GenerationRequest(models.Model):
    """What someone asked for: one prompt, `count` pictures. `publish_as` is set on starter requests only."""

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
    idempotency_key = models.CharField(max_length=64)
    publish_as = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "idempotency_key"], name="request_once"),
            models.CheckConstraint(condition=models.Q(count__gte=1, count__lte=MAX_COUNT), name="request_count_1_to_8"),
            models.CheckConstraint(condition=models.Q(seed__gte=0, seed__lte=MAX_SEED), name="request_seed_32_bits"),
            models.CheckConstraint(condition=~models.Q(prompt=""), name="request_has_prompt"),
        ]


class JobState(models.TextChoices):
    """queued → running → done | failed | cancelled; a lost lease puts running back to queued."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Drawing")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Job(models.Model):
    """One picture of a request. `fence` grows with every claim: a write that names an older one is refused."""

    request = models.ForeignKey(GenerationRequest, on_delete=models.CASCADE, related_name="jobs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    index = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=JobState, default=JobState.QUEUED)
    cost = models.FloatField(help_text="megapixel-steps")
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


class JobPreview(models.Model):
    """The newest preview of a running job; an unlogged table, since losing it costs nothing."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="preview")
    step = models.PositiveIntegerField()
    image = models.BinaryField()


class ServedShare(models.Model):
    """Megapixel-steps served to a user, as virtual time: the next job is the least-served user's."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    cost = models.FloatField(default=0)
    updated_at = models.DateTimeField(auto_now=True)


class WorkerStatus(models.Model):
    """A worker's last sign of life."""

    name = models.CharField(max_length=200, primary_key=True)
    device = models.CharField(max_length=60)
    seen_at = models.DateTimeField()
    resident = models.JSONField(default=list)
