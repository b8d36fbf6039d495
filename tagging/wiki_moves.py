"""A wiki page follows its tag to another name."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tagging.models import WikiPage
from tagging.models.wiki import MAX_BODY, MAX_OTHER_NAMES
from tagging.other_names import fold_name
from tagging.wiki import Written, set_deleted, state_of, write_page


@transaction.atomic
def move_wiki_page(old: str, new: str, editor: Any) -> None:
    """What the page of `old` says goes to that of `new`, and the old page is deleted with its history kept.

    Where both have a page, the other names are joined; the text of `new` stays if it has one. Doing it again changes
    nothing. Raises WikiError, and WikiConflict if somebody makes a page of `new` at the same moment.
    """
    locked = WikiPage.objects.select_for_update().filter(title__in=[old, new]).order_by("pk")
    pages = {page.title: page for page in locked}
    source, target = pages.get(old), pages.get(new)
    if source is None or source.is_deleted:
        return
    if target is not None and target.is_deleted:
        target = set_deleted(editor, new, False)
    merged = Written.of(source) if target is None else _joined(Written.of(target), Written.of(source))
    write_page(editor, new, merged, seen=state_of(target), over_lock=True)
    set_deleted(editor, old, True)


def _joined(kept: Written, added: Written) -> Written:
    names = {fold_name(name): name for name in (*added.other_names, *kept.other_names)}
    ordered = [name for name in (*kept.other_names, *added.other_names) if names.pop(fold_name(name), None) is not None]
    return Written((kept.body or added.body)[:MAX_BODY], tuple(ordered[:MAX_OTHER_NAMES]))
