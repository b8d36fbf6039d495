"""Changing tags themselves: who may, and what follows for the posts that have them."""

from django.db import transaction

from gallery.errors import Invalid, NotAllowed
from gallery.models import User
from gallery.tag_edits.store import lock_posts_with, recount_categories
from tagging.changes import change_category, set_deprecated, version_of
from tagging.models import Category, Tag
from tagging.relations import lock_relations

# A tag on fewer posts that everybody may see can be put right by every member; Danbooru draws the same line.
SMALL_TAG = 50


def may_recategorise(editor: User, tag: Tag) -> bool:
    """Whether this person may change the tag's category."""
    return editor.is_active and (editor.is_moderator or tag.general_count < SMALL_TAG)


@transaction.atomic
def recategorise(editor: User, tag: Tag, category: Category) -> Tag:
    """Give a tag another category, with a version in its history, and count it anew on its posts.

    Returns the tag as it is now. Raises NotAllowed (a member, and many posts have the tag).
    """
    if tag.category == category:
        return tag
    if not may_recategorise(editor, tag):
        raise NotAllowed("category_moderators", name=tag.name, limit=SMALL_TAG)
    # Posts before the tag, as editing a post does it: the other way round two people could wait for each other.
    lock_posts_with(tag)
    changed = change_category(tag, category, editor)
    recount_categories(changed)
    return changed


@transaction.atomic
def deprecate(editor: User, tag: Tag, deprecated: bool = True) -> Tag:
    """Deprecate a tag, or take that back. Raises NotAllowed for members."""
    if not editor.is_moderator:
        raise NotAllowed("moderators_only")
    return set_deprecated(tag, deprecated, editor)


@transaction.atomic
def revert_tag(editor: User, tag: Tag, number: int) -> Tag:
    """Make a tag what it was in version `number`. Raises Invalid (no such version) and NotAllowed."""
    version = version_of(tag, number)
    if version is None:
        raise Invalid("no_version", number=number)
    if version.is_deprecated:
        lock_relations()  # before posts and tags, as deprecating asks for
    changed = recategorise(editor, tag, Category(version.category))
    if changed.is_deprecated != version.is_deprecated:
        changed = deprecate(editor, changed, version.is_deprecated)
    return changed
