"""A picture that came out, private to its maker, and what its maker noted about it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gallery.models import Asset, Post
from gallery.provenance.words import searchable
from generation.models.queue import Job, Mask

MAX_STARS = 5
MAX_NOTE = 2000


class TakeKind(models.TextChoices):
    """How a take came to be."""

    DRAWN = "drawn", _("Drawn by a model")
    LETTERED = "lettered", _("Lettered by hand")
    SHEET = "sheet", _("Sheet of a comparison")
    IMPORTED = "imported", _("Brought from another site")


class Flag(models.TextChoices):
    """What its maker decided about a take."""

    NONE = "none", _("Undecided")
    PICK = "pick", _("Picked")
    REJECT = "reject", _("Rejected")


class Fix(models.TextChoices):
    """What is still to be mended in a take."""

    HAND = "hand", _("Hand")
    EYES = "eyes", _("Eyes")
    FACE = "face", _("Face")
    BODY = "body", _("Body")
    TEXT = "text", pgettext_lazy("in a picture", "Text")
    BACKGROUND = "background", _("Background")
    COLOUR = "colour", _("Colour")


class PromptWords(models.TextField):  # type: ignore[type-arg]
    """The words of the recipe's prompt, as searches see them (`gallery.provenance.words`), whoever writes the row."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Made anew from the recipe at each write."""
        recipe = getattr(model_instance, "recipe", None) or {}
        words = searchable(str(recipe.get("prompt") or ""))
        setattr(model_instance, self.attname, words)
        return words


class Take(models.Model):
    """File and recipe never change; it is published at most once. `parent` is the take it was edited from.

    What was drawn has a job; what was lettered, laid out as a sheet or brought from elsewhere has none. `mask` is where
    the parent was painted anew, `margins` the pixels that were added to it at the left, top, right and bottom; they
    stay when the parent goes. `stack` is the same for all takes of one recipe, whatever their seeds
    (`generation.stacking`). `lettering` are the texts of a lettered take.

    `flag`, `stars`, `note` and `to_fix` are its maker's notes. Of an archived take the small pictures and the recipe
    are left; a purged one is in the bin (`purged_at`) until its files are erased (`erased_at`), after which only its
    place in the lineage is left. Published takes are neither archived nor purged.
    """

    kind = models.CharField(max_length=8, choices=TakeKind, default=TakeKind.DRAWN, db_default=TakeKind.DRAWN)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="take")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="takes")
    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="take")
    post = models.OneToOneField(Post, on_delete=models.PROTECT, null=True, related_name="take")
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")
    mask = models.ForeignKey(Mask, null=True, on_delete=models.PROTECT, related_name="+")
    margins = ArrayField(models.PositiveIntegerField(), size=4, null=True)
    recipe = models.JSONField()
    words = PromptWords(blank=True, editable=False, db_default="")
    lettering = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    stack = models.CharField(max_length=64, blank=True, db_default="")
    flag = models.CharField(max_length=6, choices=Flag, default=Flag.NONE, db_default=Flag.NONE)
    flagged_at = models.DateTimeField(null=True)
    stars = models.PositiveSmallIntegerField(default=0, db_default=0)
    note = models.TextField(blank=True, max_length=MAX_NOTE, db_default="")
    to_fix = ArrayField(models.CharField(max_length=10, choices=Fix), default=list, db_default=[])
    archived_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="take_of_owner"),
            models.Index(fields=["owner", "stack", "-id"], name="take_in_stack"),
            models.Index(fields=["flagged_at"], name="take_rejected", condition=models.Q(flag="reject")),
            models.Index(fields=["purged_at"], name="take_in_bin", condition=models.Q(purged_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=TakeKind.values), name="take_kind_known"),
            models.CheckConstraint(
                condition=models.Q(kind=TakeKind.DRAWN, job__isnull=False)
                | (~models.Q(kind=TakeKind.DRAWN) & models.Q(job__isnull=True)),
                name="take_drawn_by_a_job",
            ),
            models.CheckConstraint(condition=models.Q(flag__in=Flag.values), name="take_flag_known"),
            models.CheckConstraint(
                condition=models.Q(flag=Flag.NONE) | models.Q(flagged_at__isnull=False), name="take_flagged_at_a_time"
            ),
            models.CheckConstraint(condition=models.Q(stars__lte=MAX_STARS), name="take_stars_0_to_5"),
            models.CheckConstraint(condition=models.Q(to_fix__contained_by=Fix.values), name="take_fixes_known"),
            models.CheckConstraint(
                condition=models.Q(post__isnull=True)
                | models.Q(archived_at__isnull=True, purged_at__isnull=True, erased_at__isnull=True),
                name="take_published_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(purged_at__isnull=False),
                name="take_erased_from_bin",
            ),
        ]
