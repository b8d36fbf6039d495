"""A published picture: the post row, how it was made, and what people did with it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from gallery.models.asset import Asset
from gallery.ratings import Rating


class PostStatus(models.TextChoices):
    """Where a post stands; `gallery.moderation` and `gallery.posts` hold the transitions."""

    PENDING = "pending", _("Waiting for review")
    ACTIVE = "active", _("Active")
    FLAGGED = "flagged", _("Flagged")
    REMOVED = "removed", _("Removed")
    WITHDRAWN = "withdrawn", _("Withdrawn by its author")
    QUARANTINED = "quarantined", _("Quarantined")
    APPEALED = "appealed", _("Appealed")


# What everybody may see whose filter lets it through: a flag is an opinion until a moderator decides.
STANDING = (PostStatus.ACTIVE, PostStatus.FLAGGED)


class AiLevel(models.TextChoices):
    """How much of the picture a machine made."""

    GENERATED = "generated", _("AI-generated")
    COMPOSITE = "composite", _("AI with substantial human work")
    ASSISTED = "assisted", _("AI-assisted")
    HUMAN = "human", _("Made by a human")
    UNKNOWN = "unknown", _("Origin unknown")


class AiEvidence(models.TextChoices):
    """What the AI level rests on, strongest first."""

    SITE_JOB = "site_job", _("Made on this site")
    C2PA = "c2pa", _("Signed manifest")
    METADATA = "metadata", _("Generator's metadata")
    DECLARED = "declared", _("Declared by its author")
    MODERATOR = "moderator", _("Decided by a moderator")
    NONE = "none", _("Nobody said")


class PromptVisibility(models.TextChoices):
    """Who may read the prompt; its author always may."""

    VISIBLE = "visible", _("Everyone can read the prompt")
    ON_REQUEST = "on_request", _("Those I allow can read the prompt")
    HIDDEN = "hidden", _("Only I can read the prompt")


class RecipeSource(models.TextChoices):
    """Where the generation data of a post come from; what was drawn here is on file and stays as it is."""

    SITE_JOB = "site_job", _("Drawn on this site")
    FILE = "file", _("Read from the file")
    TYPED = "typed", _("Typed in")


class Post(models.Model):
    """What everyone browses. Its tags stand in `tag_ids` (ascending, without repeats), indexed by GIN.

    `tag_ids` and the numbers of tags by category are written by `gallery.tag_edits.store` alone. Size and kind of the
    file without its prompt are copied from the asset, which never changes: searching and sorting by them needs no join,
    and the size tells nobody how long a hidden prompt is.
    """

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="post")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=200, blank=True)
    commentary = models.TextField(max_length=10_000, blank=True)
    rating = models.CharField(max_length=1, choices=Rating)
    status = models.CharField(max_length=11, choices=PostStatus, default=PostStatus.ACTIVE)
    ai_level = models.CharField(max_length=9, choices=AiLevel)
    ai_evidence = models.CharField(max_length=9, choices=AiEvidence)
    prompt_visibility = models.CharField(max_length=10, choices=PromptVisibility, default=PromptVisibility.VISIBLE)
    tag_ids = ArrayField(models.IntegerField(), default=list)
    tag_count = models.PositiveSmallIntegerField(default=0)
    general_tags = models.PositiveSmallIntegerField(default=0)
    artist_tags = models.PositiveSmallIntegerField(default=0)
    copyright_tags = models.PositiveSmallIntegerField(default=0)
    character_tags = models.PositiveSmallIntegerField(default=0)
    meta_tags = models.PositiveSmallIntegerField(default=0)
    model_tags = models.PositiveSmallIntegerField(default=0)
    comments_open = models.BooleanField(default=True, db_default=True)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="children")
    source = models.CharField(max_length=1200, blank=True)
    width = models.PositiveIntegerField(default=1)
    height = models.PositiveIntegerField(default=1)
    file_size = models.PositiveBigIntegerField(default=0)
    file_type = models.CharField(max_length=4, default="png")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            # fastupdate off: else one unlucky writer pays a second for flushing everyone's pending entries.
            GinIndex(fields=["tag_ids"], name="post_tag_ids_gin", fastupdate=False),
            models.Index(fields=["created_at", "id"], name="post_created_at"),
            models.Index(fields=["author", "id"], name="post_author"),
            models.Index(fields=["updated_at", "id"], name="post_updated_at"),
            models.Index(fields=["tag_count", "id"], name="post_tag_count"),
            models.Index(fields=["file_size", "id"], name="post_file_size"),
            models.Index(F("width") * F("height"), F("id"), name="post_pixels"),
            models.Index(fields=["parent", "id"], name="post_parent", condition=models.Q(parent__isnull=False)),
            GinIndex(
                fields=["source"],
                name="post_source_trigrams",
                opclasses=["gin_trgm_ops"],
                condition=~models.Q(source=""),
                fastupdate=False,
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(rating__in=Rating.values), name="post_rating_known"),
            models.CheckConstraint(condition=models.Q(status__in=PostStatus.values), name="post_status_known"),
            models.CheckConstraint(condition=models.Q(ai_level__in=AiLevel.values), name="post_ai_level_known"),
            models.CheckConstraint(
                condition=models.Q(ai_evidence__in=AiEvidence.values), name="post_ai_evidence_known"
            ),
            models.CheckConstraint(
                condition=models.Q(prompt_visibility__in=PromptVisibility.values), name="post_prompt_visibility_known"
            ),
            # What was drawn here is generated, whoever says otherwise.
            models.CheckConstraint(
                condition=~models.Q(ai_evidence=AiEvidence.SITE_JOB)
                | models.Q(ai_level__in=[AiLevel.GENERATED, AiLevel.COMPOSITE]),
                name="post_site_job_label_locked",
            ),
            # Where nothing speaks for a label, the only honest one is that it is unknown.
            models.CheckConstraint(
                condition=~models.Q(ai_evidence=AiEvidence.NONE) | models.Q(ai_level=AiLevel.UNKNOWN),
                name="post_label_needs_evidence",
            ),
            models.CheckConstraint(condition=~models.Q(parent=F("id")), name="post_not_its_own_parent"),
            models.CheckConstraint(condition=models.Q(width__gte=1, height__gte=1), name="post_has_pixels"),
            models.CheckConstraint(
                condition=models.Q(tag_count=models.Func(F("tag_ids"), function="cardinality"))
                & models.Q(
                    tag_count=F("general_tags")
                    + F("artist_tags")
                    + F("copyright_tags")
                    + F("character_tags")
                    + F("meta_tags")
                    + F("model_tags")
                ),
                name="post_tags_are_counted",
            ),
        ]


class PostGeneration(models.Model):
    """The recipe of a post as typed columns, so that it can be searched.

    `prompt_words` and `negative_words` are what `gallery.provenance.words.searchable` makes of the two texts; `loras`
    are the names of the LoRAs, in lower case. `extra` holds the parts of the recipe that are no columns, `rest` what a
    file or a person said beyond a recipe, `raw` the text as it stood in the file: both are shown to those who may read
    the prompt. `version` counts the states; `file_version` is the newest of them that the post's author or a moderator
    stands by, 0 for none: files carry that one. Written by `gallery.recipes` alone.
    """

    post = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="generation")
    prompt = models.TextField(blank=True)
    negative_prompt = models.TextField(blank=True)
    prompt_words = models.TextField(blank=True)
    negative_words = models.TextField(blank=True)
    model_name = models.CharField(max_length=200, blank=True, db_index=True)
    model_hash = models.CharField(max_length=64, blank=True)
    sampler = models.CharField(max_length=60, blank=True)
    scheduler = models.CharField(max_length=60, blank=True)
    steps = models.PositiveIntegerField(null=True)
    cfg = models.FloatField(null=True)
    seed = models.BigIntegerField(null=True)
    denoise = models.FloatField(null=True)
    loras = ArrayField(models.CharField(max_length=200), default=list)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    generator = models.CharField(max_length=40, blank=True)
    generator_version = models.CharField(max_length=40, blank=True)
    extra = models.JSONField(default=dict)
    raw = models.TextField(blank=True, default="", db_default="")
    rest = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    source = models.CharField(
        max_length=8, choices=RecipeSource, default=RecipeSource.SITE_JOB, db_default=RecipeSource.SITE_JOB
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    file_version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(source__in=RecipeSource.values), name="generation_source_known"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="generation_version_counts"),
            models.CheckConstraint(
                condition=models.Q(file_version__lte=F("version")), name="generation_file_version_there"
            ),
        ]
        indexes = [
            models.Index(Lower("model_name"), name="generation_model_name"),
            models.Index(Lower("model_hash"), name="generation_model_hash"),
            models.Index(Lower("sampler"), name="generation_sampler"),
            models.Index(fields=["seed"], name="generation_seed"),
            GinIndex(fields=["loras"], name="generation_loras", fastupdate=False),
            GinIndex(
                fields=["prompt_words"],
                name="generation_prompt_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
            GinIndex(
                fields=["negative_words"],
                name="generation_negative_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
        ]


class PostStats(models.Model):
    """What changes often, beside the post row: a vote must not rewrite the row's tag index entries."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="stats")
    score = models.IntegerField(default=0)
    up_score = models.PositiveIntegerField(default=0)
    down_score = models.PositiveIntegerField(default=0)
    fav_count = models.PositiveIntegerField(default=0)
    views = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["score", "post"], name="stats_score"),
            models.Index(fields=["fav_count", "post"], name="stats_fav_count"),
            models.Index(fields=["views", "post"], name="stats_views"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score=F("up_score") - F("down_score")), name="stats_score_is_the_votes"
            ),
        ]
