"""Parents and children of posts: who may be whose, and what a viewer is shown of them."""

from dataclasses import dataclass

from gallery.errors import Invalid
from gallery.labels.zones import in_zone
from gallery.models import Post, User
from gallery.tag_edits.store import MAX_CHILDREN
from gallery.visibility import Viewer, reachable_posts

SHOWN_RELATIVES = 30


def require_parent(editor: User, parent_id: int) -> None:
    """Raises Invalid unless the editor can open the post that is to be a parent."""
    if not Post.objects.filter(reachable_posts(editor), pk=parent_id).exists():
        raise Invalid("parent_unknown", id=parent_id)


def may_be_parent(author: User, parent: Post) -> bool:
    """Whether a new post of `author` can stand below this one: they can open it, and it has room for another child.

    No circle can come of it: a new post has no children.
    """
    reachable = Post.objects.filter(reachable_posts(author), pk=parent.pk).exists()
    return reachable and Post.objects.filter(parent=parent).count() < MAX_CHILDREN


@dataclass(frozen=True)
class Relatives:
    """The posts around one that the viewer may see; siblings have the same parent."""

    parent: Post | None
    siblings: list[Post]
    children: list[Post]

    def __bool__(self) -> bool:
        return self.parent is not None or bool(self.siblings) or bool(self.children)


def relatives(post: Post, viewer: Viewer) -> Relatives:
    """What this viewer may see around the post, in their zone. A parent out of reach takes the siblings with it."""
    around = Post.objects.filter(reachable_posts(viewer)).select_related("asset", "author")
    around = around.prefetch_related("asset__files").order_by("pk")
    parent = around.filter(pk=post.parent_id).first() if post.parent_id else None
    shown = around.filter(in_zone(viewer))
    siblings = shown.filter(parent=parent).exclude(pk=post.pk) if parent else around.none()
    return Relatives(
        parent if parent is None or shown.filter(pk=parent.pk).exists() else None,
        list(siblings[:SHOWN_RELATIVES]),
        list(shown.filter(parent=post)[:SHOWN_RELATIVES]),
    )
