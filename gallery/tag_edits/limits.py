"""How much one member can change within a minute, so that one of them cannot spoil much before others notice."""

import time

from django.core.cache import cache

from gallery.errors import Invalid
from gallery.models import User

NEW_TAGS_A_MINUTE = 20
CHANGED_TAGS_A_MINUTE = 100


def spend(editor: User, *, new_tags: int, changed_tags: int) -> None:
    """Count what an edit does. Raises Invalid where a member is past the limit; moderators have none."""
    if editor.is_moderator:
        return
    if not _allows(editor, "changed", changed_tags, CHANGED_TAGS_A_MINUTE):
        raise Invalid("too_many_changed_tags", limit=CHANGED_TAGS_A_MINUTE)
    if not _allows(editor, "new", new_tags, NEW_TAGS_A_MINUTE):
        _give_back(editor, "changed", changed_tags)
        raise Invalid("too_many_new_tags", limit=NEW_TAGS_A_MINUTE)


def left(editor: User) -> int | None:
    """How many more tags this person can change within this minute; None: as many as they like."""
    if editor.is_moderator:
        return None
    return max(0, CHANGED_TAGS_A_MINUTE - cache.get(_key(editor, "changed"), 0))


def _allows(editor: User, what: str, amount: int, limit: int) -> bool:
    if amount <= 0:
        return True
    key = _key(editor, what)
    cache.add(key, 0, timeout=120)
    if cache.incr(key, amount) <= limit:
        return True
    _give_back(editor, what, amount)
    return False


def _give_back(editor: User, what: str, amount: int) -> None:
    """What was refused was not done."""
    if amount > 0:
        # Begun anew where the minute has passed meanwhile: below nothing for its first moment harms nobody.
        cache.add(_key(editor, what), 0, timeout=120)
        cache.decr(_key(editor, what), amount)


def _key(editor: User, what: str) -> str:
    return f"tag-edits:{what}:{editor.pk}:{int(time.time()) // 60}"
