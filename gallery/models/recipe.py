"""What the data about how a post was made were before, and who asked its author for the prompt."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gallery.models.post import Post, RecipeSource


class PostGenerationVersion(models.Model):
    """One state of the generation data of a post, numbered from 1; the newest is `PostGeneration` as it is.

    `recipe` is what `Recipe.to_dict` makes, without the two prompts, which stand beside it. Written by
    `gallery.recipes` alone. All of it but the number, the editor and the time may be secret (`gallery.visibility`),
    the `reason` too: it may repeat words of the prompt.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="generation_versions")
    number = models.PositiveIntegerField()
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="generation_versions")
    at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=RecipeSource)
    prompt = models.TextField(blank=True)
    negative_prompt = models.TextField(blank=True)
    recipe = models.JSONField(default=dict)
    rest = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="generation_version_numbered_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="generation_version_from_one"),
            models.CheckConstraint(condition=Q(source__in=RecipeSource.values), name="generation_version_source_known"),
        ]
        indexes = [models.Index(fields=["editor", "-at"], name="generation_version_editor")]


class PromptRequestState(models.TextChoices):
    """asked ⇄ withdrawn; asked → granted or declined; granted → revoked; declined or revoked → granted, and revoked →
    asked. `gallery.recipes.asking` holds the transitions."""

    ASKED = "asked", _("Waiting for an answer")
    GRANTED = "granted", _("Granted")
    DECLINED = "declined", _("Declined")
    REVOKED = "revoked", _("Taken back")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PromptRequest(models.Model):
    """Somebody asked the author of a post for its prompt, once each. A grant counts while the prompt is on request.

    `answer_seen`: whether the asker looked at the newest answer, true where there is none.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="prompt_requests")
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="prompt_requests")
    message = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=PromptRequestState, default=PromptRequestState.ASKED)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer_seen = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "asker"], name="prompt_request_once"),
            models.CheckConstraint(condition=Q(state__in=PromptRequestState.values), name="prompt_request_state_known"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, state__in=["asked", "withdrawn"])
                | Q(answered_at__isnull=False, state__in=["granted", "declined", "revoked"]),
                name="prompt_request_answered_at_its_time",
            ),
            models.CheckConstraint(
                condition=Q(answer_seen=True) | Q(answered_at__isnull=False), name="prompt_request_seen_if_unanswered"
            ),
        ]
        indexes = [
            models.Index(fields=["asker", "state"], name="prompt_request_grants"),
            models.Index(fields=["post"], name="prompt_request_waiting", condition=Q(state="asked")),
            models.Index(fields=["asker"], name="prompt_request_unseen", condition=Q(answer_seen=False)),
        ]
