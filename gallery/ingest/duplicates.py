"""Whether a picture is here already, as far as somebody may know."""

from dataclasses import dataclass

from gallery.models import Asset, Post
from gallery.models.post import PostStatus
from gallery.visibility import Viewer, reachable_posts

# A copy of one of these would undo what was decided, or go before a decision.
HELD_BACK = frozenset(
    {PostStatus.PENDING, PostStatus.FLAGGED, PostStatus.REMOVED, PostStatus.APPEALED, PostStatus.QUARANTINED}
)


@dataclass(frozen=True)
class Duplicate:
    """`post`: the newest post of the same picture that the viewer may reach. `waits`: there is one that is held back or
    was taken down, so that what is sent waits for a moderator. One that is merely filtered from the viewer (by its
    rating, by the ceiling) is as none: whoever sends its copy learns nothing of it."""

    post: Post | None = None
    waits: bool = False


def find_duplicate(viewer: Viewer, *, file_sha256: str = "", pixel_sha256: str = "") -> Duplicate:
    """Look for posts of the same file, or of the same pixels in whatever file; hex digests, empty for not asked.

    The pixels are those of `Asset.pixel_sha256`. What nobody has posted is no duplicate: a draft is its owner's own.
    """
    same = Asset.objects.none()
    if file_sha256:
        same |= Asset.objects.filter(arrival__file_sha256=file_sha256)
    if pixel_sha256:
        same |= Asset.objects.filter(pixel_sha256=pixel_sha256)
    posts = Post.objects.filter(asset__in=same.values("pk"))
    reachable = posts.filter(reachable_posts(viewer)).order_by("-pk").first()
    return Duplicate(post=reachable, waits=posts.filter(status__in=HELD_BACK).exists())
