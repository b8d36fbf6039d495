"""Locking a rating: from then on neither author, votes, programs nor tags change it, only moderators."""

from __future__ import annotations

from django.db import transaction

from gallery.errors import InvalidTransition
from gallery.models import Post, User
from gallery.models.moderation import ModerationKind
from gallery.models.rating import RatingKind
from gallery.moderation.acts import RERATABLE, begin, log_act
from gallery.post_ratings.sources import decide, sources_of
from gallery.ratings import Rating


@transaction.atomic
def lock_rating(moderator: User, post: Post, reason: str) -> Post:
    """Keep the rating that the post has. Raises NotAllowed, InvalidTransition (locked already) and Invalid (reason)."""
    return _set(moderator, post, reason, lock=True)


@transaction.atomic
def unlock_rating(moderator: User, post: Post, reason: str) -> Post:
    """Let it be raised again; it stays a moderator's decision. Raises as `lock_rating` does."""
    return _set(moderator, post, reason, lock=False)


def _set(moderator: User, post: Post, reason: str, *, lock: bool) -> Post:
    post = begin(moderator, post, RERATABLE)
    rating = Rating(post.rating)
    decided = sources_of(post, rating).get(RatingKind.MODERATOR)
    if (decided is not None and decided.locked) == lock:
        raise InvalidTransition("rating_locked_already" if lock else "rating_not_locked")
    log_act(moderator, ModerationKind.LOCK, post, reason, {"locked": lock, "rating": rating.value})
    decide(post, rating, rating, lock=lock)
    return post
