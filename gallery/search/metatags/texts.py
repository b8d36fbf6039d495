"""Texts that people wrote beside the picture."""

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gallery.search.compilation import Compilation
from gallery.search.expressions import Like, like, literally
from gallery.search.metatags.kinds import metatag
from tagging.query.readers import text
from tagging.query.values import Presence, Text


def _source(value: Presence | Text, compilation: Compilation) -> Q:
    """By its beginning in any case; with `*`, the whole of it."""
    given = ~Q(source="")
    if isinstance(value, Presence):
        return given if value.present else ~given
    # ILIKE, which the index on trigrams serves; Django's own lookups in any case say UPPER(source).
    pattern = like(value.text) if value.is_pattern else literally(value.text) + "%"
    return given & Q(Like(F("source"), pattern, ignore_case=True))


def _commentary(value: Presence | Text, compilation: Compilation) -> Q:
    if isinstance(value, Presence):
        empty = Q(title="", commentary="")
        return ~empty if value.present else empty
    if value.is_pattern:
        pattern = like(f"*{value.text}*")
        return Q(Like(F("title"), pattern, ignore_case=True)) | Q(Like(F("commentary"), pattern, ignore_case=True))
    words = value.text.replace("\x00", "")
    return Q(title__icontains=words) | Q(commentary__icontains=words)


metatag(
    "source",
    text(limit=1200, nullable=True),
    _source,
    section="texts",
    summary=_("The address it comes from, by its beginning; * stands for any text."),
    examples=("source:https://example.com", "source:*example*", "source:none"),
    values=("any", "none"),
)
metatag(
    "commentary",
    text(limit=200, nullable=True),
    _commentary,
    section="texts",
    costly=True,
    summary=_("Words in the title or the commentary."),
    examples=("commentary:rain", "commentary:none"),
    values=("any", "none"),
)
