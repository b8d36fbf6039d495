"""Tags: their names, categories and counters."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 170

# Printable ASCII without space, capitals, `*` and `,`. The finer rules stand in `tagging.names`; these hold whatever
# writes to the table.
NAME_PATTERN = r"^[!-)+\--@\[-~]+$"


def initials_of(field: str) -> Func:
    """`long_hair` → `lh`, as a database expression: what `/lh` stands for in a search."""
    pattern = r"([a-z0-9])[a-z0-9]*[^a-z0-9]*"
    bare = Func(F(field), Value(r"^[^a-z0-9]+"), Value(""), function="regexp_replace")
    return Func(bare, Value(pattern), Value(r"\1"), Value("g"), function="regexp_replace")


def words_of(field: str) -> Func:
    """The words of a name as a tsvector, for completion by any of its words."""
    words = Func(F(field), Value("[^a-z0-9]+"), function="regexp_split_to_array")
    return Func(Func(words, Value(""), function="array_remove"), function="array_to_tsvector")


class Category(models.IntegerChoices):
    """What a tag speaks of. The numbers are Danbooru's, and AIBooru's for model."""

    GENERAL = 0, _("general")
    ARTIST = 1, _("artist")
    COPYRIGHT = 3, _("copyright")
    CHARACTER = 4, _("character")
    META = 5, _("meta")
    MODEL = 6, _("model")


# In this order a post shows its tags.
DISPLAY_ORDER = (
    Category.ARTIST,
    Category.MODEL,
    Category.COPYRIGHT,
    Category.CHARACTER,
    Category.GENERAL,
    Category.META,
)


class Tag(models.Model):
    """One tag. Its key is four bytes wide, since posts hold arrays of keys.

    `post_count` counts all active posts and is shown to nobody: it would tell of posts that a reader may not see.
    `general_count` counts those of them that everybody may see, and is the number shown to everybody, also to members
    who see more. `in_vocabulary`: a model came with this name, so that it tells nothing of any post. `is_deprecated`:
    it stays on old posts and can be added to none.
    """

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True, db_collation="C")
    category = models.SmallIntegerField(_("category"), choices=Category.choices, default=Category.GENERAL)
    post_count = models.IntegerField(_("posts"), default=0)
    general_count = models.IntegerField(_("posts for everybody"), default=0)
    in_vocabulary = models.BooleanField(_("known from a model"), default=False)
    is_deprecated = models.BooleanField(_("deprecated"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    initials = models.GeneratedField(
        expression=initials_of("name"),
        output_field=models.CharField(max_length=NAME_LENGTH, db_collation="C"),
        db_persist=True,
    )
    words = models.GeneratedField(expression=words_of("name"), output_field=SearchVectorField(), db_persist=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=NAME_PATTERN), name="tagging_tag_name_is_canonical"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="tagging_tag_category_exists"),
            models.CheckConstraint(condition=Q(post_count__gte=0), name="tagging_tag_post_count_not_negative"),
            models.CheckConstraint(
                condition=Q(general_count__gte=0, general_count__lte=F("post_count")),
                name="tagging_tag_general_count_is_a_part",
            ),
        ]
        indexes = [
            # The unique name brings its own index with varchar_pattern_ops, which serves prefixes.
            models.Index(fields=["-general_count", "name"], name="tagging_tag_largest_first"),
            models.Index(fields=["initials"], name="tagging_tag_initials", opclasses=["text_pattern_ops"]),
            GinIndex(fields=["words"], name="tagging_tag_words"),
            GinIndex(fields=["name"], name="tagging_tag_trigrams", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


# Tags that anybody at all may be told of.
KNOWN_TO_ALL = Q(general_count__gt=0) | Q(in_vocabulary=True)
