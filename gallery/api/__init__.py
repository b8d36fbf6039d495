"""The read-only JSON interface: posts, comments, counts and tags in Danbooru's shape, for programs that know boorus.

What a reader may see is decided where the pages decide it: `gallery.search`, `gallery.visibility`,
`gallery.tags.known`.
"""

from gallery.api.comments import comments_as_json, comments_for
from gallery.api.generation import versions_as_json
from gallery.api.posts import posts_as_json
from gallery.api.similar import similar_as_json
from gallery.api.tags import listed_tags

__all__ = [
    "comments_as_json",
    "comments_for",
    "listed_tags",
    "posts_as_json",
    "similar_as_json",
    "versions_as_json",
]
