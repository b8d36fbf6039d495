"""What a post is like in all that can be edited, so that the old and the new can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.models import Post
from gallery.post_state import counted
from tagging.edit import Counted


@dataclass(frozen=True)
class State:
    """One state; `counted` is how the tags' counters hold the post."""

    tag_ids: frozenset[int]
    rating: str
    parent_id: int | None
    source: str
    counted: Counted

    @classmethod
    def of(cls, post: Post) -> State:
        """The post as its object is now."""
        return cls(frozenset(post.tag_ids), post.rating, post.parent_id, post.source, counted(post))
