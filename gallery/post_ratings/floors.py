"""Minimums of tags, as they are read: a post with such a tag is rated at least so."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from gallery.models import TagFloor
from gallery.ratings import Rating, strictest
from tagging.models import Tag

# Whoever rates a post by its tags holds this shared, whoever changes a minimum alone: no post slips between.
FLOOR_LOCK = 0x666C6F6F72


def floors_of(tag_ids: Iterable[int]) -> dict[int, Rating]:
    """The minimums of those of these tags that have one. Call it in the transaction that writes the tags."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [FLOOR_LOCK])
    return {
        tag_id: Rating(rating)
        for tag_id, rating in TagFloor.objects.filter(tag__in=list(tag_ids)).values_list("tag_id", "rating")
    }


def floor_of(tags: Iterable[Tag]) -> tuple[Rating, list[dict[str, str]]]:
    """The strictest minimum of these tags, and the tags that ask for it, as reasons."""
    named = {tag.pk: tag.name for tag in tags}
    floors = floors_of(named)
    rating = strictest(list(floors.values()))
    return rating, reasons_of([named[tag_id] for tag_id, least in floors.items() if least == rating])


def reasons_of(names: Iterable[str]) -> list[dict[str, str]]:
    """Tags as the reasons of a source."""
    return [{"phrase": name, "where": "tag"} for name in sorted(names)]


def all_floors() -> QuerySet[TagFloor]:
    """The tags that have a minimum, by name."""
    return TagFloor.objects.select_related("tag", "by").order_by("tag__name")
