"""Which tags a viewer may be told of: in completion, and beside a search that finds nothing.

A tag on hidden posts alone would say what is on them, so it is mentioned to nobody who cannot reach one of those
posts. What stands on general posts or came with a model everybody may know; for visitors that is all, and costs no
look at any post.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from gallery.models import Post
from gallery.visibility import Viewer, reachable_posts, signed_in
from tagging.completion import Completion, Told, complete
from tagging.completion_rows import Among, Row
from tagging.models import KNOWN_TO_ALL, Tag
from tagging.suggest import nearest_tags


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
    """`tagging.completion.complete` with nothing that the viewer may not be told of.

    `deprecated`: whether tags that can be added to no post come too; `vocabulary_first`: models' words before others.
    """
    among = Among(not signed_in(viewer), deprecated, vocabulary_first)
    return complete(typed, limit, among=among, told=_told(viewer))


def nearest_for(viewer: Viewer, name: str, limit: int) -> list[str]:
    """`tagging.suggest.nearest_tags` with nothing that the viewer may not be told of."""
    return nearest_tags(name, limit, among=Among(known_to_all=not signed_in(viewer)), told=_told(viewer))


def _told(viewer: Viewer) -> Told | None:
    """For members the posts are asked, but only about tags that not everybody may know; visitors' tags are chosen by
    the database."""
    if not signed_in(viewer):
        return None

    def told(rows: list[Row]) -> set[str]:
        known = {row.name for row in rows if row.known_to_all}
        unsure = {row.name for row in rows} - known
        return known | (mentionable_tags(viewer, unsure) if unsure else set())

    return told
