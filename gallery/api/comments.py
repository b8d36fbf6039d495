"""Comments as JSON, in Danbooru's shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from gallery.community.comment_visibility import visible_below, visible_comments
from gallery.models import Comment, Post
from gallery.visibility import Viewer, reachable_posts


def comments_for(viewer: Viewer, post_id: int | None, below: int | None) -> QuerySet[Comment] | None:
    """The newest comments first, of all posts of this viewer's lists or of one that they can open (None where they
    can't); those with a number `below` another."""
    if post_id is None:
        found = Comment.objects.filter(visible_comments(viewer))
    else:
        post = Post.objects.filter(reachable_posts(viewer), pk=post_id).first()
        if post is None:
            return None
        found = Comment.objects.filter(visible_below(viewer, post))
    if below is not None:
        found = found.filter(pk__lt=below)
    return found.select_related("author").order_by("-pk")


def comments_as_json(comments: Iterable[Comment]) -> list[dict[str, Any]]:
    """Standing comments with their author loaded; `body` is the text as it was typed."""
    return [
        {
            "id": comment.pk,
            "post_id": comment.post_id,
            "creator_id": comment.author_id,
            "creator_name": comment.author.username,
            "body": comment.text,
            "score": comment.score,
            "created_at": comment.at.isoformat(),
            "updated_at": (comment.edited_at or comment.at).isoformat(),
            "is_deleted": False,
        }
        for comment in comments
    ]
