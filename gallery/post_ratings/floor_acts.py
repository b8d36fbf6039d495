"""Minimums of tags, as moderators set them: with a reason, logged, carried out on the posts that are there."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import Q

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import ModerationAction, Post, TagFloor, User
from gallery.models.moderation import ModerationKind
from gallery.moderation.acts import checked_reason
from gallery.post_ratings.floors import FLOOR_LOCK
from gallery.post_state import checked_rating
from gallery.ratings import ORDER, Rating
from tagging.edit import resolve_tags
from tagging.names import normalise_tag


@transaction.atomic
def set_floor(moderator: User, name: str, rating: str, reason: str) -> TagFloor | None:
    """Give a tag a minimum, or take it away with an empty `rating`; posts that have the tag follow in the background.

    A minimum that goes or sinks lowers nothing. Raises NotAllowed, Invalid (no such tag, rating, no reason) and
    InvalidTransition (it is so already).
    """
    if not moderator.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(moderator)
    wanted = checked_rating(rating) if rating else Rating.GENERAL
    said = checked_reason(reason)
    tag = next(iter(resolve_tags([normalise_tag(name.replace("\x00", ""))]).values()), None)
    if tag is None:
        raise Invalid("floor_tag_unknown", name=name.strip()[:100])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FLOOR_LOCK])
    there = TagFloor.objects.filter(tag=tag).first()
    before = Rating(there.rating) if there else Rating.GENERAL
    if before == wanted:
        raise InvalidTransition("same_floor", name=tag.name, rating=wanted.label)
    details = {"tag": tag.name, "from": before.value, "to": wanted.value}
    ModerationAction.objects.create(actor=moderator, kind=ModerationKind.RULE, reason=said, details=details)
    if wanted == Rating.GENERAL:
        TagFloor.objects.filter(tag=tag).delete()
        return None
    floor = there or TagFloor(tag=tag)
    floor.rating, floor.by, floor.reason, floor.done_to = wanted, moderator, said, 0
    floor.save()
    return floor


def posts_below(floor: TagFloor, limit: int) -> list[int]:
    """The next posts with the tag that are rated lower, whatever their state."""
    lower = Q(rating__in=ORDER[: Rating(floor.rating).strength])
    found = Post.objects.filter(lower, tag_ids__contains=[floor.tag_id], pk__gt=floor.done_to or 0).order_by("pk")
    return list(found.values_list("pk", flat=True)[:limit])


def carry_out(raise_post: Callable[[int], object], stopping: Callable[[], bool], batch: int = 100) -> int:
    """Bring the posts that had a tag before it had its minimum up to it, each by `raise_post`; returns how many."""
    done = 0
    for floor in TagFloor.objects.exclude(done_to=None):
        while found := posts_below(floor, batch):
            for post_id in found:
                if stopping():
                    return done
                raise_post(post_id)
                done += 1
                floor.done_to = post_id
            # Only as long as nobody changed the minimum, which begins anew.
            same = TagFloor.objects.filter(pk=floor.pk, rating=floor.rating, at=floor.at)
            if not same.update(done_to=floor.done_to):
                break
        else:
            TagFloor.objects.filter(pk=floor.pk, rating=floor.rating, at=floor.at).update(done_to=None)
    return done
