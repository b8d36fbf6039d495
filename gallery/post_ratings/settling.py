"""Bringing a post to the rating that counts, after somebody else than its author or a moderator said something.

The house account does it, the log says why, and the author is told and can appeal.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gallery.accounts.house import house_account
from gallery.models import ModerationAction, Post
from gallery.models.moderation import ModerationKind
from gallery.models.post import PostStatus
from gallery.models.rating import RatingKind
from gallery.models.review import Detection, Restriction, SiteRule
from gallery.moderation.statements import state_reasons
from gallery.post_ratings.sources import rating_that_counts, record_rating, sources_of
from gallery.posts import set_rating
from gallery.ratings import Rating, strictest

_REASONS = {
    RatingKind.RATER: gettext_noop("The rating program finds that the picture needs a stricter rating."),
    RatingKind.VOTES: gettext_noop("At least two trusted members find that the picture needs a stricter rating."),
    RatingKind.FLOOR: gettext_noop("One of its tags asks for this rating at least."),
}
_DETECTIONS = {
    RatingKind.RATER: Detection.AUTOMATED,
    RatingKind.VOTES: Detection.REPORT,
    RatingKind.FLOOR: Detection.AUTOMATED,
}


def settle(post: Post, kind: RatingKind) -> bool:
    """Rate a locked post as what stands in its sources has it, since `kind` said something; never lower than now.

    Returns whether that changed anything. Call it in the transaction that wrote the source.
    """
    before = Rating(post.rating)
    after = strictest([before, rating_that_counts(sources_of(post, before).values())])
    if after == before:
        return False
    house, reason = house_account(), _(_REASONS[kind])
    set_rating(house, post, after)
    record_rating(post, kind, before=before)
    details = {"from": before.value, "to": after.value, "by": kind.value}
    act = ModerationAction.objects.create(
        actor=house, kind=ModerationKind.RERATE, post=post, reason=reason, details=details
    )
    if post.status == PostStatus.QUARANTINED:
        # Whoever posted it is told nothing any more.
        return True
    state_reasons(
        act,
        post.author,
        Restriction.RATING,
        SiteRule.RATING,
        detection=_DETECTIONS[kind],
        automated=kind != RatingKind.VOTES,
    )
    return True
