"""Posts that look like a picture, in the shape of Danbooru's IQDB queries."""

from collections.abc import Iterable
from typing import Any

from gallery.api.posts import Absolute, posts_as_json
from gallery.similar.lines import LikePost
from gallery.visibility import Viewer


def similar_as_json(found: Iterable[LikePost], viewer: Viewer, absolute: Absolute) -> list[dict[str, Any]]:
    """`post_id`, `score` (percent) and the whole `post`, as Danbooru has them; and what the score is made of."""
    listed = list(found)
    posts = posts_as_json([line.post for line in listed], viewer, absolute)
    return [
        {
            "post_id": line.post.pk,
            "score": line.score,
            "distance": line.near.distance,
            "turned": line.near.turned,
            "sureness": line.sureness.value,
            "post": post,
        }
        for line, post in zip(listed, posts, strict=True)
    ]
