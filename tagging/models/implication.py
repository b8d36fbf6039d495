"""Tags that follow from others: a post with the one gets the other too."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tagging.models.tag import Tag


class TagImplication(models.Model):
    """`antecedent` ⇒ `consequent`, transitively.

    A trigger refuses circles and ends that are old names of other tags; that no edge says what others say already is
    `tagging.relations`' care.
    """

    antecedent = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="implications", verbose_name=_("tag"))
    consequent = models.ForeignKey(
        Tag, on_delete=models.CASCADE, related_name="implied_by", verbose_name=_("what follows from it")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("tag implication")
        verbose_name_plural = _("tag implications")
        constraints = [
            models.UniqueConstraint(fields=["antecedent", "consequent"], name="tagging_implication_once"),
            models.CheckConstraint(condition=~Q(antecedent=F("consequent")), name="tagging_implication_not_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.antecedent.name} ⇒ {self.consequent.name}"
