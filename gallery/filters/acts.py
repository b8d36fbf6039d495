"""What a member does with filters: make, change, put in force, share, copy, delete; and mute somebody."""

import secrets
import unicodedata
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, NotAllowed
from gallery.filters import in_force
from gallery.filters.resolving import keep_resolved, tag_of
from gallery.filters.spec import Said
from gallery.models import User, ViewFilter
from gallery.ratings import ORDER
from gallery.search.rules import check_meaning, read_rule
from gallery.visibility import signed_in
from tagging.query import QueryError

MAX_FILTERS = 50
MAX_MUTED = 500
MAX_NAME = 60


@transaction.atomic
def create(user: User, name: str, said: Said) -> ViewFilter:
    """A filter of one's own, not yet in force. Raises Invalid (name, ratings, too many) and NotAllowed."""
    _lock(user)
    if ViewFilter.objects.filter(owner=user).count() >= MAX_FILTERS:
        raise Invalid("filters_full", limit=MAX_FILTERS)
    return _write(user, ViewFilter(owner=user, version=0), name, said)


@transaction.atomic
def change(user: User, row: ViewFilter, name: str, said: Said, *, seen: int | None = None) -> ViewFilter:
    """Say something else. `seen` is the version that the form was made from: what was changed since then is not
    overwritten. Raises Invalid, and NotAllowed (another's)."""
    _lock(user)
    _require_own(user, row)
    now = ViewFilter.objects.get(pk=row.pk)
    if seen is not None and seen != now.version:
        raise Invalid("filter_changed_meanwhile")
    return _write(user, now, name, said)


@transaction.atomic
def choose(user: User, row: ViewFilter | None) -> None:
    """Put one of one's own filters in force, or none. Raises NotAllowed (another's)."""
    _lock(user)
    if row is not None:
        _require_own(user, row)
    user.active_filter = row
    user.save(update_fields=["active_filter"])
    in_force.forget(user)


@transaction.atomic
def delete(user: User, row: ViewFilter) -> None:
    """For good. If it was in force, none is. Raises NotAllowed (another's)."""
    _lock(user)
    _require_own(user, row)
    if user.active_filter_id == row.pk:
        user.active_filter = None
        user.save(update_fields=["active_filter"])
    ViewFilter.objects.filter(pk=row.pk).delete()
    in_force.forget(user)


@transaction.atomic
def share(user: User, row: ViewFilter, *, shared: bool) -> ViewFilter:
    """Make a link for others, or make the link lead nowhere: a link made later is another one. Raises NotAllowed."""
    # Others see a shared one; a link can be made to lead nowhere all the same.
    if shared:
        require_may_act(user)
    _lock(user)
    _require_own(user, row)
    if shared != (row.shared_key is not None):
        row.shared_key = secrets.token_urlsafe(16) if shared else None
        row.save(update_fields=["shared_key"])
    return row


@transaction.atomic
def copy(user: User, original: ViewFilter) -> ViewFilter:
    """A copy of one's own, which its maker can't change any more. Whom they muted is not copied.

    Raises Invalid, and NotAllowed for a rule that its maker alone may ask about: it would hide everything from others.
    """
    said = in_force.said_by(original)
    for rule in (*said.rules.hide, *said.rules.blur):
        if tag_of(rule) is None:
            _require_meaning(user, rule)
    name = original.name
    number = 2
    while _named(user, name).exists():
        name = f"{original.name[: MAX_NAME - 4]} {number}"
        number += 1
    return create(user, name, Said(said.hidden_ratings, said.blurred_ratings, said.rules))


@transaction.atomic
def mute(user: User, person: User, *, muted: bool) -> ViewFilter | None:
    """Hide everything by `person`, in the filter that is in force; one is made where none is. Raises Invalid."""
    _lock(user)
    if person.pk == user.pk:
        raise Invalid("mute_oneself")
    row = ViewFilter.objects.filter(pk=user.active_filter_id).first() if user.active_filter_id else None
    if row is None:
        if not muted:
            return None
        row = create(user, _free_name(user), Said(muted=(person.pk,)))
        choose(user, row)
        return row
    ids = [pk for pk in row.muted_ids if pk != person.pk] + ([person.pk] if muted else [])
    if len(ids) > MAX_MUTED:
        raise Invalid("too_many_muted", limit=MAX_MUTED)
    row.muted_ids = ids
    row.version += 1
    row.save(update_fields=["muted_ids", "version"])
    in_force.forget(user)
    return row


def is_muted(user: User, person: User) -> bool:
    """Whether the filter in force hides what `person` posts."""
    if user.active_filter_id is None:
        return False
    return ViewFilter.objects.filter(pk=user.active_filter_id, muted_ids__contains=[person.pk]).exists()


def muted_people(names: Iterable[str], user: User) -> tuple[int, ...]:
    """The accounts with these names. Raises Invalid for one that there is not, and for too many."""
    wanted = list(dict.fromkeys(name.casefold() for name in names))
    if len(wanted) > MAX_MUTED:
        raise Invalid("too_many_muted", limit=MAX_MUTED)
    found = _accounts(wanted)
    for name in wanted:
        if name not in found:
            raise Invalid("mute_unknown", name=name[:60])
        if found[name] == user.pk:
            raise Invalid("mute_oneself")
    return tuple(found[name] for name in wanted)


def _write(user: User, row: ViewFilter, name: str, said: Said) -> ViewFilter:
    row.name = _checked_name(user, row, name)
    if len(said.hidden_ratings) == len(ORDER):
        raise Invalid("filter_hides_all")
    if len(said.muted) > MAX_MUTED:
        raise Invalid("too_many_muted", limit=MAX_MUTED)
    row.hidden_ratings = sorted(said.hidden_ratings)
    row.blurred_ratings = sorted(said.blurred_ratings - said.hidden_ratings)
    row.hide_rules, row.blur_rules = list(said.rules.hide), list(said.rules.blur)
    row.muted_ids = list(said.muted)
    row.version += 1
    keep_resolved(row)
    row.save()
    in_force.forget(user)
    return row


def _checked_name(user: User, row: ViewFilter, typed: str) -> str:
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not name:
        raise Invalid("filter_name_needed")
    if len(name) > MAX_NAME:
        raise Invalid("filter_name_too_long", length=len(name), limit=MAX_NAME)
    if any(unicodedata.category(char)[0] == "C" for char in name):
        raise Invalid("filter_name_unusable")
    if _named(user, name).exclude(pk=row.pk).exists():
        raise Invalid("filter_name_taken", name=name)
    return name


def _free_name(user: User) -> str:
    first = name = _("My filter")
    number = 2
    while _named(user, name).exists():
        name, number = f"{first} {number}", number + 1
    return name


def _named(user: User, name: str) -> QuerySet[ViewFilter]:
    """Filters of this name, as the unique index compares them: Django's lookup in any case says UPPER, to which İ and i
    are two letters."""
    same = Exact(Lower("name"), Lower(Value(name)))
    return ViewFilter.objects.filter(same, owner=user)


def _accounts(names: list[str]) -> dict[str, int]:
    rows = User.objects.annotate(folded=Lower("username")).filter(folded__in=names)
    return {name.casefold(): pk for name, pk in rows.values_list("username", "pk")}


def _lock(user: User) -> None:
    if not signed_in(user):
        raise NotAllowed("account_disabled")
    # Whoever acts on filters of the same account at the same moment waits here.
    now = User.objects.select_for_update(no_key=True).only("active_filter_id").get(pk=user.pk)
    user.active_filter_id = now.active_filter_id


def _require_meaning(user: User, rule: str) -> None:
    try:
        check_meaning(read_rule(rule), user)
    except QueryError as error:
        raise Invalid("filter_rules_unreadable") from error


def _require_own(user: User, row: ViewFilter) -> None:
    """Call it with the account locked: a filter that was deleted while this waited is nobody's."""
    if row.owner_id != user.pk or not ViewFilter.objects.filter(pk=row.pk).exists():
        raise NotAllowed("not_your_filter")
