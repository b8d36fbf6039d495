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
        raise Invalid("too_many_new_tags", limit=NEW_TAGS_A_MINUTE)


def _allows(editor: User, what: str, amount: int, limit: int) -> bool:
    if amount <= 0:
        return True
    key = f"tag-edits:{what}:{editor.pk}:{int(time.time()) // 60}"
    cache.add(key, 0, timeout=120)
    if cache.incr(key, amount) <= limit:
        return True
    cache.decr(key, amount)  # what was refused was not done
    return False
