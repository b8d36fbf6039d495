"""Strikes and bans: given, taken back, and what follows from so many strikes. One function and one transaction each.

Each writes the log, and tells the person in a statement of reasons that they can appeal. Strikes and bans end with
their time by themselves. What a ban keeps somebody from is in `gallery.accounts.standing` and `.barring`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import ngettext

from gallery.accounts.names import HOUSE_NAME
from gallery.accounts.standing import end_words, require_may_act, standing_ban, standing_bans
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Ban, ModerationAction, Strike, User
from gallery.models.moderation import ModerationKind
from gallery.models.review import Detection, Restriction, SiteRule
from gallery.models.sanction import Scope
from gallery.models.user import Role
from gallery.moderation.acts import log_act
from gallery.moderation.address_blocks import checked_block
from gallery.moderation.lengths import checked_end
from gallery.moderation.statements import state_reasons

_RANK = {role: place for place, role in enumerate(Role)}


@transaction.atomic
def strike(
    actor: User,
    person: User,
    rule: SiteRule,
    reason: str,
    *,
    about: ModerationAction | None = None,
    detection: Detection = Detection.MODERATOR,
) -> Strike:
    """Note that somebody broke a rule, for the days that the operator set; with the last of so many that stand comes a
    ban by itself. `about` is the removal that it comes with.

    Raises NotAllowed (see `require_over`) and Invalid (no reason).
    """
    actor, person = _locked(actor, person)
    now = timezone.now()
    expires_at = now + timedelta(days=settings.STRIKE_DAYS)
    details: dict[str, Any] = {"rule": rule.value, "until": expires_at.isoformat()}
    if about is not None and about.post_id:
        details["post"] = about.post_id
    act = log_act(actor, ModerationKind.STRIKE, None, reason, details, subject=person)
    given = Strike.objects.create(person=person, rule=rule, act=act, about=about, at=now, expires_at=expires_at)
    state_reasons(act, person, Restriction.STRIKE, rule, detection=detection)
    _ban_for_strikes(actor, person, rule, now)
    return given


@transaction.atomic
def void(actor: User, given: Strike, reason: str, *, details: dict[str, Any] | None = None) -> Strike:
    """Take a strike back; a ban that came of itself and for which there are too few strikes without it ends too.

    Raises NotAllowed, InvalidTransition (voided or expired) and Invalid (no reason).
    """
    actor, person = _locked(actor, given.person)
    given = Strike.objects.select_for_update(of=("self",)).get(pk=given.pk)
    # On appeal one that expired meanwhile is taken back too: it also counts as history.
    if given.voided_at is not None or (details is None and not given.stands()):
        raise InvalidTransition("strike_over")
    given.voided_at, given.voided_by = timezone.now(), actor
    given.save(update_fields=["voided_at", "voided_by"])
    more = {"strike": given.act_id} | (details or {})
    log_act(actor, ModerationKind.VOID, None, reason, more, subject=person)
    found = standing_ban(person)
    if found is not None and found.automatic:
        rests_on = Strike.objects.filter(pk__in=found.act.details["strikes"], voided_at=None).count()
        if rests_on < found.act.details["needed"]:
            _lift(actor, found, reason, more)
    return given


@transaction.atomic
def ban(
    actor: User,
    person: User,
    *,
    until: datetime | None,
    rule: SiteRule,
    reason: str,
    replacing: int | None = None,
    detection: Detection = Detection.MODERATOR,
) -> Ban:
    """Let an account look, not act, until then, or for good.

    `replacing` is the number of the ban that the moderator saw standing, which this one, longer or shorter, takes the
    place of; of two who ban at once one is told of the other's. Raises NotAllowed, InvalidTransition (another ban came
    before) and Invalid (no reason, an end in the past or too far away).
    """
    checked_end(until)
    actor, person = _locked(actor, person)
    found = standing_ban(person)
    if found is not None and found.pk != replacing:
        name = User.objects.values_list("username", flat=True).get(pk=found.act.actor_id)
        raise InvalidTransition("banned_already", name=name, until=end_words(found))
    return _put(actor, person, found, until, rule, reason, detection=detection)


@transaction.atomic
def ban_addresses(
    actor: User, block: str, *, scope: str, until: datetime | None, rule: SiteRule, reason: str, own_address: str
) -> Ban:
    """Keep people of a block of addresses from joining and from reporting without an account, and with `SIGN_IN` from
    signing in. `own_address` is the moderator's.

    Raises NotAllowed, InvalidTransition (that very block is banned) and Invalid (what was typed, `checked_block`).
    """
    checked_end(until)
    network = checked_block(block, own_address)
    if scope not in (Scope.VISITORS, Scope.SIGN_IN):
        raise Invalid("unknown_scope")
    (actor,) = _locked(actor)
    details = {"block": str(network), "scope": scope, "rule": rule.value} | _end(until)
    # One after another: two of the same block at once would else wait for each other.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('gallery_address_bans'))")
    there = standing_bans().filter(block=network).first()
    if there is not None:
        raise InvalidTransition("block_banned_already", block=str(network), until=end_words(there))
    act = log_act(actor, ModerationKind.BAN, None, reason, details)
    # Nothing of votes rests on addresses.
    return Ban.objects.create(block=network, scope=scope, rule=rule, act=act, until=until, recounted=True)


@transaction.atomic
def unban(actor: User, found: Ban, reason: str, *, details: dict[str, Any] | None = None) -> Ban:
    """Lift a ban that stands. Raises NotAllowed, InvalidTransition (it is over) and Invalid (no reason)."""
    actor = _locked(actor, found.person)[0] if found.person else _locked(actor)[0]
    found = Ban.objects.select_for_update(of=("self",)).select_related("act").get(pk=found.pk)
    if not found.stands():
        raise InvalidTransition("ban_over")
    return _lift(actor, found, reason, details or {})


def require_over(actor: User, person: User) -> None:
    """Who may do this to whom: moderators to those with a lower role; nobody to themselves, to an owner, or to the
    account that the site's own pictures belong to. Raises NotAllowed."""
    if not actor.is_moderator:
        raise NotAllowed("moderators_only")
    if actor.pk == person.pk:
        raise NotAllowed("own_sanction")
    if person.role == Role.OWNER:
        raise NotAllowed("owner_sanction")
    if person.username == HOUSE_NAME:
        raise NotAllowed("site_account_sanction")
    if _RANK[Role(person.role)] >= _RANK[Role(actor.role)]:
        raise NotAllowed("same_role_sanction", name=person.username, role=str(Role(person.role).label))


def may_sanction(viewer: User, person: User) -> bool:
    """Whether the page of this person offers it to this viewer."""
    try:
        require_over(viewer, person)
    except NotAllowed:
        return False
    return True


def _put(
    actor: User,
    person: User,
    before: Ban | None,
    until: datetime | None,
    rule: SiteRule,
    reason: str,
    *,
    detection: Detection,
    strikes: list[int] | None = None,
) -> Ban:
    """The ban of a locked person in the place of the one that stands."""
    details: dict[str, Any] = {"rule": rule.value} | _end(until)
    if strikes is not None:
        details |= {"strikes": strikes, "needed": settings.STRIKES_TO_BAN, "automated": True}
    now = timezone.now()
    if before is not None:
        details["replaces"] = before.act_id
        before.lifted_at, before.lifted_by = now, actor
        before.save(update_fields=["lifted_at", "lifted_by"])
    act = log_act(actor, ModerationKind.BAN, None, reason, details, subject=person)
    automatic = strikes is not None
    made = Ban.objects.create(person=person, rule=rule, act=act, since=now, until=until, automatic=automatic)
    state_reasons(act, person, Restriction.BAN, rule, detection=detection, automated=automatic)
    return made


def _ban_for_strikes(actor: User, person: User, rule: SiteRule, now: datetime) -> None:
    """The ban that so many strikes bring, unless one that stands lasts as long anyway."""
    needed, days = settings.STRIKES_TO_BAN, settings.STRIKE_BAN_DAYS
    strikes = list(
        Strike.objects.filter(person=person, voided_at=None, expires_at__gt=now).values_list("pk", flat=True)
    )
    if not needed or len(strikes) < needed:
        return
    until, before = now + timedelta(days=days), standing_ban(person)
    if before is not None and (before.until is None or before.until >= until):
        return
    reason = ngettext(
        "%(count)d strike counts against this account, so many that a ban follows by itself.",
        "%(count)d strikes count against this account, so many that a ban follows by itself.",
        len(strikes),
    ) % {"count": len(strikes)}
    _put(actor, person, before, until, rule, reason, detection=Detection.AUTOMATED, strikes=strikes)


def _lift(actor: User, found: Ban, reason: str, details: dict[str, Any]) -> Ban:
    found.lifted_at, found.lifted_by = timezone.now(), actor
    # Votes count again.
    found.recounted = found.person_id is None
    found.save(update_fields=["lifted_at", "lifted_by", "recounted"])
    more = {"ban": found.act_id} | ({"block": str(found.block)} if found.block else {}) | details
    log_act(actor, ModerationKind.UNBAN, None, reason, more, subject=found.person)
    return found


def _end(until: datetime | None) -> dict[str, str | None]:
    return {"until": until.isoformat() if until else None}


def _locked(actor: User, person: User | None = None) -> tuple[User, ...]:
    """The moderator as they are now and the person, locked in the order of their numbers, if the one may do this to the
    other. Raises NotAllowed; a moderator who was demoted meanwhile is none."""
    numbers = {actor.pk} | ({person.pk} if person else set())
    rows = {row.pk: row for row in User.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")}
    now = rows[actor.pk]
    if not now.is_moderator:
        raise NotAllowed("moderators_only")
    require_may_act(now)
    if person is None:
        return (now,)
    require_over(now, rows[person.pk])
    return now, rows[person.pk]
