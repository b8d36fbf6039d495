"""Tags that often stand beside a search: the cosine of both, over a sample of the posts that the viewer may see.

The cosine of a search A and a tag T is |A ∩ T| / √(|A|·|T|), as in Danbooru's related_tag_calculator.rb. |A ∩ T| is
counted in the sample, |T| is the number of posts that everybody may see, so that no ranking tells of hidden posts.
Where the sample is only a part of the result, all values are smaller by one factor, which changes no order.
"""

import hashlib
import math
from collections import Counter
from dataclasses import dataclass

from django.core.cache import cache

from gallery.filters.in_force import in_force
from gallery.labels.zones import zone_of
from gallery.search import sample_tags
from gallery.tags.known import mentionable_tags
from gallery.visibility import Viewer, effective_ratings, signed_in
from tagging.edit import resolve_tags
from tagging.models import DISPLAY_ORDER, Tag
from tagging.names import normalise_tag
from tagging.query import Tag as TagTerm
from tagging.query import leaves, parse, print_query

SAMPLE = 1000
SAMPLE_MS = 1500
CACHE_SECONDS = 5 * 60
# Below this part of the sample a tag says little of the search, however rare it is.
LEAST_SHARE = 0.005
# What is kept for each category; more than anybody asks for at once.
KEPT = 60


@dataclass(frozen=True)
class RelatedTag:
    """A tag, the part of the sampled posts that have it (0 to 1), and its cosine with the search (0 to 1)."""

    tag: Tag
    frequency: float
    cosine: float


def related(query_text: str, viewer: Viewer, *, category: int | None = None, limit: int = 25) -> list[RelatedTag]:
    """At most `limit` tags (of each category, or of `category`), the most related first, in the order of categories.

    The search's own tags and deprecated ones are left out. Raises QueryError, Invalid and SearchTimeout.
    """
    tree = parse(query_text)
    own = resolve_tags(normalise_tag(leaf.name) for leaf in leaves(tree) if isinstance(leaf, TagTerm))
    size, ranked = _ranking(print_query(tree), viewer)
    tags = Tag.objects.in_bulk([tag_id for tag_id, _count in ranked])
    wanted = [category] if category is not None else list(DISPLAY_ORDER)
    result: list[RelatedTag] = []
    for kind in wanted:
        found = [
            _related(tags[tag_id], count, size)
            for tag_id, count in ranked
            if tag_id in tags and tags[tag_id].category == kind and not tags[tag_id].is_deprecated
        ]
        left_out = {tag.pk for tag in own.values()}
        best = sorted((one for one in found if one.tag.pk not in left_out), key=lambda one: (-one.cosine, one.tag.name))
        result += best[:limit]
    # The sample may be some minutes old: what was hidden since then is not told either.
    told = mentionable_tags(viewer, [one.tag.name for one in result])
    return [one for one in result if one.tag.name in told]


def _related(tag: Tag, count: int, size: int) -> RelatedTag:
    return RelatedTag(tag, count / size, count / math.sqrt(size * max(tag.general_count, count)))


def _ranking(query: str, viewer: Viewer) -> tuple[int, list[tuple[int, int]]]:
    """The size of the sample, and how many of its posts have which tag.

    Kept for some minutes: one answer for all visitors, and one for each member, whose own posts, lists and filters
    nobody shares.
    """
    key = _key(query, viewer)
    kept = cache.get(key)
    if kept is None:
        sample = sample_tags(query, viewer, limit=SAMPLE, milliseconds=SAMPLE_MS)
        kept = len(sample), _best(sample)
        cache.set(key, kept, CACHE_SECONDS)
    return kept


def _best(sample: list[list[int]]) -> list[tuple[int, int]]:
    """Of each category the tags with the largest cosines, as ids and counts in the sample."""
    least = math.ceil(len(sample) * LEAST_SHARE)
    counts = Counter(tag_id for tag_ids in sample for tag_id in tag_ids)
    frequent = {tag_id: count for tag_id, count in counts.items() if count >= least}
    by_category: dict[int, list[tuple[float, int, int]]] = {}
    rows = Tag.objects.filter(pk__in=frequent).values_list("pk", "category", "general_count")
    for pk, kind, general in rows:
        weight = frequent[pk] / math.sqrt(max(general, frequent[pk]))
        by_category.setdefault(kind, []).append((-weight, pk, frequent[pk]))
    return [(pk, count) for lines in by_category.values() for _weight, pk, count in sorted(lines)[:KEPT]]


def _key(query: str, viewer: Viewer) -> str:
    who = f"user {viewer.pk} {getattr(viewer, 'role', '')}" if signed_in(viewer) else "visitor"
    ratings = "".join(rating.value for rating in effective_ratings(viewer))
    return (
        "related:"
        + hashlib.sha256(
            "\x00".join([who, ratings, zone_of(viewer), in_force(viewer).token, query]).encode()
        ).hexdigest()
    )
