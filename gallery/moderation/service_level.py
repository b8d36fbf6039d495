"""How long a case may wait before it is late: what moderators want to keep to; nothing follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone


def service_level() -> timedelta:
    """What the operator promises, for every kind of case (`IRODORI_REVIEW_HOURS`)."""
    return timedelta(hours=settings.REVIEW_HOURS)


def late_before(now: datetime | None = None) -> datetime:
    """Cases that were opened before this wait longer than the site promises."""
    return (now or timezone.now()) - service_level()
