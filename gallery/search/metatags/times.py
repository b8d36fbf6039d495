"""When a post was published."""

from django.utils.translation import gettext_lazy as _

from gallery.search.expressions import within
from gallery.search.metatags.kinds import metatag
from tagging.query.readers import ages, dates

# A search with one of these at its top is sorted by time unless it says otherwise: the index on it finds the page.
BY_TIME = frozenset({"date", "age"})

metatag(
    "date",
    dates(),
    lambda value, compilation: within("created_at", value),
    section="times",
    summary=_("The day of publishing, in your time zone; a month, a year or a range of them as well."),
    examples=("date:2026-01-31", "date:2026-01..2026-03", "date:yesterday"),
    values=("today", "yesterday"),
)
metatag(
    "age",
    ages(),
    lambda value, compilation: within("created_at", value),
    section="times",
    summary=_("How long ago it was published: s, min, h, d, w, mo and y."),
    examples=("age:<1w", "age:1mo..1y"),
)
