"""Changing the tags of many posts in one transaction: every post, also those that only moderators can see."""

from collections import Counter
from collections.abc import Callable, Iterable

from django.utils import timezone

from gallery.models import Post, User
from gallery.post_state import counted, decided_rating
from gallery.rating import suggest_rating
from gallery.ratings import Rating, strictest
from gallery.tag_edits import State, put_tags
from gallery.tag_edits.store import COLUMNS
from gallery.tag_edits.versions import record
from tagging.edit import change_post_counts
from tagging.models import Tag

Change = Callable[[frozenset[int]], frozenset[int]]
"""From the ids of a post's tags to what they shall be."""

WRITTEN = ["tag_ids", "tag_count", *COLUMNS.values(), "rating", "updated_at"]


def posts_with(tag_id: int, after_id: int, limit: int) -> list[Post]:
    """The next posts that have the tag, whatever their state, locked until the transaction ends."""
    found = Post.objects.filter(tag_ids__contains=[tag_id], pk__gt=after_id).order_by("pk")
    return list(found.select_for_update(of=("self",), no_key=True)[:limit])


def retag(editor: User, posts: list[Post], change: Change) -> None:
    """Gives each of the locked `posts` the tags that `change` makes of its own, with counters and versions.

    A post that gets a tag whose rule asks for a stricter rating gets that rating, unless a moderator decided.
    """
    wanted = {post.pk: change(frozenset(post.tag_ids)) for post in posts}
    changing = [post for post in posts if wanted[post.pk] != frozenset(post.tag_ids)]
    before = {post.pk: State.of(post) for post in changing}
    tags = Tag.objects.in_bulk(list(frozenset[int]().union(*(wanted[post.pk] for post in changing))))
    tags |= _locked_tags(wanted[post.pk] ^ before[post.pk].tag_ids for post in changing)
    counts: Counter[int] = Counter()
    general_counts: Counter[int] = Counter()
    for post in changing:
        put_tags(post, [tags[tag_id] for tag_id in wanted[post.pk] if tag_id in tags])
        added = wanted[post.pk] - before[post.pk].tag_ids
        post.rating = _rating_with(post, [tags[tag_id].name for tag_id in added if tag_id in tags])
        post.updated_at = timezone.now()
        for state, sign in ((before[post.pk].counted, -1), (counted(post), 1)):
            for tag_id in state.tag_ids:
                counts[tag_id] += sign
                general_counts[tag_id] += sign * state.general
    Post.objects.bulk_update(changing, WRITTEN)
    change_post_counts(counts, general_counts)
    for post in changing:
        record(editor, post, before[post.pk])


def _locked_tags(sets: Iterable[frozenset[int]]) -> dict[int, Tag]:
    """Tags that posts gain or lose, locked in the order in which counters are and read again: a category that changes
    meanwhile waits for us. What else the posts have may be in others' hands; a change of its category waits for them.
    """
    ids = frozenset[int]().union(*sets)
    return {tag.pk: tag for tag in Tag.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")}


def _rating_with(post: Post, added: list[str]) -> Rating:
    rating = Rating(post.rating)
    stricter = strictest([rating, suggest_rating(added, "").rating])
    return rating if stricter == rating or decided_rating(post) is not None else stricter
