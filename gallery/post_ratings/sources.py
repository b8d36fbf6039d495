"""What each source says about a post, and the rule of which rating counts. Call all of this with the post locked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from gallery.models import Post, RatingSource, RatingVersion, User
from gallery.models.moderation import ModerationKind
from gallery.models.rating import RatingKind
from gallery.ratings import ORDER, Rating, strictest

Rows = dict[RatingKind, RatingSource]

# A moderator who looked knows better than any program, whatever it says later.
_MACHINES = frozenset({RatingKind.RULES, RatingKind.RATER})


def rating_that_counts(rows: Iterable[RatingSource]) -> Rating:
    """A moderator's locked word alone; else the strictest of what counts and was not overruled."""
    said = list(rows)
    for row in said:
        if row.kind == RatingKind.MODERATOR and row.locked:
            return Rating(row.rating)
    return strictest([Rating(row.counts) for row in said if row.counts and not row.overruled])


def sources_of(post: Post, rated: Rating) -> Rows:
    """Who says what about a post that is rated `rated`; one of before there were sources gets its first ones."""
    rows = {RatingKind(row.kind): row for row in RatingSource.objects.filter(post=post)}
    return rows or _first_rows(post, rated)


def say(
    rows: Rows,
    post: Post,
    kind: RatingKind,
    rating: Rating,
    *,
    counts: Rating | None,
    confidence: float | None = None,
    reasons: Iterable[dict[str, str]] = (),
    version: str = "",
) -> RatingSource:
    """Write down what one of them says now. After a moderator's decision programs are heard no more, and others only
    where they ask for more than was decided."""
    row = rows.get(kind) or RatingSource(post=post, kind=kind)
    decided = rows.get(RatingKind.MODERATOR)
    if kind != RatingKind.MODERATOR and decided is not None:
        above = counts is not None and counts.strength > Rating(decided.rating).strength
        # An author can repeat what was decided.
        above |= kind == RatingKind.AUTHOR and rating == decided.rating
        row.overruled = kind in _MACHINES or not above
    row.rating, row.counts = rating, counts or ""
    row.confidence, row.reasons, row.version = confidence, list(reasons), version
    row.save()
    rows[kind] = row
    return row


def decide(post: Post, rated: Rating, rating: Rating, *, lock: bool | None = None) -> None:
    """A moderator's word: all that was said until now is answered by it. `rated` is the rating of before; `lock`: None
    leaves a lock as it is."""
    rows = sources_of(post, rated)
    row = rows.get(RatingKind.MODERATOR) or RatingSource(post=post, kind=RatingKind.MODERATOR)
    row.rating = row.counts = rating
    row.locked = row.locked if lock is None else lock
    row.save()
    RatingSource.objects.filter(post=post).exclude(kind=RatingKind.MODERATOR).update(overruled=True)
    post.rating_votes.filter(answered=False).update(answered=True)


def record_rating(
    post: Post, kind: RatingKind, *, before: Rating | None, by: User | None = None, reason: str = ""
) -> None:
    """Write the rating that a post has now into its history; `before` is None for a new post."""
    newest = post.rating_versions.order_by("-number").first()
    number = newest.number if newest else 0
    if newest is None and before is not None:
        _add(post, 1, before, RatingKind.AUTHOR, post.author, post.created_at)
        number = 1
    at = post.created_at if before is None else timezone.now()
    _add(post, number + 1, Rating(post.rating), kind, by, at, reason)


def one_step_above(rating: Rating) -> Rating:
    """The next stricter one; explicit for explicit."""
    return ORDER[min(rating.strength + 1, len(ORDER) - 1)]


def _first_rows(post: Post, rated: Rating) -> Rows:
    """What was known before there were sources: the last moderator's decision, and that an author can only go above."""
    rows: Rows = {}
    acts: Any = post.moderation_actions.filter(kind=ModerationKind.RERATE)
    last = acts.order_by("-pk").first()
    if last is not None:
        decided = Rating(last.details["to"])
        say(rows, post, RatingKind.MODERATOR, decided, counts=decided)
    say(rows, post, RatingKind.AUTHOR, rated, counts=rated)
    return rows


def _add(
    post: Post, number: int, rating: Rating, kind: RatingKind, by: User | None, at: datetime, reason: str = ""
) -> None:
    RatingVersion.objects.create(post=post, number=number, rating=rating, kind=kind, by=by, at=at, reason=reason)
