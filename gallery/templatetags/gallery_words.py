"""Filters that turn lists into words."""

from collections.abc import Iterable

from django import template
from django.utils.translation import pgettext

from gallery.ratings import Rating

register = template.Library()


@register.filter
def rating_description(letter: str) -> str:
    """What the rating with this letter admits."""
    return Rating(letter).description


@register.filter
def join_labels(ratings: Iterable[Rating]) -> str:
    """`General, Sensitive` for two ratings."""
    return pgettext("between the items of a list", ", ").join(str(rating.label) for rating in ratings)
