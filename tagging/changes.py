"""What people change about a tag itself: its category, and whether it is deprecated. Each change is a version.

Who may do it, and what follows for posts, is for the floor above to say (`gallery.tag_edits.curation`).
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tagging.models import Category, Tag, TagVersion
from tagging.relations import drop_implications, lock_relations


@transaction.atomic
def change_category(tag: Tag, category: Category, editor: Any) -> Tag:
    """Give a tag another category; returns the tag as it is now. `editor` is an account, or None for the site itself.

    The numbers of tags by category on posts are the caller's to put right.
    """
    return _change(tag, editor, category=Category(category))


@transaction.atomic
def set_deprecated(tag: Tag, deprecated: bool, editor: Any) -> Tag:
    """Say that a tag can be added to no post any more, or that it can again; returns the tag as it is now.

    Deprecating drops the implications from and to the tag: following them would add it.
    """
    if deprecated:
        lock_relations()  # before the tag, as whoever changes relations takes them
    changed = _change(tag, editor, is_deprecated=deprecated)
    if deprecated:
        drop_implications(changed)
    return changed


def version_of(tag: Tag, number: int) -> TagVersion | None:
    """One version of a tag's history."""
    return tag.versions.filter(number=number).first()


def _change(tag: Tag, editor: Any, **fields: Any) -> Tag:
    locked = Tag.objects.select_for_update(no_key=True).get(pk=tag.pk)
    before = {name: getattr(locked, name) for name in fields}
    if before == fields:
        return locked
    newest = locked.versions.order_by("-number").first()
    if newest is None:
        newest = _record(locked, 1, None)
        # It was so from the start, whoever made it.
        TagVersion.objects.filter(pk=newest.pk).update(at=locked.created_at)
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(fields))
    _record(locked, newest.number + 1, editor)
    return locked


def _record(tag: Tag, number: int, editor: Any) -> TagVersion:
    return TagVersion.objects.create(
        tag=tag, number=number, editor=editor, category=tag.category, is_deprecated=tag.is_deprecated
    )
