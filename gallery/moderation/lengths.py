"""How long a ban lasts, as moderators choose it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.errors import Invalid

MAX_YEARS = 20


class Length(models.TextChoices):
    """What the form of a ban offers."""

    DAY = "1", _("A day")
    THREE_DAYS = "3", _("3 days")
    WEEK = "7", _("A week")
    MONTH = "30", _("30 days")
    SEASON = "90", _("90 days")
    GOOD = "good", _("For good")
    UNTIL = "until", _("Until a day I choose")


def end_of(length: Length, day: date | None) -> datetime | None:
    """The moment when a ban of this length that begins now ends, None for one for good; `day` is the last one of it by
    the site's calendar, for `UNTIL`.

    Raises Invalid: no day, one that is over, or one so far away that "for good" is meant.
    """
    if length == Length.GOOD:
        return None
    if length != Length.UNTIL:
        return timezone.now() + timedelta(days=int(length))
    if day is None:
        raise Invalid("ban_end_unknown")
    # Before it is reckoned with: the last days that a date can name have no day after them.
    if day.year > timezone.localdate().year + MAX_YEARS:
        raise Invalid("ban_end_far", years=MAX_YEARS)
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    checked_end(end)
    return end


def checked_end(until: datetime | None) -> None:
    """Raises Invalid for an end in the past, or so far away that "for good" is meant."""
    if until is None:
        return
    if until <= timezone.now():
        raise Invalid("ban_end_past")
    if until > timezone.now() + timedelta(days=366 * MAX_YEARS):
        raise Invalid("ban_end_far", years=MAX_YEARS)
