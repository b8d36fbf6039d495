"""Who may do what to a wiki page: any member writes; moderators lock, delete, restore and write to locked pages."""

from __future__ import annotations

from gallery.accounts.standing import may_act, require_may_act
from gallery.errors import NotAllowed
from gallery.models import User
from gallery.visibility import Viewer
from tagging import wiki
from tagging.models import WikiPage


def may_write(viewer: Viewer, page: WikiPage | None) -> bool:
    """Whether this viewer may write the page, which need not exist yet."""
    if not isinstance(viewer, User) or not viewer.is_active:
        return False
    if not (viewer.is_moderator or page is None or not (page.is_locked or page.is_deleted)):
        return False
    return may_act(viewer)


def moderates(viewer: Viewer) -> bool:
    """Whether this viewer decides about locks and deletions."""
    return isinstance(viewer, User) and viewer.is_moderator


def write(editor: User, title: str, written: wiki.Written, *, seen: str) -> WikiPage:
    """`tagging.wiki.write_page` with the editor's rights."""
    require_may_act(editor)
    return wiki.write_page(editor, title, written, seen=seen, over_lock=editor.is_moderator)


def revert(editor: User, title: str, number: int) -> WikiPage:
    """`tagging.wiki.revert_page` with the editor's rights."""
    require_may_act(editor)
    return wiki.revert_page(editor, title, number, over_lock=editor.is_moderator)


def set_state(editor: User, title: str, state: str) -> WikiPage:
    """Bring the page into a state of `STATES`. Raises NotAllowed, and KeyError for an unknown state."""
    if not editor.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(editor)
    act, value = STATES[state]
    return act(editor, title, value)


STATES = {
    "locked": (wiki.set_locked, True),
    "open": (wiki.set_locked, False),
    "deleted": (wiki.set_deleted, True),
    "restored": (wiki.set_deleted, False),
}
