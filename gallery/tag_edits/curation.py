"""Changing tags themselves: who may, and what follows for the posts that have them."""

from django.db import transaction

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, NotAllowed
from gallery.models import User
from gallery.tag_edits.limits import spend
from gallery.tag_edits.store import lock_posts_with, recount_categories
from tagging.changes import change_category, set_deprecated, version_of
from tagging.models import Category, Tag
from tagging.relations import lock_relations

# A tag on fewer posts can be put right by every member; Danbooru draws the same line. Posts of all ratings count, since
# all are rewritten; what a member is told has no number, which would tell of posts out of their sight.
SMALL_TAG = 50
# So many posts are locked and counted anew while somebody waits; more are for the background.
LARGE_TAG = 20_000


def may_recategorise(editor: User, tag: Tag) -> bool:
    """Whether this person may change the tag's category here and now."""
    return editor.is_active and tag.post_count < (LARGE_TAG if editor.is_moderator else SMALL_TAG)


def require_recategorisable(editor: User, tag: Tag, category: Category) -> None:
    """Raises NotAllowed (a member, and many posts have the tag) and Invalid (too many posts for anybody to wait)."""
    if may_recategorise(editor, tag):
        return
    if not editor.is_moderator:
        raise NotAllowed("category_moderators", name=tag.name)
    raise Invalid("category_in_bulk", name=tag.name, script=f"category {tag.name} -> {category.name.lower()}")


@transaction.atomic
def recategorise_now(editor: User, tag: Tag, category: Category) -> Tag:
    """`recategorise` while somebody waits for it: within the limits of what one person changes, and of a request.

    Raises as `require_recategorisable` does, and Invalid (too many changes within a minute).
    """
    if tag.category == category:
        return tag
    require_may_act(editor)
    require_recategorisable(editor, tag, category)
    spend(editor, new_tags=0, changed_tags=1)
    return recategorise(editor, tag, category)


@transaction.atomic
def recategorise(editor: User, tag: Tag, category: Category) -> Tag:
    """Give a tag another category, with a version in its history, and count it anew on its posts, however many.

    Returns the tag as it is now. Raises NotAllowed (a member, and many posts have the tag).
    """
    if tag.category == category:
        return tag
    if not editor.is_moderator:
        require_recategorisable(editor, tag, category)
    # Posts before the tag, as editing a post does it: the other way round two people could wait for each other.
    lock_posts_with([tag.pk])
    changed = change_category(tag, category, editor)
    recount_categories(changed)
    return changed


@transaction.atomic
def deprecate(editor: User, tag: Tag, deprecated: bool = True) -> Tag:
    """Deprecate a tag, or take that back. Raises NotAllowed for members."""
    if not editor.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(editor)
    return set_deprecated(tag, deprecated, editor)


@transaction.atomic
def revert_tag(editor: User, tag: Tag, number: int) -> Tag:
    """Make a tag what it was in version `number`. Raises Invalid (no such version) and NotAllowed."""
    version = version_of(tag, number)
    if version is None:
        raise Invalid("no_version", number=number)
    if version.is_deprecated:
        lock_relations()  # before posts and tags, as deprecating asks for
    changed = recategorise_now(editor, tag, Category(version.category))
    if changed.is_deprecated != version.is_deprecated:
        changed = deprecate(editor, changed, version.is_deprecated)
    return changed
