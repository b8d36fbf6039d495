"""The one place that writes a post's tags, so that the tags' counters, the post's own and its history are right."""

from collections import Counter
from collections.abc import Collection, Iterable

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from gallery.errors import Invalid
from gallery.models import Post, User
from gallery.tag_edits.state import State
from gallery.tag_edits.versions import record
from tagging.edit import move_post_counts
from tagging.models import Category, Tag

COLUMNS = {
    Category.GENERAL: "general_tags",
    Category.ARTIST: "artist_tags",
    Category.COPYRIGHT: "copyright_tags",
    Category.CHARACTER: "character_tags",
    Category.META: "meta_tags",
    Category.MODEL: "model_tags",
}
MAX_CHILDREN = 30
LOCKING_TRIES = 10

# The numbers are those of `Category`.
_RECOUNT = """
UPDATE gallery_post p SET
    general_tags = c.general, artist_tags = c.artist, copyright_tags = c.copyright,
    character_tags = c.character, meta_tags = c.meta, model_tags = c.model
FROM (
    SELECT q.id,
        count(*) FILTER (WHERE t.category = 0) AS general, count(*) FILTER (WHERE t.category = 1) AS artist,
        count(*) FILTER (WHERE t.category = 3) AS copyright, count(*) FILTER (WHERE t.category = 4) AS character,
        count(*) FILTER (WHERE t.category = 5) AS meta, count(*) FILTER (WHERE t.category = 6) AS model
    FROM gallery_post q CROSS JOIN LATERAL unnest(q.tag_ids) AS u(tag_id) JOIN tagging_tag t ON t.id = u.tag_id
    WHERE q.tag_ids @> ARRAY[%s::int] GROUP BY q.id
) c
WHERE p.id = c.id
"""


def put_tags(post: Post, tags: Iterable[Tag]) -> None:
    """Sets the tags on the object, with their numbers by category; the caller saves it and moves the tags' counters
    (`tagging.edit.move_post_counts`)."""
    found = {tag.pk: tag for tag in tags}
    post.tag_ids = sorted(found)
    post.tag_count = len(found)
    by_category = Counter(tag.category for tag in found.values())
    for category, column in COLUMNS.items():
        setattr(post, column, by_category[category])


def write(editor: User, post: Post, tags: Iterable[Tag], before: State) -> None:
    """Save a locked post with these tags, and with whatever else was set on the object since `before`: the tags'
    counters follow, and the change stands in the post's history as `editor`'s.

    Call it in a transaction. Raises Invalid for a parent that cannot be.
    """
    recounted = State.of(post).counted.general != before.counted.general
    put_tags(post, locked_tags(tags, before.tag_ids, recounted))
    after = State.of(post)
    save_with_parent(post, parent_changed=after.parent_id != before.parent_id)
    move_post_counts(before.counted, after.counted)
    record(editor, post, before)


def locked_tags(tags: Iterable[Tag], before: Iterable[int] = (), recounted: bool = False) -> list[Tag]:
    """The tags, of which those that a post with the tags `before` gains or loses are locked in the order in which
    counters are, and read again: a category that changes meanwhile waits for the post to be written.

    `recounted`: the counters of all tags move, as when the rating does; then all are locked here. Locked in two rounds,
    two posts with the same tags could wait for each other in a circle.
    """
    found = {tag.pk: tag for tag in tags}
    changed = set(before) | found.keys() if recounted else set(before) ^ found.keys()
    for tag in Tag.objects.select_for_update(no_key=True).filter(pk__in=changed).order_by("pk"):
        if tag.pk in found:
            found[tag.pk] = tag
    return list(found.values())


def save_with_parent(post: Post, *, parent_changed: bool) -> None:
    """Save the row; a parent that would be its own ancestor, or would have too many children, is Invalid."""
    try:
        post.save()
    except IntegrityError as error:
        cause = getattr(error.__cause__, "diag", None)
        if cause and cause.constraint_name in {"post_parents_no_circle", "post_not_its_own_parent"}:
            raise Invalid("parent_circle", id=post.parent_id) from error
        raise
    # The trigger that looks for circles lets one transaction at a time change parents, so that nobody else counts now.
    if parent_changed and post.parent_id and Post.objects.filter(parent=post.parent_id).count() > MAX_CHILDREN:
        raise Invalid("too_many_children", id=post.parent_id, limit=MAX_CHILDREN)


def recount_categories(tag: Tag) -> None:
    """Count the tags by category again on every post with `tag`, whose category has changed.

    `gallery.tag_edits.curation.recategorise` does both in the right order.
    """
    lock_posts_with([tag.pk])
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, [tag.pk])


def lock_posts_with(tag_ids: Collection[int], also: Collection[int] = (), children_of: int | None = None) -> set[int]:
    """Lock every post with one of these tags, those of the numbers `also` and the children of a post, all in the order
    of their numbers: who edits one of them waits, or is waited for. Returns the numbers of those it locked.
    """
    meant = Q(pk__in=also)
    if tag_ids:
        meant |= Q(tag_ids__overlap=list(tag_ids))
    if children_of is not None:
        meant |= Q(parent=children_of)
    posts = Post.objects.filter(meant).order_by("pk").values_list("pk", flat=True)
    found: set[int] = set()
    for _try in range(LOCKING_TRIES):
        with transaction.atomic():
            found = set(posts.select_for_update(of=("self",)).iterator())
            if found == set(posts.iterator()):
                break
            # While this waited, a post gained a tag or a parent. Locked now it would be locked out of order, and two
            # people could wait for each other: let go of all, and begin again.
            transaction.set_rollback(True)
    else:
        found = set(posts.select_for_update(of=("self",)).iterator())
    return found


def lock_tags(tag_ids: Collection[int]) -> None:
    """Lock tags in the order in which counters are, for one who will write several of them one after the other."""
    list(Tag.objects.select_for_update(no_key=True).filter(pk__in=tag_ids).order_by("pk").values_list("pk"))
