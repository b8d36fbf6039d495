"""Filters that turn lists into words."""

from collections.abc import Iterable

from django import template

from gallery.ratings import Rating

register = template.Library()


@register.filter
def join_labels(ratings: Iterable[Rating]) -> str:
    """`General, Sensitive` for two ratings."""
    return ", ".join(str(rating.label) for rating in ratings)
