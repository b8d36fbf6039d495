"""What rested on the rating votes of somebody who was banned, or whose ban was lifted, is counted anew."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from gallery.models import Ban, Post, RatingSource, RatingVote
from gallery.models.rating import RatingKind
from gallery.models.review import CaseKind
from gallery.moderation.cases import open_case
from gallery.post_ratings.settling import settle
from gallery.post_ratings.sources import rating_that_counts, sources_of
from gallery.post_ratings.trust import is_trusted
from gallery.post_ratings.votes import agreed_rating
from gallery.post_state import locked
from gallery.ratings import Rating


def recount_votes(stopping: Callable[[], bool] = lambda: False) -> int:
    """Count anew what each ban that came or went since touches; how many posts. Goes on where it was stopped."""
    done = 0
    for ban in Ban.objects.filter(recounted=False).select_related("person").order_by("pk"):
        voted = RatingVote.objects.filter(by=ban.person)
        resting = RatingSource.objects.filter(kind=RatingKind.VOTES, overruled=False, post__in=voted.values("post"))
        for post_id in resting.order_by("post").values_list("post_id", flat=True):
            if stopping():
                return done
            done += recount(post_id)
        # Unless it was lifted meanwhile, after which all is to be counted once more.
        Ban.objects.filter(pk=ban.pk, lifted_at=ban.lifted_at).update(recounted=True)
    return done


@transaction.atomic
def recount(post_id: int) -> bool:
    """Count the votes on a post's rating as they count now. Votes never lower a rating: one that rested on votes which
    count no more stays until a moderator, who gets a case, has looked. Returns whether anything changed."""
    post = locked(Post(pk=post_id))
    before = Rating(post.rating)
    rows = sources_of(post, before)
    row = rows.get(RatingKind.VOTES)
    if row is None or row.overruled:
        return False
    votes = RatingVote.objects.filter(post=post, answered=False).select_related("by")
    agreed = agreed_rating([Rating(vote.rating) for vote in votes if is_trusted(vote.by)])
    was, row.counts = row.counts, agreed or ""
    if row.counts == was:
        return False
    if rating_that_counts(rows.values()).strength < before.strength:
        # The row keeps what it said, for the rating rests on it still.
        open_case(CaseKind.RATING, post=post, facts={"votes_gone": before.value})
        return True
    row.save(update_fields=["counts", "at"])
    return settle(post, RatingKind.VOTES)
