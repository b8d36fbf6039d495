"""Filters that turn lists into words."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gallery.ratings import Rating

register = template.Library()


@register.filter
def ago(moment: datetime) -> str:
    """`3 hours ago`; `just now` within the first minute."""
    if timezone.now() - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(age)s ago") % {"age": timesince(moment)}


@register.filter
def rating_label(letter: str) -> str:
    """The rating with this letter in a word."""
    return str(Rating(letter).label)


@register.filter
def rating_description(letter: str) -> str:
    """What the rating with this letter admits."""
    return Rating(letter).description


@register.filter
def join_labels(ratings: Iterable[Rating]) -> str:
    """`General, Sensitive` for two ratings."""
    return pgettext("between the items of a list", ", ").join(str(rating.label) for rating in ratings)


@register.filter
def without_parameter(query: str, name: str) -> str:
    """The query of an address without one of its parameters."""
    parameters = QueryDict(query, mutable=True)
    parameters.pop(name, None)
    return parameters.urlencode()
