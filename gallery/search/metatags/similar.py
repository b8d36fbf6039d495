"""`similar:`: what looks like the picture of a post."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gallery.errors import Invalid
from gallery.search.compilation import Compilation
from gallery.search.metatags.kinds import always, metatag
from tagging.query.readers import integers
from tagging.query.values import Numbers


def similar_post(value: Numbers) -> int:
    """The one post that a value names. Raises Invalid for ranges and several."""
    if value.intervals or len(value.points) != 1:
        raise Invalid("similar_needs_id")
    return int(next(iter(value.points)))


def _similar(value: Numbers, compilation: Compilation) -> Q:
    """The post itself too: a search for copies shows what they are copies of."""
    return Q(pk__in=list(compilation.similar_to(similar_post(value))))


metatag(
    "similar",
    integers(),
    _similar,
    section="files",
    few=always,
    summary=_("A post and those that look like it, the most alike first: copies, edits and close variations."),
    examples=("similar:1234",),
)
