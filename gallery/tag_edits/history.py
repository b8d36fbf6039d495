"""What a viewer is told of the history of posts: of posts that they may see, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from gallery.models import Post, PostVersion, User
from gallery.ratings import Rating
from gallery.search.budget import time_budget
from gallery.tags.groups import category_word
from gallery.visibility import Viewer, reachable_posts, signed_in, visible_posts
from tagging.edit import resolve_tags
from tagging.models import Tag
from tagging.names import normalise_tag

LINES = 50
SEARCH_MS = 3000


@dataclass(frozen=True)
class Change:
    """From what to what, as words; empty for nothing."""

    before: str
    after: str


@dataclass(frozen=True)
class TagChange:
    """A tag that came or went."""

    name: str
    kind: str


@dataclass(frozen=True)
class Line:
    """One version as a page shows it. `editor` is empty where a moderator decided and the viewer is none."""

    version: PostVersion
    editor: str
    added: list[TagChange] = field(default_factory=list)
    removed: list[TagChange] = field(default_factory=list)
    rating: Change | None = None
    parent: Change | None = None
    source: Change | None = None
    is_newest: bool = False


@dataclass(frozen=True)
class Page:
    """Lines, newest first, and where older ones begin (the key of a version, None for none)."""

    lines: list[Line]
    next_before: int | None


@dataclass(frozen=True)
class Filter:
    """What the list of all changes is narrowed to; empty for no matter."""

    user: str = ""
    added: str = ""
    removed: str = ""
    before: int | None = None


def history(post: Post, viewer: Viewer, before: int | None = None) -> Page:
    """The versions of one post that this viewer may open."""
    return _page(_versions().filter(post=post), viewer, before)


def changes(viewer: Viewer, wanted: Filter) -> Page:
    """Everybody's edits of the posts in this viewer's lists. Raises SearchTimeout.

    A name that nobody has, and a tag that there is not, give an empty page: as does a tag that the viewer may not know.
    """
    found = _versions().filter(post__in=Post.objects.filter(visible_posts(viewer)))
    if wanted.user:
        found = found.filter(editor__username__iexact=wanted.user)
        if not _moderates(viewer):
            # Who decided about a rating is for moderators to know.
            decided = Q(old_rating__isnull=False) & ~Q(old_rating=F("rating")) & ~Q(editor_id=F("post__author_id"))
            found = found.exclude(decided & ~Q(editor_id=viewer.pk)) if signed_in(viewer) else found.exclude(decided)
    for name, column in ((wanted.added, "added_ids"), (wanted.removed, "removed_ids")):
        if name:
            tag = resolve_tags([normalise_tag(name)]).get(normalise_tag(name))
            found = found.filter(**{f"{column}__contains": [tag.pk]}) if tag else found.none()
    with time_budget(SEARCH_MS):
        return _page(found, viewer, wanted.before)


def _versions() -> QuerySet[PostVersion]:
    previous = PostVersion.objects.filter(post=OuterRef("post"), number=OuterRef("number") - 1)
    return PostVersion.objects.select_related("editor", "post").annotate(
        old_rating=Subquery(previous.values("rating")),
        old_parent=Subquery(previous.values("parent_id")),
        old_source=Subquery(previous.values("source")),
    )


def _page(versions: QuerySet[PostVersion], viewer: Viewer, before: int | None) -> Page:
    if before is not None:
        versions = versions.filter(pk__lt=before)
    found = list(versions.order_by("-pk")[: LINES + 1])
    shown = found[:LINES]
    tags = Tag.objects.in_bulk({pk for version in shown for pk in [*version.added_ids, *version.removed_ids]})
    parents = {pk for version in shown for pk in (version.parent_id, _old(version, "parent")) if pk}
    known = set(Post.objects.filter(reachable_posts(viewer), pk__in=parents).values_list("pk", flat=True))
    lines = [_line(version, viewer, tags, known) for version in shown]
    return Page(lines, shown[-1].pk if len(found) > LINES else None)


def _line(version: PostVersion, viewer: Viewer, tags: dict[int, Tag], known: set[int]) -> Line:
    first = version.number == 1
    old_rating = _old(version, "rating")
    decided = not first and old_rating != version.rating and version.editor_id != version.post.author_id
    hidden = decided and not _moderates(viewer) and version.editor_id != viewer.pk
    old_parent, old_source = _old(version, "parent"), _old(version, "source") or ""
    return Line(
        version=version,
        editor="" if hidden else version.editor.username,
        added=_tags(version.added_ids, tags),
        removed=_tags(version.removed_ids, tags),
        rating=Change(str(Rating(old_rating).label) if old_rating else "", str(Rating(version.rating).label))
        if first or old_rating != version.rating
        else None,
        parent=Change(_number(old_parent, known), _number(version.parent_id, known))
        if old_parent != version.parent_id
        else None,
        source=Change(old_source, version.source) if old_source != version.source else None,
    )


def _old(version: PostVersion, what: str) -> Any:
    return getattr(version, f"old_{what}")


def _number(pk: int | None, known: set[int]) -> str:
    """The number of a parent; `?` for one that the viewer cannot open."""
    if not pk:
        return ""
    return f"#{pk}" if pk in known else "?"


def _tags(ids: Iterable[int], tags: dict[int, Tag]) -> list[TagChange]:
    found = sorted((tags[pk] for pk in ids if pk in tags), key=lambda tag: tag.name)
    return [TagChange(tag.name, category_word(tag.category)) for tag in found]


def _moderates(viewer: Viewer) -> bool:
    return isinstance(viewer, User) and viewer.is_moderator
