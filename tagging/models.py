"""Tags and the old names that lead to them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 170

# Printable ASCII without space, capitals, `*` and `,`. The finer rules stand in `tagging.names`; these hold whatever
# writes to the table.
NAME_PATTERN = r"^[!-)+\--@\[-~]+$"


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
    who see more. `in_vocabulary`: a model came with this name, so that it tells nothing of any post.
    """

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True, db_collation="C")
    category = models.SmallIntegerField(_("category"), choices=Category.choices, default=Category.GENERAL)
    post_count = models.IntegerField(_("posts"), default=0)
    general_count = models.IntegerField(_("posts for everybody"), default=0)
    in_vocabulary = models.BooleanField(_("known from a model"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

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
        ]

    def __str__(self) -> str:
        return self.name


# Tags that anybody at all may be told of.
KNOWN_TO_ALL = Q(general_count__gt=0) | Q(in_vocabulary=True)


class TagAlias(models.Model):
    """An old or other name, replaced by `consequent` in searches and edits.

    One level only: a trigger in the first migration refuses an alias to itself, from a name that aliases lead to, and
    to a tag whose name is an alias.
    """

    antecedent = models.CharField(_("old name"), max_length=NAME_LENGTH, unique=True, db_collation="C")
    consequent = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("tag"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("tag alias")
        verbose_name_plural = _("tag aliases")
        constraints = [
            models.CheckConstraint(condition=Q(antecedent__regex=NAME_PATTERN), name="tagging_alias_name_is_canonical"),
        ]

    def __str__(self) -> str:
        return f"{self.antecedent} → {self.consequent.name}"
