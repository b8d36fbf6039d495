"""Named filters: what an account wants hidden or blurred."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from gallery.ratings import Rating


class ViewFilter(models.Model):
    """What its owner wants hidden or blurred. Ratings that stand in neither list are shown as far as the account lets
    them in (`User.shown_ratings`): a filter only ever takes away.

    A rule is a search in canonical text. `hide_tags`, `hide_queries` and their like are what the rules come to: the
    keys of plain tags, and the rest with its names looked up (`names`). `gallery.filters.resolving` alone writes them;
    they are as of `resolved_at` and of the newest tag and alias of then. `shared_key`: whoever has it may copy it.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="filters")
    name = models.CharField(max_length=60)
    hidden_ratings = ArrayField(models.CharField(max_length=1, choices=Rating), default=list)
    blurred_ratings = ArrayField(models.CharField(max_length=1, choices=Rating), default=list)
    hide_rules = ArrayField(models.TextField(), default=list)
    blur_rules = ArrayField(models.TextField(), default=list)
    muted_ids = ArrayField(models.IntegerField(), default=list)
    shared_key = models.CharField(max_length=32, null=True, unique=True)  # noqa: DJ001 - unique, so null for none
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    hide_tags = ArrayField(models.IntegerField(), default=list)
    hide_queries = ArrayField(models.TextField(), default=list)
    blur_tags = ArrayField(models.IntegerField(), default=list)
    blur_queries = ArrayField(models.TextField(), default=list)
    names = models.JSONField(default=dict)
    watches_new_tags = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True)
    newest_tag = models.BigIntegerField(default=0)
    newest_alias = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="view_filter_name_once"),
            models.CheckConstraint(
                condition=models.Q(hidden_ratings__contained_by=Rating.values, hidden_ratings__len__lt=len(Rating)),
                name="view_filter_hidden_ratings",
            ),
            models.CheckConstraint(
                condition=models.Q(blurred_ratings__contained_by=Rating.values), name="view_filter_blurred_ratings"
            ),
            models.CheckConstraint(
                condition=~models.Q(hidden_ratings__overlap=models.F("blurred_ratings")),
                name="view_filter_one_treatment",
            ),
        ]

    def __str__(self) -> str:
        return self.name
