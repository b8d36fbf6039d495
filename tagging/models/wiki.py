"""Wiki pages: what a tag means and what else it is called, in any language."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tagging.models.tag import NAME_LENGTH, NAME_PATTERN

MAX_BODY = 80_000
MAX_OTHER_NAMES = 80


class WikiPage(models.Model):
    """A page about the tag called `title`, which need not exist; `body` is Markdown."""

    title = models.CharField(_("title"), max_length=NAME_LENGTH, unique=True, db_collation="C")
    body = models.TextField(_("text"), max_length=MAX_BODY, blank=True)
    is_locked = models.BooleanField(_("locked"), default=False)
    is_deleted = models.BooleanField(_("deleted"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("wiki page")
        verbose_name_plural = _("wiki pages")
        constraints = [models.CheckConstraint(condition=Q(title__regex=NAME_PATTERN), name="wiki_title_is_canonical")]

    def __str__(self) -> str:
        return self.title


class OtherName(models.Model):
    """Another name of a wiki page's tag, such as its Japanese one. `folded` (NFKC, case folded, blanks as `_`) is what
    searches and completion look for."""

    page = models.ForeignKey(WikiPage, on_delete=models.CASCADE, related_name="other_names", verbose_name=_("page"))
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    folded = models.CharField(max_length=NAME_LENGTH, db_collation="C")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [
            models.UniqueConstraint(fields=["page", "folded"], name="wiki_other_name_once"),
            models.CheckConstraint(condition=~Q(folded=""), name="wiki_other_name_not_empty"),
        ]
        indexes = [models.Index(fields=["folded"], name="wiki_other_name_prefix")]

    def __str__(self) -> str:
        return self.name


class WikiVersion(models.Model):
    """One state of a wiki page, numbered from 1; the newest is the page as it is."""

    page = models.ForeignKey(WikiPage, on_delete=models.CASCADE, related_name="versions", verbose_name=_("page"))
    number = models.PositiveIntegerField(_("number"))
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    title = models.CharField(_("title"), max_length=NAME_LENGTH)
    body = models.TextField(_("text"), blank=True)
    other_names = ArrayField(models.CharField(max_length=NAME_LENGTH), default=list)
    is_locked = models.BooleanField(_("locked"), default=False)
    is_deleted = models.BooleanField(_("deleted"), default=False)

    class Meta:
        verbose_name = _("wiki version")
        verbose_name_plural = _("wiki versions")
        constraints = [models.UniqueConstraint(fields=["page", "number"], name="wiki_version_numbered_once")]
