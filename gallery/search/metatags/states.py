"""Ratings, states, and what a post is."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gallery.models.post import AiEvidence, AiLevel, PostStatus
from gallery.search.compilation import Compilation
from gallery.search.expressions import ALL
from gallery.search.metatags.files import FILE_TYPES
from gallery.search.metatags.kinds import metatag
from tagging.query.metatags import RATINGS
from tagging.query.readers import choices
from tagging.query.values import Choices

# Quarantined posts are shown to nobody, so that no search can name that state.
STATUSES = {
    "pending": "pending",
    "active": "active",
    "flagged": "flagged",
    "appealed": "appealed",
    "removed": "removed",
    "deleted": "removed",
    "withdrawn": "withdrawn",
}
EVERY_STATUS = {"any": "any", "all": "any"}
_RATING_GROUPS = {"sfw": "gs", "nsfw": "qe", "safe": "s"}
_BY_RATING = {name: letter for letter, name in RATINGS.items()} | _RATING_GROUPS
_IS = [*_BY_RATING, *STATUSES, *FILE_TYPES, *AiLevel.values, "parent", "child"]


def _rating(value: Choices, compilation: Compilation) -> Q:
    return Q(rating__in=sorted(value.values))


def _status(value: Choices, compilation: Compilation) -> Q:
    if "any" in value.values:
        return ALL
    return Q(status__in=[PostStatus(word) for word in sorted(value.values)])


def _is(value: Choices, compilation: Compilation) -> Q:
    result = Q()
    for word in sorted(value.values):
        result |= _is_one(word, compilation)
    return result


def _is_one(word: str, compilation: Compilation) -> Q:
    if word == "parent":
        return Q(Exists(compilation.relatives.filter(parent=OuterRef("pk"))))
    if word == "child":
        return Q(Exists(compilation.relatives.filter(pk=OuterRef("parent_id"))))
    if word in _BY_RATING:
        return Q(rating__in=list(_BY_RATING[word]))
    if word in STATUSES:
        return Q(status=STATUSES[word])
    if word in FILE_TYPES:
        return Q(file_type=FILE_TYPES[word])
    return Q(ai_level=word)


metatag(
    "rating",
    choices({word: letter for letter, name in RATINGS.items() for word in (letter, name)}),
    _rating,
    section="states",
    summary=_("How strong the picture is; your own filter stays in force."),
    examples=("rating:g", "rating:general,sensitive"),
    values=tuple(RATINGS.values()),
)
metatag(
    "status",
    choices(STATUSES | EVERY_STATUS),
    _status,
    section="states",
    summary=_(
        "The state of the post. Without it only active posts are searched; others only as far as you may see them."
    ),
    examples=("status:any", "status:removed"),
    values=(*STATUSES, "any"),
)
metatag(
    "is",
    choices({word: word for word in _IS}),
    _is,
    section="states",
    summary=_(
        "What the post is: a rating, a state, a kind of file, a parent or child, or how much a machine made of it."
    ),
    examples=("is:sfw", "is:generated", "is:child"),
    values=tuple(_IS),
)
metatag(
    "evidence",
    choices({word: word for word in AiEvidence.values}),
    lambda value, compilation: Q(ai_evidence__in=sorted(value.values)),
    section="recipe",
    summary=_("What the label about its origin rests on."),
    examples=("evidence:site_job",),
    values=tuple(AiEvidence.values),
)
