"""What pages and programs are told of posts that look alike."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from gallery.models import Post
from gallery.similar.near import MOST, Near, near_among, sought_asset
from gallery.similar.sureness import Sureness, likeness, sureness
from gallery.visibility import Viewer, visible_posts


@dataclass(frozen=True)
class LikePost:
    """A post, with asset, author, stats and files loaded, and how much it looks like another.

    `score` is a percentage: 100 for the same hash, 76 for the farthest that is told of.
    """

    post: Post
    near: Near

    @property
    def sureness(self) -> Sureness:
        """How sure it is that one was made from the other."""
        return sureness(self.near.distance)

    @property
    def score(self) -> int:
        """Percent."""
        return likeness(self.near.distance)


def posts_like(viewer: Viewer, post: Post, *, limit: int = MOST, with_itself: bool = False) -> list[LikePost]:
    """Posts that look like this one, of those in this viewer's lists, the most alike first.

    That the viewer may see `post` is the caller's care.
    """
    seen = visible_posts(viewer)
    return loaded(near_among(seen if with_itself else seen & ~Q(pk=post.pk), sought_asset(post.asset), limit=limit))


def loaded(found: Iterable[Near]) -> list[LikePost]:
    """The posts of what was found, in its order."""
    listed = list(found)
    posts = Post.objects.select_related("asset", "author", "stats").prefetch_related("asset__files")
    rows = posts.in_bulk([one.post_id for one in listed])
    return [LikePost(rows[one.post_id], one) for one in listed if one.post_id in rows]
