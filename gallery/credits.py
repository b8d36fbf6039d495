"""Credits: which post another one was made from, and what a viewer is shown of that.

A credit is told to whoever can open both posts. Where its source is out of a viewer's sight, or gone, the viewer is
told that there was one and nothing else of it, not even what that one was made from in turn. What a zone does not offer
is named by its number alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from gallery.labels.zones import in_zone
from gallery.models import Post, Remix
from gallery.visibility import Viewer, reachable_posts, visible_posts

SHOWN_REMIXES = 12
LONGEST_CHAIN = 30


@dataclass(frozen=True)
class Source:
    """What a post was made from: `post` where it can be shown, else its `number` where it can be opened."""

    post: Post | None = None
    number: int | None = None


@dataclass(frozen=True)
class Credits:
    """What the page of a post says: its source, the posts made from it, and how many those are."""

    source: Source | None
    remixes: list[Post]
    count: int

    def __bool__(self) -> bool:
        return self.source is not None or self.count > 0


def credit(post: Post, source: Post) -> None:
    """Write that `post` was drawn from the recipe of `source`; said once, it stays. No post is credited to itself."""
    if post.pk != source.pk:
        Remix.objects.get_or_create(post=post, defaults={"source": source})


def source_of(post: Post, viewer: Viewer) -> Source | None:
    """What a post that the viewer can open was made from; None where it is nobody's remix."""
    row = Remix.objects.filter(post=post).first()
    if row is None:
        return None
    found = _loaded(viewer).filter(pk=row.source_id).first() if row.source_id else None
    if found is None:
        return Source()
    offered = Post.objects.filter(in_zone(viewer), pk=found.pk).exists()
    return Source(found, found.pk) if offered else Source(None, found.pk)


def credits_of(post: Post, viewer: Viewer) -> Credits:
    """The source of a post that the viewer can open, and its newest remixes that the viewer's lists hold."""
    remixes = _all_loaded().filter(visible_posts(viewer), remix__source=post).order_by("-pk")
    found = list(remixes[: SHOWN_REMIXES + 1])
    count = len(found) if len(found) <= SHOWN_REMIXES else remixes.count()
    return Credits(source_of(post, viewer), found[:SHOWN_REMIXES], count)


def chain_of(post: Post, viewer: Viewer) -> list[Source]:
    """From what a post was made to the first one, nearest first; it ends where one is out of sight."""
    chain: list[Source] = []
    seen, above = {post.pk}, source_of(post, viewer)
    while above is not None and len(chain) < LONGEST_CHAIN:
        chain.append(above)
        if above.post is None or above.post.pk in seen:
            break
        seen.add(above.post.pk)
        above = source_of(above.post, viewer)
    return chain


def sources_among(posts: Iterable[Post], viewer: Viewer) -> dict[int, int]:
    """The numbers of those posts that are remixes, each with the number of its source that the viewer can open."""
    known = dict(Remix.objects.filter(post__in=list(posts), source__isnull=False).values_list("post", "source"))
    open_ones = set(
        Post.objects.filter(reachable_posts(viewer), pk__in=set(known.values())).values_list("pk", flat=True)
    )
    return {post: source for post, source in known.items() if source in open_ones}


def _loaded(viewer: Viewer) -> QuerySet[Post]:
    return _all_loaded().filter(reachable_posts(viewer))


def _all_loaded() -> QuerySet[Post]:
    return Post.objects.select_related("asset", "author", "generation", "stats").prefetch_related("asset__files")
