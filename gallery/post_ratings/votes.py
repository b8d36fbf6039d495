"""Votes for a stricter rating: two trusted members raise it at once, three others call a moderator; none lowers it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from gallery.accounts.standing import banned_people, require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Post, RatingVote, User
from gallery.models.rating import RatingKind
from gallery.models.review import CaseKind
from gallery.moderation.cases import open_case
from gallery.post_ratings.settling import settle
from gallery.post_ratings.sources import Rows, say, sources_of
from gallery.post_ratings.trust import is_trusted
from gallery.post_state import EDITABLE, checked_rating, require_status
from gallery.ratings import Rating
from gallery.visibility import reachable_posts

TOGETHER = 2
CALL_A_MODERATOR = 3
VOTES_A_DAY = 100


@transaction.atomic
def vote(by: User, post: Post, rating: str) -> RatingVote:
    """Find that a post needs this stricter rating; voted again, the new vote replaces the old one.

    Raises NotAllowed (a disabled account, one's own post), Invalid (no such post or rating, too many in a day) and
    InvalidTransition (not stricter than it is, locked, the state of the post).
    """
    post, rows = _begin(by, post)
    wanted = checked_rating(rating)
    decided = rows.get(RatingKind.MODERATOR)
    if decided is not None and decided.locked:
        raise InvalidTransition("rating_is_locked", rating=Rating(decided.rating).label)
    if wanted.strength <= Rating(post.rating).strength:
        raise InvalidTransition("vote_not_stricter", rating=Rating(post.rating).label)
    # One after another for each person, so that no two count the same ones.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    recent = RatingVote.objects.filter(by=by, at__gt=timezone.now() - timedelta(days=1)).exclude(post=post)
    if recent.count() >= VOTES_A_DAY:
        raise Invalid("too_many_rating_votes", limit=VOTES_A_DAY)
    cast, _made = RatingVote.objects.update_or_create(
        post=post,
        by=by,
        defaults={"rating": wanted, "against": post.rating, "answered": False, "at": timezone.now()},
    )
    _count(post, rows)
    return cast


@transaction.atomic
def take_vote_back(by: User, post: Post) -> None:
    """Vote no more; what the vote raised stays. Without a vote that waits nothing happens. Raises as `vote` does."""
    post, _rows = _begin(by, post)
    RatingVote.objects.filter(post=post, by=by, answered=False).delete()


def agreed_rating(voted: Iterable[Rating]) -> Rating | None:
    """What the two strictest of trusted members' votes find at least; None for fewer than two."""
    strictest_first = sorted(voted, key=lambda rating: -rating.strength)
    return strictest_first[TOGETHER - 1] if len(strictest_first) >= TOGETHER else None


def _begin(by: User, post: Post) -> tuple[Post, Rows]:
    require_may_act(by)
    found = Post.objects.select_for_update(of=("self",)).filter(reachable_posts(by), pk=post.pk).first()
    if found is None:
        raise Invalid("no_such_post", id=post.pk)
    if found.author_id == by.pk:
        raise NotAllowed("own_rating_vote")
    require_status(found, EDITABLE)
    return found, sources_of(found, Rating(found.rating))


def _count(post: Post, rows: Rows) -> None:
    votes = list(
        RatingVote.objects.filter(post=post, answered=False).exclude(by__in=banned_people()).select_related("by")
    )
    votes = [one for one in votes if Rating(one.rating).strength > Rating(post.rating).strength]
    agreed = agreed_rating([Rating(one.rating) for one in votes if is_trusted(one.by)])
    if agreed is not None:
        say(rows, post, RatingKind.VOTES, agreed, counts=agreed)
        settle(post, RatingKind.VOTES)
    elif len(votes) >= CALL_A_MODERATOR:
        open_case(CaseKind.RATING, post=post, facts={"votes": sorted(one.rating for one in votes)})
