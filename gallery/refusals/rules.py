"""The rules that admins write: made, changed and deleted, each act in the log."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, NotAllowed
from gallery.models import ModerationAction, RefusalRule, User
from gallery.models.moderation import ModerationKind
from gallery.models.refusal import RuleEffect, RulePlace
from gallery.refusals.terms import BadTerm, read_terms

MAX_NAME, MAX_TERMS, MAX_NOTE, MAX_REASON = 80, 20_000, 300, 2000
MAX_RULES = 200


@dataclass(frozen=True)
class Wanted:
    """A rule as an admin writes it."""

    name: str
    effect: str
    places: tuple[str, ...]
    terms: str
    note: str = ""
    enabled: bool = True


@transaction.atomic
def save_rule(admin: User, rule: RefusalRule | None, wanted: Wanted, reason: str) -> RefusalRule:
    """Make a rule (None) or change one. Raises NotAllowed (no admin) and Invalid (what is wrong with it)."""
    values, reason = _checked(admin, wanted), _checked_reason(reason)
    before = None
    if rule is not None:
        rule = RefusalRule.objects.select_for_update(of=("self",)).filter(pk=rule.pk).first()
        if rule is None:
            raise Invalid("refusal_rule_gone")
        before = _facts(rule)
    elif RefusalRule.objects.count() >= MAX_RULES:
        raise Invalid("refusal_too_many_rules", limit=MAX_RULES)
    row = rule or RefusalRule()
    for name, value in values.items():
        setattr(row, name, value)
    row.changed_by = admin
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Invalid("refusal_name_taken", name=wanted.name.strip()) from error
    _log(admin, reason, before, _facts(row))
    return row


@transaction.atomic
def delete_rule(admin: User, rule: RefusalRule, reason: str) -> None:
    """Take a rule away; what it refused stays counted. Raises NotAllowed and Invalid."""
    _require_admin(admin)
    reason = _checked_reason(reason)
    locked = RefusalRule.objects.select_for_update(of=("self",)).filter(pk=rule.pk).first()
    if locked is None:
        raise Invalid("refusal_rule_gone")
    _log(admin, reason, _facts(locked), None)
    locked.delete()


def _checked(admin: User, wanted: Wanted) -> dict[str, Any]:
    _require_admin(admin)
    name, note = (" ".join(text.replace("\x00", "").split()) for text in (wanted.name, wanted.note))
    terms = wanted.terms.replace("\x00", "").strip()
    if not name:
        raise Invalid("refusal_name_needed")
    if len(name) > MAX_NAME:
        raise Invalid("refusal_name_too_long", length=len(name), limit=MAX_NAME)
    if len(note) > MAX_NOTE:
        raise Invalid("refusal_note_too_long", length=len(note), limit=MAX_NOTE)
    if wanted.effect not in RuleEffect.values:
        raise Invalid("refusal_effect_unknown")
    if not wanted.places or not set(wanted.places) <= set(RulePlace.values):
        raise Invalid("refusal_place_needed")
    if len(terms) > MAX_TERMS:
        raise Invalid("refusal_terms_too_long", length=len(terms), limit=MAX_TERMS)
    try:
        if not read_terms(terms):
            raise Invalid("refusal_terms_needed")
    except BadTerm as error:
        raise Invalid("refusal_bad_term", term=error.line[:80] or "+") from error
    return {
        "name": name,
        "effect": wanted.effect,
        "places": sorted(set(wanted.places)),
        "terms": terms,
        "note": note,
        "enabled": wanted.enabled,
    }


def _checked_reason(reason: str) -> str:
    text = reason.replace("\x00", "").strip()
    if not text:
        raise Invalid("reason_needed")
    if len(text) > MAX_REASON:
        raise Invalid("reason_too_long", length=len(text), limit=MAX_REASON)
    return text


def _require_admin(admin: User) -> None:
    if not admin.is_admin:
        raise NotAllowed("admins_only_rules")
    require_may_act(admin)


def _facts(rule: RefusalRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "effect": str(rule.effect),
        "places": list(rule.places),
        "terms": rule.terms,
        "note": rule.note,
        "enabled": rule.enabled,
    }


def _log(admin: User, reason: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    act = "changed" if before and after else "made" if after else "deleted"
    details = {"rule": (after or before or {})["name"], "act": act, "before": before, "after": after}
    ModerationAction.objects.create(actor=admin, kind=ModerationKind.RULE, reason=reason, details=details)
