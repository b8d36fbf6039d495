"""The history of posts: every change of tags, rating, parent or source is a version, numbered from 1.

Posts made before there were versions get their first one with their first change.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from gallery.accounts.names import HOUSE_NAME
from gallery.models import Post, PostVersion, User
from gallery.tag_edits.state import State

# What one person changes within this time is one edit.
MERGED_WITHIN = timedelta(hours=1)


def record(editor: User, post: Post, before: State | None) -> PostVersion | None:
    """Write down what a locked post became; `before` is what it was, None for a new post.

    Edits of one person within an hour are one version, as long as nobody else's stands between. Never merged: the state
    in which a post was published, what takes an edit back again (or its trace would go with it), somebody's decision
    about another's rating, and what the house account does for many. Returns the version that says what the post is
    now, or None where nothing changed.
    """
    now = timezone.now()
    after = State.of(post)
    if before is None:
        return _add(post, 1, editor, post.created_at or now, after, frozenset())
    if _same(before, after):
        return None
    newest = post.versions.order_by("-number").first()
    if newest is None:
        newest = _add(post, 1, post.author, post.created_at, before, frozenset())
    decision = editor.pk != post.author_id and after.rating != before.rating
    alone = decision or newest.number == 1 or editor.username == HOUSE_NAME
    if newest.editor_id == editor.pk and now - newest.at < MERGED_WITHIN and not alone:
        base = post.versions.get(number=newest.number - 1)
        if not _is_decision(newest, base, post) and not _says(base, after):
            _fill(newest, after, frozenset(base.tag_ids))
            newest.save()
            return newest
    return _add(post, newest.number + 1, editor, now, after, before.tag_ids)


def is_decision(version: PostVersion) -> bool:
    """Whether this version is somebody's decision about the rating of another's post."""
    base = PostVersion.objects.filter(post=version.post_id, number=version.number - 1).first()
    return _is_decision(version, base, version.post)


def _is_decision(version: PostVersion, base: PostVersion | None, post: Post) -> bool:
    return base is not None and version.rating != base.rating and version.editor_id != post.author_id


def _same(before: State, after: State) -> bool:
    return (before.tag_ids, before.rating, before.parent_id, before.source) == (
        after.tag_ids,
        after.rating,
        after.parent_id,
        after.source,
    )


def _add(post: Post, number: int, editor: User, at: datetime, state: State, tags_before: frozenset[int]) -> PostVersion:
    version = PostVersion(post=post, number=number, editor=editor, at=at)
    _fill(version, state, tags_before)
    version.save()
    return version


def _fill(version: PostVersion, state: State, tags_before: frozenset[int]) -> None:
    version.tag_ids = sorted(state.tag_ids)
    version.added_ids = sorted(state.tag_ids - tags_before)
    version.removed_ids = sorted(tags_before - state.tag_ids)
    version.rating = state.rating
    version.parent_id = state.parent_id
    version.source = state.source


def _says(version: PostVersion, state: State) -> bool:
    return (version.tag_ids, version.rating, version.parent_id, version.source) == (
        sorted(state.tag_ids),
        state.rating,
        state.parent_id,
        state.source,
    )
