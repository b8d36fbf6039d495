"""The list of tags: by a pattern of names, by category, by what they have, in an order. Only tags a viewer may know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from gallery.errors import Invalid
from gallery.tags.known import told_to
from gallery.visibility import Viewer
from tagging.models import NAME_LENGTH, Category, OtherName, Tag, WikiPage
from tagging.names import normalise_tag
from tagging.other_names import fold_name

ORDERS = {"count": ["-general_count", "name"], "name": ["name"], "newest": ["-pk"]}
MOST_STARS = 5

_WIKI = WikiPage.objects.filter(title=OuterRef("name"), is_deleted=False)
_ASCII = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class TagFilter:
    """What somebody asks of the list. `name` is a part of a name, or a pattern of a whole one if it has a `*`."""

    name: str = ""
    category: str = ""
    wiki: str = ""
    deprecated: str = ""
    order: str = "count"

    @classmethod
    def read(cls, given: QueryDict) -> TagFilter:
        """From an address; what makes no sense is as if it were not there."""
        values = {key: given.get(key, "").replace("\x00", "").strip() for key in cls.__dataclass_fields__}
        words = {category.name.lower() for category in Category}
        return cls(
            name=values["name"][:NAME_LENGTH],
            category=values["category"] if values["category"] in words else "",
            wiki=values["wiki"] if values["wiki"] in ("yes", "no") else "",
            deprecated=values["deprecated"] if values["deprecated"] in ("yes", "no") else "",
            order=values["order"] if values["order"] in ORDERS else "count",
        )

    def tags(self, viewer: Viewer) -> QuerySet[Tag]:
        """The tags in order, each with `has_wiki`. Raises Invalid for too many `*`."""
        found = Tag.objects.filter(told_to(viewer), self._name()).annotate(has_wiki=Exists(_WIKI))
        if self.category:
            found = found.filter(category=Category[self.category.upper()])
        if self.wiki:
            found = found.filter(has_wiki=self.wiki == "yes")
        if self.deprecated:
            found = found.filter(is_deprecated=self.deprecated == "yes")
        return found.order_by(*ORDERS[self.order])

    def _name(self) -> Q:
        if not self.name:
            return Q()
        name = normalise_tag(self.name)
        if not _ASCII.fullmatch(name):
            names = OtherName.objects.filter(folded__contains=fold_name(self.name), page__is_deleted=False)
            return Q(name__in=names.values("page__title"))
        if "*" not in name:
            return Q(name__contains=name)
        if name.count("*") > MOST_STARS:
            raise Invalid("too_many_stars", limit=MOST_STARS)
        return Q(name__regex="^" + ".*".join(_escaped(part) for part in name.split("*")) + "$")


def _escaped(text: str) -> str:
    """ASCII `text` as a PostgreSQL regular expression that matches it alone."""
    return "".join(char if char.isalnum() or char == "_" else "\\" + char for char in text)
