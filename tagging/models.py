"""Tags and the old names that lead to them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
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
    """One tag. Its key is four bytes wide, since posts hold arrays of keys."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True, db_collation="C")
    category = models.SmallIntegerField(_("category"), choices=Category.choices, default=Category.GENERAL)
    post_count = models.IntegerField(_("posts"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=NAME_PATTERN), name="tagging_tag_name_is_canonical"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="tagging_tag_category_exists"),
            models.CheckConstraint(condition=Q(post_count__gte=0), name="tagging_tag_post_count_not_negative"),
        ]
        indexes = [
            # The unique name brings its own index with varchar_pattern_ops, which serves prefixes.
            models.Index(fields=["-post_count", "name"], name="tagging_tag_largest_first"),
        ]

    def __str__(self) -> str:
        return self.name


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
