"""Searches that members keep under labels, with how much is new since they last looked.

The text is kept in canonical form. What is newer than the post that was the newest when the member last opened the
search is new; it is counted anew each time, with the member's own visibility, so that no count is stale and a first
look is never empty. A post that comes into sight late (after a review) keeps its number and may count as old.
"""

import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, QuerySet

from gallery.errors import Invalid, NotAllowed, UserFacingError
from gallery.models import Post, SavedSearch, User
from gallery.search import iterate_ids
from gallery.visibility import signed_in
from tagging.query import Metatag, QueryError, leaves, parse, print_query

MAX_SEARCHES = 250
MAX_LABELS = 20
MAX_LABEL = 60
NEW_CAP = 99
# A list of many searches waits so long for one of its numbers, and for all of them together.
ONE_COUNT_MS, ALL_COUNTS_MS = 300, 1500


@dataclass(frozen=True)
class Line:
    """A saved search and how many posts are new in it, None where counting took too long or the text is no search
    any more (`problem` says why)."""

    search: SavedSearch
    new: int | None
    problem: str = ""

    @property
    def capped(self) -> bool:
        """Whether there are more than `new`."""
        return self.new is not None and self.new > NEW_CAP

    @property
    def shown(self) -> str:
        """The number as a page shows it: `7`, `99+`."""
        return f"{NEW_CAP}+" if self.capped else str(self.new)


def read_labels(text: str) -> list[str]:
    """Labels from what somebody typed, with blanks or commas between them: in lower case, each once, in their order.

    Raises Invalid: too many, too long, not usable in `search:`.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace(",", " ").split()
    labels = list(dict.fromkeys(folded))
    if len(labels) > MAX_LABELS:
        raise Invalid("too_many_labels", count=len(labels), limit=MAX_LABELS)
    for label in labels:
        if len(label) > MAX_LABEL:
            raise Invalid("label_too_long", label=label[:MAX_LABEL], limit=MAX_LABEL)
        if label == "all" or any(unicodedata.category(char)[0] == "C" or char in '*"()' for char in label):
            raise Invalid("label_unusable", label=label.replace("\x00", ""))
    return labels


def searches_of(user: User, label: str = "") -> QuerySet[SavedSearch]:
    """One's own saved searches, the newest first; with `label` those under it."""
    mine = SavedSearch.objects.filter(user=user).order_by("-pk")
    return mine.filter(labels__contains=[label]) if label else mine


def labels_of(user: User) -> list[str]:
    """All labels that a member uses, sorted."""
    return sorted({label for labels in searches_of(user).values_list("labels", flat=True) for label in labels})


@transaction.atomic
def save(user: User, query_text: str, labels: Iterable[str] = ()) -> SavedSearch:
    """Keep a search; one that is kept already gets the labels in addition. What is there now counts as seen.

    Raises QueryError (with the column), Invalid (nothing to search for, `search:` in it, too many) and NotAllowed.
    """
    _require_active(user)
    canonical = _checked_query(query_text)
    # Whoever saves at the same moment waits here: neither the limit nor the unique text is overrun.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    existing = SavedSearch.objects.filter(user=user, query=canonical).first()
    if existing:
        merged = list(dict.fromkeys([*existing.labels, *labels]))
        if len(merged) > MAX_LABELS:
            raise Invalid("too_many_labels", count=len(merged), limit=MAX_LABELS)
        existing.labels = merged
        existing.save(update_fields=["labels"])
        return existing
    if SavedSearch.objects.filter(user=user).count() >= MAX_SEARCHES:
        raise Invalid("saved_searches_full", limit=MAX_SEARCHES)
    return SavedSearch.objects.create(user=user, query=canonical, labels=list(labels), seen_id=newest_id())


def relabel(user: User, saved: SavedSearch, labels: Iterable[str]) -> SavedSearch:
    """Put a saved search under other labels. Raises NotAllowed (another's)."""
    _require_own(user, saved)
    saved.labels = list(labels)
    saved.save(update_fields=["labels"])
    return saved


def mark_seen(user: User, saved: SavedSearch) -> SavedSearch:
    """What is there now is not new any more. Raises NotAllowed (another's)."""
    _require_own(user, saved)
    saved.seen_id = newest_id()
    saved.save(update_fields=["seen_id"])
    return saved


def mark_all_seen(user: User) -> int:
    """Nothing is new any more in any of one's saved searches; how many there are."""
    _require_active(user)
    return SavedSearch.objects.filter(user=user).update(seen_id=newest_id())


def delete(user: User, saved: SavedSearch) -> None:
    """Keep a search no longer. Raises NotAllowed (another's)."""
    _require_own(user, saved)
    saved.delete()


@transaction.atomic
def restore(user: User, query_text: str, labels: Iterable[str], seen_id: int) -> SavedSearch:
    """Keep a search again that was just deleted, with what was new in it. Raises as `save` does."""
    saved = save(user, query_text, labels)
    SavedSearch.objects.filter(pk=saved.pk).update(seen_id=seen_id)
    return saved


def count_new(user: User, searches: Iterable[SavedSearch]) -> list[Line]:
    """How much is new in each, within the time for all of them; those that come too late have no number."""
    ends = time.monotonic() + ALL_COUNTS_MS / 1000
    lines = []
    for saved in searches:
        left = int((ends - time.monotonic()) * 1000)
        lines.append(_line(user, saved, min(left, ONE_COUNT_MS)) if left > 0 else Line(saved, None))
    return lines


def newest_id() -> int:
    """The number of the newest post of all, in whatever state."""
    return Post.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _line(user: User, saved: SavedSearch, milliseconds: int) -> Line:
    try:
        found = iterate_ids(saved.query, user, after_id=saved.seen_id, batch=NEW_CAP + 1, milliseconds=milliseconds)
    except QueryError:
        return Line(saved, None, problem="unreadable")
    except UserFacingError:
        return Line(saved, None)
    return Line(saved, len(found))


def _checked_query(text: str) -> str:
    tree = parse(text)
    if any(isinstance(leaf, Metatag) and leaf.name == "search" for leaf in leaves(tree)):
        raise Invalid("saved_search_nested")
    canonical = print_query(tree)
    if not canonical:
        raise Invalid("saved_search_empty")
    return canonical


def _require_active(user: User) -> None:
    if not signed_in(user):
        raise NotAllowed("account_disabled")


def _require_own(user: User, saved: SavedSearch) -> None:
    _require_active(user)
    if saved.user_id != user.pk:
        raise NotAllowed("not_your_search")
