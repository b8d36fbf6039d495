"""Which tags a viewer may be told of: in completion, and beside a search that finds nothing.

A tag on hidden posts alone would say what is on them, so it is mentioned to nobody who cannot reach one of those
posts. What stands on general posts or came with a model everybody may know; for visitors that is all, and costs no
look at any post.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from gallery.models import Post
from gallery.visibility import Viewer, reachable_posts, signed_in
from tagging.completion import Completion, complete
from tagging.models import KNOWN_TO_ALL, Tag
from tagging.suggest import nearest_tags

# For members more are looked up than shown, since some may stand on hidden posts alone.
COMPLETION_CANDIDATES = 30
NEAREST_CANDIDATES = 12


def mentionable_tags(viewer: Viewer, names: Iterable[str]) -> set[str]:
    """Those of the tags `names` that this viewer may be told of."""
    told = KNOWN_TO_ALL
    if signed_in(viewer):
        with_it = Post.objects.filter(reachable_posts(viewer), tag_ids__contains=[OuterRef("pk")])
        told = KNOWN_TO_ALL | Q(Exists(with_it))
    return set(Tag.objects.filter(told, name__in=list(names)).values_list("name", flat=True))


def complete_for(viewer: Viewer, typed: str, limit: int) -> list[Completion]:
    """`tagging.completion.complete` with nothing that the viewer may not be told of."""
    if not signed_in(viewer):
        return complete(typed, limit, among=KNOWN_TO_ALL)
    found = complete(typed, COMPLETION_CANDIDATES)
    told = mentionable_tags(viewer, [line.name for line in found])
    return [line for line in found if line.name in told][:limit]


def nearest_for(viewer: Viewer, name: str, limit: int) -> list[str]:
    """`tagging.suggest.nearest_tags` with nothing that the viewer may not be told of."""
    if not signed_in(viewer):
        return nearest_tags(name, limit, among=KNOWN_TO_ALL)
    near = nearest_tags(name, NEAREST_CANDIDATES)
    told = mentionable_tags(viewer, near)
    return [other for other in near if other in told][:limit]
