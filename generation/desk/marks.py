"""What its maker notes about takes: one function for each change, each one transaction and ready to be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid
from gallery.models import User
from generation.models import Take
from generation.models.take import MAX_STARS, Fix, Flag
from generation.requests import one_by_one

MAX_TAKES = 2000
"""Most takes of one act."""
UNDO_SECONDS = 24 * 3600
_SALT = "generation.desk.undo"
# What an act may change, and so what can be undone.
FIELDS = ("flag", "flagged_at", "stars", "note", "to_fix", "purged_at")

Change = Callable[[Take], None]


@dataclass(frozen=True)
class Done:
    """What an act changed. `undo` goes to `undo`, signed; empty where nothing changed.

    `takes` are all that it was asked of and that are there, as they are now.
    """

    takes: list[Take]
    changed: int
    undo: str = ""
    ids: list[int] = field(default_factory=list)


def flag(user: User, ids: Iterable[int], value: str) -> Done:
    """Pick, reject, or leave undecided; the same again is no change. Raises Invalid for another value."""
    if value not in Flag.values:
        raise Invalid("take_flag_unknown")
    now = timezone.now()

    def change(take: Take) -> None:
        if take.flag != value:
            take.flag, take.flagged_at = value, None if value == Flag.NONE else now

    return _act(user, ids, change)


def rate(user: User, ids: Iterable[int], stars: int) -> Done:
    """Give 1 to 5 stars, or none (0). Raises Invalid for another number."""
    if not 0 <= stars <= MAX_STARS:
        raise Invalid("take_stars", high=MAX_STARS)

    def change(take: Take) -> None:
        take.stars = stars

    return _act(user, ids, change)


def to_fix(user: User, ids: Iterable[int], *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Done:
    """Say what is still to be mended, and what isn't any more. Raises Invalid for what is no such thing."""
    more, less = set(add), set(remove)
    if not (more | less) <= set(Fix.values):
        raise Invalid("take_fix_unknown")

    def change(take: Take) -> None:
        wanted = (set(take.to_fix) | more) - less
        take.to_fix = [name for name in Fix.values if name in wanted]

    return _act(user, ids, change)


def act(user: User, ids: Iterable[int], change: Change, *, may: Callable[[Take], bool] | None = None) -> Done:
    """Change those of `user`'s takes with these numbers that `may` be, in one transaction, and say how it is undone."""
    return _act(user, ids, change, may=may)


@transaction.atomic
def undo(user: User, token: str) -> Done:
    """Put back what an act changed, as far as nobody changed it again since; what was published since stays out of the
    bin.

    Raises Invalid for a token that is none, is somebody else's or is older than a day.
    """
    require_may_act(user)
    try:
        said = signing.loads(token, salt=_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature as error:
        raise Invalid("take_undo_gone") from error
    if said["user"] != user.pk:
        raise Invalid("take_undo_gone")
    one_by_one(user.pk)
    changes = {int(pk): fields for pk, fields in said["takes"].items()}
    found = list(_locked(user, changes))
    back = []
    for take in found:
        fields = changes[take.pk]
        as_left = all(_packed(take, name) == values[1] for name, values in fields.items())
        into_bin = bool(fields.get("purged_at", [None])[0])
        if take.erased_at is not None or not as_left or (into_bin and take.post_id is not None):
            continue
        for name, values in fields.items():
            setattr(take, name, _unpacked(name, values[0]))
        back.append(take)
    _write(back, {name for fields in changes.values() for name in fields})
    return Done(found, len(back), ids=[take.pk for take in back])


@transaction.atomic
def _act(user: User, ids: Iterable[int], change: Change, *, may: Callable[[Take], bool] | None = None) -> Done:
    require_may_act(user)
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MAX_TAKES:
        raise Invalid("take_too_many", limit=MAX_TAKES)
    # Who draws over one of them, or sweeps the bin, waits.
    one_by_one(user.pk)
    found = list(_locked(user, wanted))
    changed: dict[int, dict[str, Any]] = {}
    touched = []
    for take in found:
        if take.erased_at is not None or (may or _is_on_the_desk)(take) is False:
            continue
        before = {name: _packed(take, name) for name in FIELDS}
        change(take)
        differs = {name: [before[name], now] for name in FIELDS if (now := _packed(take, name)) != before[name]}
        if differs:
            changed[take.pk] = differs
            touched.append(take)
    _write(touched, {name for fields in changed.values() for name in fields})
    token = signing.dumps({"user": user.pk, "takes": changed}, salt=_SALT, compress=True) if changed else ""
    return Done(found, len(touched), token, [take.pk for take in touched])


def _locked(user: User, ids: Iterable[int]) -> QuerySet[Take]:
    """In the order of their numbers, so that two acts at a time wait for each other and never for ever."""
    return Take.objects.filter(owner=user, pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))


def _is_on_the_desk(take: Take) -> bool:
    return take.purged_at is None


def _write(takes: list[Take], fields: Iterable[str]) -> None:
    if takes:
        Take.objects.bulk_update(takes, list(fields), batch_size=500)


def _packed(take: Take, name: str) -> Any:
    value = getattr(take, name)
    return value.isoformat() if isinstance(value, datetime) else list(value) if name == "to_fix" else value


def _unpacked(name: str, value: Any) -> Any:
    return parse_datetime(value) if name in ("flagged_at", "purged_at") and value is not None else value
