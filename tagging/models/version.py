"""What a tag was like before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tagging.models.tag import Category, Tag


class TagVersion(models.Model):
    """One state of a tag that people can change, numbered from 1; the newest is the tag as it is."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="versions", verbose_name=_("tag"))
    number = models.PositiveIntegerField(_("number"))
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    category = models.SmallIntegerField(_("category"), choices=Category.choices)
    is_deprecated = models.BooleanField(_("deprecated"), default=False)

    class Meta:
        verbose_name = _("tag version")
        verbose_name_plural = _("tag versions")
        constraints = [
            models.UniqueConstraint(fields=["tag", "number"], name="tagging_version_numbered_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="tagging_version_category_exists"),
        ]
