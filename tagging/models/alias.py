"""Old and other names that lead to a tag."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tagging.models.tag import NAME_LENGTH, NAME_PATTERN, Tag, words_of


class TagAlias(models.Model):
    """An old or other name, replaced by `consequent` in searches and edits.

    One level only: a trigger in the first migration refuses an alias to itself, from a name that aliases lead to, and
    to a tag whose name is an alias.
    """

    antecedent = models.CharField(_("old name"), max_length=NAME_LENGTH, unique=True, db_collation="C")
    consequent = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("tag"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    words = models.GeneratedField(expression=words_of("antecedent"), output_field=SearchVectorField(), db_persist=True)

    class Meta:
        verbose_name = _("tag alias")
        verbose_name_plural = _("tag aliases")
        constraints = [
            models.CheckConstraint(condition=Q(antecedent__regex=NAME_PATTERN), name="tagging_alias_name_is_canonical"),
        ]
        indexes = [
            GinIndex(fields=["words"], name="tagging_alias_words"),
            GinIndex(fields=["antecedent"], name="tagging_alias_trigrams", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.antecedent} → {self.consequent.name}"
