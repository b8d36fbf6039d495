"""What members think of posts: votes and favourites, with the sums that everybody sees.

Each function is one transaction: the vote or favourite and the sums in `PostStats` move together, under the lock of
the post and then of its sums (the order in which edits take them too), so that the sums are exact however many vote
at once. As on Danbooru, a favourite is an upvote too: it replaces a downvote, and taking it back takes the upvote back.
One's own posts can be kept, not voted on.

Votes and favourites of a post that was withdrawn or removed stay and count again when it comes back; those of a
disabled account stay. Rows that vanish with an account that is deleted would leave the sums behind: `take_back_all`
is called before.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q

from gallery.accounts.standing import require_may_act
from gallery.community.comment_votes import take_back_comment_votes
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Favourite, Post, PostStats, PostVote, User
from gallery.models.post import STANDING, PostStatus
from gallery.visibility import Viewer, reachable_posts

SCORES = (1, 0, -1)
# Views are counted without this lock, so a save must not write them back.
SUMS = ["score", "up_score", "down_score", "fav_count"]


@dataclass(frozen=True)
class Opinion:
    """What one viewer thinks of a post: `score` is 1, -1 or 0 (no vote)."""

    score: int = 0
    favourite: bool = False


@transaction.atomic
def vote(user: User, post: Post, score: int) -> PostStats:
    """Vote a post up (1) or down (-1), or take the vote back (0); the sums as they are then.

    Raises NotAllowed (a disabled account, one's own post), Invalid (no such post for this member, another score) and
    InvalidTransition (the post is not active).
    """
    if score not in SCORES:
        raise Invalid("unknown_vote", value=score)
    post, stats = _locked(user, post)
    if post.author_id == user.pk:
        raise NotAllowed("vote_on_own_post")
    _put_vote(user, post, stats, score)
    stats.save(update_fields=SUMS)
    return stats


@transaction.atomic
def favourite(user: User, post: Post) -> PostStats:
    """Keep a post, and vote it up unless it is one's own. Asked again, it changes nothing. Raises as `vote` does."""
    post, stats = _locked(user, post)
    if Favourite.objects.filter(user=user, post=post).exists():
        return stats
    Favourite.objects.create(user=user, post=post)
    stats.fav_count += 1
    if post.author_id != user.pk:
        _put_vote(user, post, stats, 1)
    stats.save(update_fields=SUMS)
    return stats


@transaction.atomic
def unfavourite(user: User, post: Post) -> PostStats:
    """Keep a post no longer; the upvote goes too, a downvote stays. Raises as `vote` does."""
    post, stats = _locked(user, post)
    deleted, _rows = Favourite.objects.filter(user=user, post=post).delete()
    if not deleted:
        return stats
    stats.fav_count -= 1
    if PostVote.objects.filter(user=user, post=post, score=1).exists():
        _put_vote(user, post, stats, 0)
    stats.save(update_fields=SUMS)
    return stats


def read_score(text: str) -> int:
    """A vote as a form sends it. Raises Invalid for anything but 1, -1 and 0."""
    scores = {str(score): score for score in SCORES}
    if text not in scores:
        raise Invalid("unknown_vote", value=text[:20])
    return scores[text]


def opinions_of(viewer: Viewer, post_ids: list[int]) -> dict[int, Opinion]:
    """What this viewer thinks of these posts; posts without vote or favourite are left out."""
    if not post_ids or not isinstance(viewer, User):
        return {}
    scores = dict(PostVote.objects.filter(user=viewer, post__in=post_ids).values_list("post_id", "score"))
    kept = favourites_among(viewer, post_ids)
    return {pk: Opinion(scores.get(pk, 0), pk in kept) for pk in scores.keys() | kept}


def favourites_among(viewer: Viewer, post_ids: list[int]) -> frozenset[int]:
    """Which of these posts this viewer keeps."""
    if not post_ids or not isinstance(viewer, User):
        return frozenset()
    return frozenset(Favourite.objects.filter(user=viewer, post__in=post_ids).values_list("post_id", flat=True))


def opinion_of(viewer: Viewer, post: Post) -> Opinion:
    """What this viewer thinks of one post."""
    return opinions_of(viewer, [post.pk]).get(post.pk, Opinion())


def take_back_all(user: User) -> int:
    """Take back every vote and favourite of an account, those on comments too, as before it is deleted; how many posts
    they were on."""
    voted = PostVote.objects.filter(user=user).values_list("post_id", flat=True)
    posts = sorted({*voted, *Favourite.objects.filter(user=user).values_list("post_id", flat=True)})
    for pk in posts:
        with transaction.atomic():
            Post.objects.select_for_update(no_key=True).get(pk=pk)
            PostStats.objects.select_for_update().get(post_id=pk)
            PostVote.objects.filter(user=user, post_id=pk).delete()
            Favourite.objects.filter(user=user, post_id=pk).delete()
            recount(pk)
    take_back_comment_votes(user)
    return len(posts)


@transaction.atomic
def take_back_favourites(user: User) -> int:
    """Take back every favourite of an account whose owner leaves; how many. Votes stay: they are the posts' sums, and
    nobody is told whose they are."""
    posts = list(Favourite.objects.filter(user=user).order_by("post").values_list("post_id", flat=True))
    for pk in posts:
        Post.objects.select_for_update(no_key=True).get(pk=pk)
        PostStats.objects.select_for_update().get(post_id=pk)
        Favourite.objects.filter(user=user, post_id=pk).delete()
        recount(pk)
    return len(posts)


@transaction.atomic
def recount(post_id: int) -> PostStats:
    """Make the sums of one post anew from its votes and favourites."""
    stats = PostStats.objects.select_for_update().get(post_id=post_id)
    sums = PostVote.objects.filter(post_id=post_id).aggregate(
        up=Count("pk", filter=Q(score=1)), down=Count("pk", filter=Q(score=-1))
    )
    stats.up_score, stats.down_score = sums["up"], sums["down"]
    stats.score = stats.up_score - stats.down_score
    stats.fav_count = Favourite.objects.filter(post_id=post_id).count()
    stats.save(update_fields=SUMS)
    return stats


def active_post(user: User, post: Post) -> Post:
    """The post as it is now, locked, if this member may think something of it. Raises as `vote` does.

    The lock keeps edits out, not the foreign keys of other votes; it is taken before that of the sums.
    """
    require_may_act(user)
    reachable = Post.objects.select_for_update(of=("self",), no_key=True).filter(reachable_posts(user), pk=post.pk)
    found = reachable.first()
    if found is None:
        raise Invalid("no_such_post", id=post.pk)
    if found.status not in STANDING:
        raise InvalidTransition("wrong_status", status=str(PostStatus(found.status).label))
    return found


def _locked(user: User, post: Post) -> tuple[Post, PostStats]:
    found = active_post(user, post)
    return found, PostStats.objects.select_for_update().get(post=found)


def _put_vote(user: User, post: Post, stats: PostStats, score: int) -> None:
    """Replace the vote there is, in the table and in locked sums that the caller saves."""
    before = PostVote.objects.filter(user=user, post=post).first()
    old = before.score if before else 0
    if old == score:
        return
    if before:
        before.delete()
    if score:
        PostVote.objects.create(user=user, post=post, score=score)
    stats.up_score += (score == 1) - (old == 1)
    stats.down_score += (score == -1) - (old == -1)
    stats.score = stats.up_score - stats.down_score
