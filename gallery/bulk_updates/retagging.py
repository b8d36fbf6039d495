"""Changing the tags of many posts in one transaction: every post, also those that only moderators can see."""

from collections import Counter
from collections.abc import Callable, Collection

from django.utils import timezone

from gallery.models import Post, User
from gallery.post_ratings.changes import rating_with_tags
from gallery.post_ratings.floors import floors_of
from gallery.post_state import counted
from gallery.tag_edits import MAX_TAGS, State, put_tags
from gallery.tag_edits.store import COLUMNS
from gallery.tag_edits.versions import record
from tagging.edit import change_post_counts
from tagging.models import Tag

Change = Callable[[frozenset[int]], frozenset[int]]
"""From the ids of a post's tags to what they shall be."""

WRITTEN = ["tag_ids", "tag_count", *COLUMNS.values(), "rating", "updated_at"]


def posts_with(tag_id: int, after_id: int, limit: int, *, lacking: Collection[int] = ()) -> list[Post]:
    """The next posts that have the tag, whatever their state, locked until the transaction ends; of those only the
    ones without some of the tags `lacking`, if there are any such."""
    found = Post.objects.filter(tag_ids__contains=[tag_id], pk__gt=after_id).order_by("pk")
    if lacking:
        found = found.exclude(tag_ids__contains=sorted(lacking))
    return list(found.select_for_update(of=("self",), no_key=True)[:limit])


def retag(editor: User, posts: list[Post], change: Change) -> int:
    """Gives each of the locked `posts` the tags that `change` makes of its own, with counters and versions.

    A post that gets a tag whose rule or minimum asks for a stricter rating gets that one, unless a moderator decided.
    One that would have more tags than a post can have is left as it is; returns how many those are.
    """
    wanted = {post.pk: change(frozenset(post.tag_ids)) for post in posts}
    full = {post.pk for post in posts if len(wanted[post.pk]) > max(MAX_TAGS, len(post.tag_ids))}
    changing = [post for post in posts if post.pk not in full and wanted[post.pk] != frozenset(post.tag_ids)]
    before = {post.pk: State.of(post) for post in changing}
    tags = Tag.objects.in_bulk(list(frozenset[int]().union(*(wanted[post.pk] for post in changing))))
    counts: Counter[int] = Counter()
    general_counts: Counter[int] = Counter()
    floors = floors_of(tags)
    for post in changing:
        kept = wanted[post.pk] & tags.keys()
        added = [tags[tag_id] for tag_id in kept - before[post.pk].tag_ids]
        post.rating = rating_with_tags(post, [tags[tag_id] for tag_id in kept], added, floors)
        post.tag_ids = sorted(kept)
        post.updated_at = timezone.now()
        for state, sign in ((before[post.pk].counted, -1), (counted(post), 1)):
            for tag_id in state.tag_ids:
                counts[tag_id] += sign
                general_counts[tag_id] += sign * state.general
    # All that is counted or gained or lost, in one go: whoever locks some tags and then others can wait in a circle.
    changed = frozenset[int]().union(*(wanted[post.pk] ^ before[post.pk].tag_ids for post in changing))
    tags |= _locked_tags(changed | {pk for pk in counts if counts[pk] or general_counts[pk]})
    for post in changing:
        put_tags(post, [tags[tag_id] for tag_id in post.tag_ids])
    Post.objects.bulk_update(changing, WRITTEN)
    change_post_counts(counts, general_counts)
    for post in changing:
        record(editor, post, before[post.pk])
    return len(full)


def _locked_tags(ids: Collection[int]) -> dict[int, Tag]:
    """These tags, locked in the order in which counters are and read again: a category that changes meanwhile waits
    for us. What else the posts have may be in others' hands; a change of its category waits for them.
    """
    return {tag.pk: tag for tag in Tag.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")}
