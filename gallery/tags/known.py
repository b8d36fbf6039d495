"""Which tags a viewer may be told of: in completion, and beside a search that finds nothing.

A tag on hidden posts alone would say what is on them, so it is mentioned to nobody who cannot reach one of those
posts. What stands on general posts or came with a model everybody may know; for visitors that is all, and costs no
look at any post.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from gallery.errors import SearchTimeout
from gallery.models import Post
from gallery.search.budget import time_budget
from gallery.visibility import Viewer, reachable_posts, signed_in
from tagging.completion import Completion, complete
from tagging.completion_rows import Among, Condition
from tagging.models import KNOWN_TO_ALL, Tag
from tagging.suggest import nearest_tags

TYPING_MS = 250
"""Nobody waits longer for a list while they type."""

Found = TypeVar("Found")


def told_to(viewer: Viewer) -> Q:
    """The tags that this viewer may be told of, as a condition on `Tag`."""
    if not signed_in(viewer):
        return KNOWN_TO_ALL
    with_it = Post.objects.filter(reachable_posts(viewer), tag_ids__contains=[OuterRef("pk")])
    return KNOWN_TO_ALL | Q(Exists(with_it))


def mentionable_tags(viewer: Viewer, names: Iterable[str]) -> set[str]:
    """Those of the tags `names` that this viewer may be told of."""
    return set(Tag.objects.filter(told_to(viewer), name__in=list(names)).values_list("name", flat=True))


def complete_for(
    viewer: Viewer, typed: str, limit: int, *, deprecated: bool = True, vocabulary_first: bool = False
) -> list[Completion]:
    """`tagging.completion.complete` with nothing that the viewer may not be told of; nothing if it takes too long.

    `deprecated`: whether tags that can be added to no post come too; `vocabulary_first`: models' words before others.
    """
    return _in_time(
        lambda others: complete(typed, limit, among=Among(True, deprecated, vocabulary_first, others)), viewer
    )


def nearest_for(viewer: Viewer, name: str, limit: int) -> list[str]:
    """`tagging.suggest.nearest_tags` with nothing that the viewer may not be told of; nothing if it takes too long."""
    return _in_time(lambda others: nearest_tags(name, limit, among=Among(True, others=others)), viewer)


def _in_time(find: Callable[[Condition | None], list[Found]], viewer: Viewer) -> list[Found]:
    """What is found for this viewer; where posts have to be asked about too many tags, what everybody may know."""
    for others in [_reached_by(viewer), None] if signed_in(viewer) else [None]:
        try:
            with time_budget(TYPING_MS):
                return find(others)
        except SearchTimeout:
            continue
    return []


def _reached_by(viewer: Viewer) -> Condition:
    """Whether the viewer can reach a post with the tag. The database asks only of tags that not everybody may know."""
    with_it = Post.objects.filter(reachable_posts(viewer), tag_ids__contains=[RawSQL("t.id", ())])
    sql, params = with_it.order_by().values("pk").query.sql_with_params()
    return Condition(f"EXISTS ({sql})", params)
