"""Which posts look like a picture, of those that a viewer may see."""

from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from gallery.models import Asset, AssetHash, Post
from gallery.models.similar import as_bits
from gallery.pictures.pdq import LEAST_QUALITY, Pdq
from gallery.similar.parts import FARTHEST, numbers_near
from gallery.visibility import Viewer, visible_posts

MOST = 200


@dataclass(frozen=True)
class Sought:
    """A picture as a search for its copies knows it.

    `hashes`: its own first, then those of the ways it may have been turned. Empty where it has too little in it to be
    told from others: then only the very same pixels are found.
    """

    hashes: tuple[int, ...]
    pixel_sha256: str


@dataclass(frozen=True)
class Near:
    """A post and in how many of 256 bits its picture's hash differs; `turned`: only once mirrored or turned."""

    post_id: int
    distance: int
    turned: bool


def sought_asset(asset: Asset) -> Sought:
    """An asset, by its hash as it is and mirrored. One that has no hash yet is found by its pixels."""
    row = AssetHash.objects.filter(asset=asset, quality__gte=LEAST_QUALITY).first()
    return Sought((row.pdq, row.mirrored) if row else (), asset.pixel_sha256)


def sought_picture(pdq: Pdq, pixel_sha256: str) -> Sought:
    """A picture that need not be here, as it is, mirrored and turned every way."""
    return Sought(pdq.every_way if pdq.telling else (), pixel_sha256)


def near(viewer: Viewer, sought: Sought, *, distance: int = FARTHEST, limit: int = MOST) -> list[Near]:
    """The posts within `distance` (up to 31) that this viewer's lists may hold, nearest first, then the oldest."""
    return near_among(visible_posts(viewer), sought, distance=distance, limit=limit)


def near_among(posts: Q, sought: Sought, *, distance: int = FARTHEST, limit: int = MOST) -> list[Near]:
    """The same among the posts of a condition on `Post`.

    All of them, but for `limit`: none is missed, and none that does not fulfil the condition takes another's place.
    """
    wanted = Post.objects.filter(posts)
    try:
        visible, values = wanted.order_by().values_list("id", "asset_id").query.sql_with_params()
    except EmptyResultSet:
        return []
    hashes = [as_bits(bits) for bits in sought.hashes]
    # An array of empty arrays is none to every PostgreSQL.
    parts = numbers_near(sought.hashes, distance) if hashes else []
    with connection.cursor() as cursor:
        cursor.execute(_NEAR.format(visible=visible), [hashes, parts, distance, sought.pixel_sha256, *values, limit])
        return [Near(post_id, found, found < as_it_is) for post_id, found, as_it_is in cursor.fetchall()]


# What is near is found first and in full; then come the posts, and who may see them.
_NEAR = """
WITH alike (asset_id, distance, as_it_is) AS MATERIALIZED (
    SELECT asset_id, distance, as_it_is FROM gallery_pdq_near(%s::bit(256)[], %s::integer[], %s)
    UNION ALL
    SELECT id, 0, 0 FROM gallery_asset WHERE pixel_sha256 = %s
),
nearest (asset_id, distance, as_it_is) AS MATERIALIZED (
    SELECT asset_id, min(distance), min(as_it_is) FROM alike GROUP BY asset_id
)
SELECT post.id, nearest.distance, nearest.as_it_is
FROM nearest JOIN ({visible}) AS post (id, asset_id) ON post.asset_id = nearest.asset_id
ORDER BY nearest.distance, post.id LIMIT %s
"""
