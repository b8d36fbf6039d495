"""Whether a picture is here already, as far as somebody may know."""

from dataclasses import dataclass

from gallery.models import Asset, Post
from gallery.visibility import Viewer, reachable_posts


@dataclass(frozen=True)
class Duplicate:
    """`post`: the newest post of the same picture that the viewer may reach. `waits`: there is none of those, but one
    that they may not reach; what is sent then waits for review. Nothing tells which one, or why."""

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
    if reachable is not None:
        return Duplicate(post=reachable)
    return Duplicate(waits=posts.exists())
