"""Going back: to a version of a post, behind one edit, behind all that one person did.

Each goes through the same door as an edit, so that rules and history hold: what was automatic, implied or deprecated
since stays as it is now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Post, PostVersion, User
from gallery.post_ratings.changes import require_wish
from gallery.post_state import checked_rating
from gallery.ratings import Rating
from gallery.refusals.counting import counting
from gallery.tag_edits.edit import Edited, Wanted, begin, change
from gallery.tag_edits.state import State
from gallery.visibility import reachable_posts
from tagging.edit import resolve_tags
from tagging.models import Tag


@counting
@transaction.atomic
def revert_to(editor: User, post: Post, number: int, seen: int | None = None) -> Edited:
    """Make a post what it was in version `number`; `seen` is the key of the one that the editor chose, None for any.

    Raises as `edit_tags` does, and Invalid (no such version, or the number is another's by now).
    """
    post = begin(editor, post)[post.pk]
    version = _version(post, number, seen)
    before = State.of(post)
    there = set(post.tag_ids)
    notes: list[str] = []
    wanted = _go_to(post, _tags(version.tag_ids), notes)
    _set_fields(editor, post, version.rating, version.parent_id, version.source, notes)
    removed = frozenset(there - {tag.pk for tag in wanted})
    warnings = change(editor, post, Wanted(wanted, [t for t in wanted if t.pk not in there], removed), before=before)
    return Edited(post, tuple(notes + warnings))


@counting
@transaction.atomic
def undo(editor: User, post: Post, number: int, seen: int | None = None) -> Edited:
    """Take one edit of a post back: what it added goes, what it removed returns, later edits stay.

    `seen` is the key of the version that the editor chose, None for any of that number. Raises as `edit_tags` does, and
    Invalid (no such version, the number is another's by now, or the first one).
    """
    post = begin(editor, post)[post.pk]
    return _undo(editor, post, [_version(post, number, seen)])


@dataclass(frozen=True)
class Undone:
    """One run of `undo_since`: on how many posts edits were taken back, how many were left as they are since they
    cannot be changed now, and after which post to go on (None: done)."""

    posts: int
    left: int
    next_after: int | None


def undo_since(moderator: User, person: User, since: datetime, *, after: int = 0, batch: int = 200) -> Undone:
    """Take back what `person` did to others' and own posts in edits begun at `since` or later, publications excepted.

    One transaction a post, `batch` posts a run, in the order of their numbers. What a run has taken back, a repeated
    run leaves alone. Raises NotAllowed for members.
    """
    if not moderator.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(moderator)
    edits = PostVersion.objects.filter(editor=person, at__gte=since, number__gt=1, post_id__gt=after)
    found = edits.order_by("post_id").values_list("post_id", flat=True).distinct()
    numbers = list(found[: batch + 1])
    undone = left = 0
    for post_id in numbers[:batch]:
        try:
            undone += _undo_all(moderator, person, since, post_id)
        except (Invalid, InvalidTransition):
            left += 1
    return Undone(undone, left, numbers[batch - 1] if len(numbers) > batch else None)


@transaction.atomic
def _undo_all(moderator: User, person: User, since: datetime, post_id: int) -> bool:
    post = begin(moderator, Post(pk=post_id))[post_id]
    mine = post.versions.filter(editor=moderator).order_by("-number").values_list("number", flat=True).first() or 0
    edits = post.versions.filter(editor=person, at__gte=since, number__gt=max(1, mine)).order_by("-number")
    before = State.of(post)
    after = State.of(_undo(moderator, post, list(edits)).post)
    return before != after


def _undo(editor: User, post: Post, versions: Iterable[PostVersion]) -> Edited:
    """Take back edits of a locked post, given newest first, as one edit."""
    before = State.of(post)
    ids = _as_now(post.tag_ids)
    rating, parent_id, source = post.rating, post.parent_id, post.source
    for version in versions:
        base = post.versions.filter(number=version.number - 1).first()
        if base is None:
            raise Invalid("first_version")
        tags_after = set(version.tag_ids)
        tags_before = _as_now((tags_after - set(version.added_ids)) | set(version.removed_ids))
        tags_after = _as_now(tags_after)
        ids = (ids - (tags_after - tags_before)) | (tags_before - tags_after)
        if version.rating != base.rating and rating == version.rating:
            rating = base.rating
        if version.parent_id != base.parent_id and parent_id == version.parent_id:
            parent_id = base.parent_id
        if version.source != base.source and source == version.source:
            source = base.source
    notes: list[str] = []
    wanted = _go_to(post, _tags(ids), notes)
    _set_fields(editor, post, rating, parent_id, source, notes)
    added = [tag for tag in wanted if tag.pk not in before.tag_ids]
    removed = frozenset(before.tag_ids - {tag.pk for tag in wanted})
    warnings = change(editor, post, Wanted(wanted, added, removed), before=before)
    return Edited(post, tuple(notes + warnings))


def _version(post: Post, number: int, seen: int | None) -> PostVersion:
    version = post.versions.filter(number=number).first()
    if version is None:
        raise Invalid("no_version", number=number)
    if seen is not None and version.pk != seen:
        # The one that was seen came to nothing and went, and its number is that of a later edit, maybe another's.
        raise Invalid("version_gone", number=number)
    return version


def _as_now(ids: Iterable[int]) -> set[int]:
    """Keys of the tags that these tags are by now: a name that became an old one stands for another tag."""
    return {tag.pk for tag in _tags(ids)}


def _tags(ids: Iterable[int]) -> list[Tag]:
    """The tags of old versions as they are called now."""
    names = list(Tag.objects.filter(pk__in=list(ids)).values_list("name", flat=True))
    return list({tag.pk: tag for tag in resolve_tags(names).values()}.values())


def _go_to(post: Post, tags: list[Tag], notes: list[str]) -> list[Tag]:
    """The tags without those that are deprecated by now and not on the post."""
    refused = sorted(tag.name for tag in tags if tag.is_deprecated and tag.pk not in post.tag_ids)
    if refused:
        notes.append(_("Deprecated since, so not added again: %(names)s.") % {"names": ", ".join(refused)})
    return [tag for tag in tags if tag.name not in refused]


def _set_fields(editor: User, post: Post, rating: str, parent_id: int | None, source: str, notes: list[str]) -> None:
    post.source = source
    if parent_id != post.parent_id:
        if parent_id is None or Post.objects.filter(reachable_posts(editor), pk=parent_id).exists():
            post.parent_id = parent_id
        else:
            notes.append(_("The parent of that time cannot be opened any more; the parent stays as it is."))
    if rating == post.rating:
        return
    if editor.pk == post.author_id:
        try:
            wish = checked_rating(rating)
            require_wish(post, wish)
            post.rating = wish
        except Invalid as error:
            notes.append(error.message)
    else:
        notes.append(
            _("The rating stays “%(rating)s”; only the author and moderators, in their panel, can change it.")
            % {"rating": Rating(post.rating).label}
        )
