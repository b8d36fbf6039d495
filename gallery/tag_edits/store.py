"""The one place that writes a post's tags, so that the tags' counters and the post's own are always right."""

from collections import Counter
from collections.abc import Iterable

from gallery.models import Post
from tagging.models import Category, Tag

COLUMNS = {
    Category.GENERAL: "general_tags",
    Category.ARTIST: "artist_tags",
    Category.COPYRIGHT: "copyright_tags",
    Category.CHARACTER: "character_tags",
    Category.META: "meta_tags",
    Category.MODEL: "model_tags",
}


def put_tags(post: Post, tags: Iterable[Tag]) -> None:
    """Sets the tags on the object, with their numbers by category; the caller saves it and moves the tags' counters
    (`tagging.edit.move_post_counts`)."""
    found = {tag.pk: tag for tag in tags}
    post.tag_ids = sorted(found)
    post.tag_count = len(found)
    by_category = Counter(tag.category for tag in found.values())
    for category, column in COLUMNS.items():
        setattr(post, column, by_category[category])
