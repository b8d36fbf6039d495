"""Pictures that are posted already: they can't be posted another time, from whatever file."""

from collections.abc import Iterable

from gallery.models import Post, User
from gallery.post_state import EDITABLE
from gallery.visibility import reachable_posts


def posted_already(viewer: User, pixels: Iterable[str]) -> dict[str, Post]:
    """The newest post of each picture that stands and that `viewer` may reach, by the `pixel_sha256` of its asset."""
    posts = Post.objects.filter(reachable_posts(viewer), status__in=EDITABLE, asset__pixel_sha256__in=list(pixels))
    return {post.asset.pixel_sha256: post for post in posts.select_related("asset").order_by("pk")}
