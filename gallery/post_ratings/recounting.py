"""What rested on the rating votes of somebody who was banned, or whose ban was lifted, is counted anew."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from gallery.accounts.house import house_account
from gallery.models import Ban, ModerationAction, Post, RatingSource, RatingVote
from gallery.models.moderation import ModerationKind
from gallery.models.rating import RatingKind
from gallery.models.review import CaseKind
from gallery.moderation.cases import open_case
from gallery.post_ratings.settling import settle
from gallery.post_ratings.sources import rating_that_counts, record_rating, sources_of
from gallery.post_ratings.trust import is_trusted
from gallery.post_ratings.votes import agreed_rating
from gallery.post_state import locked
from gallery.posts import set_rating
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
    """Let a post's rating rest on the votes that count now. A rating that rested on others' is lowered, and a moderator
    called to look at it. Returns whether anything changed."""
    post = locked(Post(pk=post_id))
    before = Rating(post.rating)
    rows = sources_of(post, before)
    row = rows.get(RatingKind.VOTES)
    if row is None or row.overruled:
        return False
    votes = RatingVote.objects.filter(post=post, answered=False).select_related("by")
    agreed = agreed_rating([Rating(vote.rating) for vote in votes if is_trusted(vote.by)])
    counts = agreed or ""
    if row.counts == counts:
        return False
    rested = row.counts == before
    row.counts = counts
    row.save(update_fields=["counts", "at"])
    if not rested:
        return settle(post, RatingKind.VOTES)
    after = rating_that_counts(rows.values())
    if after.strength < before.strength:
        _lower(post, before, after)
    return True


def _lower(post: Post, before: Rating, after: Rating) -> None:
    house = house_account()
    reason = _("The rating rested on the votes of an account that is banned now.")
    set_rating(house, post, after)
    record_rating(post, RatingKind.VOTES, before=before)
    details = {"from": before.value, "to": after.value, "by": RatingKind.VOTES.value}
    ModerationAction.objects.create(actor=house, kind=ModerationKind.RERATE, post=post, reason=reason, details=details)
    open_case(CaseKind.RATING, post=post, facts={"votes_gone": before.value})
