"""Things of the floors above that can be reported and hidden, such as styles; `style:12` is the name of one.

`config` says for each kind which function loads it (`settings.THINGS`). The row in the log is about its maker and names
it in its details; the maker reads a statement of reasons and can appeal once, as for comments.
"""

from __future__ import annotations

from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from gallery.accounts.standing import require_may_act
from gallery.errors import InvalidTransition, NotAllowed
from gallery.models import Case, ModerationAction, Statement, User
from gallery.models.moderation import ModerationKind
from gallery.models.review import CaseKind, CaseState, Detection, Outcome, Restriction, SiteRule, StatementState
from gallery.moderation.acts import log_about_person
from gallery.moderation.cases import close_moot_case, decides_alone, settle
from gallery.moderation.statements import state_reasons

HIDDEN, SHOWN, KEPT = "hidden", "shown", "kept"
"""What was done, in the log's details."""


class Thing(Protocol):
    """What moderation has to know of one. `text` is what it says; `hidden`: its maker and moderators alone open it."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> ModerationKind: ...
    @property
    def restriction(self) -> Restriction: ...
    @property
    def maker(self) -> User: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def hidden(self) -> bool: ...
    def opens_to(self, viewer: User) -> bool: ...
    def set_hidden(self, hidden: bool) -> None: ...


def thing_called(name: str, *, lock: bool = False) -> Thing | None:
    """The thing of that name, as it is now; None where it is gone. `lock`: until the caller's transaction ends."""
    kind, _colon, number = name.partition(":")
    if kind not in settings.THINGS or not (number.isascii() and number.isdecimal()):
        return None
    found: Thing | None = import_string(settings.THINGS[kind])(int(number), lock=lock)
    return found


@transaction.atomic
def hide(
    moderator: User,
    name: str,
    reason: str,
    rule: SiteRule = SiteRule.OTHER,
    *,
    detection: Detection = Detection.MODERATOR,
) -> ModerationAction:
    """Let nobody open it but its maker and moderators.

    Raises NotAllowed (no moderator, one's own), InvalidTransition (hidden before, gone) and Invalid (no reason).
    """
    thing = _begin(moderator, name)
    if thing.hidden:
        raise InvalidTransition("thing_hidden_before")
    thing.set_hidden(True)
    act = _log(moderator, thing, reason, {"act": HIDDEN, "rule": rule.value})
    if thing.maker.pk != moderator.pk:
        state_reasons(act, thing.maker, thing.restriction, rule, detection=detection)
    _settle_reports(thing, moderator, Outcome.REMOVED, act.reason)
    return act


@transaction.atomic
def show(moderator: User, name: str, reason: str) -> ModerationAction:
    """Let everybody open a hidden one again who could before. Raises as `hide` does."""
    thing = _begin(moderator, name)
    if not thing.hidden:
        raise InvalidTransition("thing_not_hidden")
    thing.set_hidden(False)
    return _log(moderator, thing, reason, {"act": SHOWN})


@transaction.atomic
def keep(moderator: User, name: str, reason: str) -> ModerationAction:
    """Leave a reported one as it is. Raises NotAllowed, InvalidTransition (gone) and Invalid (no reason)."""
    thing = _begin(moderator, name)
    act = _log(moderator, thing, reason, {"act": KEPT})
    _settle_reports(thing, moderator, Outcome.KEPT, act.reason)
    return act


def take_back_hiding(statement: Statement) -> None:
    """After an appeal: it is shown again, unless another decision hid it since. The caller writes the log."""
    name = statement.act.details["thing"]
    thing = thing_called(name, lock=True)
    newest = decision_about(name, statement.person)
    if thing is not None and thing.hidden and newest == statement:
        thing.set_hidden(False)


def decision_about(name: str, maker: User) -> Statement | None:
    """The newest decision that hid it and was not overturned."""
    found = Statement.objects.filter(person=maker, act__details__thing=name, act__details__act=HIDDEN)
    return found.exclude(state=StatementState.OVERTURNED).order_by("-pk").first()


def forget(name: str) -> None:
    """Close what waits about one that its maker deletes, in that transaction and with the thing locked."""
    open_ones = Case.objects.select_for_update(of=("self",)).filter(thing=name, state=CaseState.OPEN)
    for case in open_ones.order_by("pk"):
        close_moot_case(case)


def _begin(moderator: User, name: str) -> Thing:
    if not moderator.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(moderator)
    thing = thing_called(name, lock=True)
    if thing is None:
        raise InvalidTransition("thing_gone")
    if thing.maker.pk == moderator.pk and not decides_alone(moderator):
        raise NotAllowed("own_thing")
    return thing


def _log(moderator: User, thing: Thing, reason: str, details: dict[str, Any]) -> ModerationAction:
    # Its maker may keep it to themselves by now: then the log doesn't say what it is called.
    named = {"thing": thing.name, "title": thing.title if thing.opens_to(moderator) else ""}
    return log_about_person(moderator, thing.kind, thing.maker, reason, details | named)


def _settle_reports(thing: Thing, moderator: User, outcome: Outcome, reason: str) -> None:
    reports = Case.objects.select_for_update().filter(thing=thing.name, kind=CaseKind.REPORT, state=CaseState.OPEN)
    for case in reports.order_by("pk"):
        settle(case, moderator, outcome, reason)
