"""Who may do what: changing roles, through the site or from a shell, with a row in the log."""

from django.db import transaction
from django.db.models import Q

from gallery.accounts.house import house_account
from gallery.accounts.standing import require_may_act
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import ModerationAction, User
from gallery.models.moderation import ModerationKind
from gallery.models.user import Role
from gallery.moderation.acts import checked_reason

_OWNERS_ALONE = frozenset({Role.ADMIN, Role.OWNER})


@transaction.atomic
def change_role(actor: User, subject: User, role: str, reason: str) -> User:
    """An admin gives `subject` another role; the role it has already changes nothing.

    Raises NotAllowed (not an admin; admins and owners are made and unmade by owners), Invalid (unknown role, no
    reason) and InvalidTransition (it would leave the site without an owner).
    """
    if not actor.is_admin:
        raise NotAllowed("admins_only")
    require_may_act(actor)
    wanted, owners = _checked(role), locked_owners(subject.pk)
    subject = User.objects.get(pk=subject.pk)
    if not actor.is_owner and _OWNERS_ALONE & {wanted, Role(subject.role)}:
        raise NotAllowed("owner_only")
    return _give(subject, wanted, owners, actor=actor, reason=reason)


@transaction.atomic
def set_role(name: str, role: str, reason: str) -> User:
    """Give the account another role, on the word of someone with a shell on the machine; the log names the
    house account as the one who did it.

    Raises Invalid (unknown name or role, no reason) and InvalidTransition (it would leave the site without an owner).
    """
    wanted, found = _checked(role), User.objects.filter(username__iexact=name).first()
    if found is None:
        raise Invalid("unknown_user", name=name)
    owners = locked_owners(found.pk)
    subject = User.objects.get(pk=found.pk)
    return _give(subject, wanted, owners, actor=house_account(), reason=reason)


def _checked(role: str) -> Role:
    if role not in Role.values:
        raise Invalid("unknown_role", value=role)
    return Role(role)


def locked_owners(also: int) -> list[User]:
    """All owners, locked, so that two cannot unmake each other at the same moment; locked with them is the account of
    the number `also`. All in the order of their numbers, as everywhere, so that nobody waits for somebody who waits."""
    meant = Q(role=Role.OWNER, is_active=True) | Q(pk=also)
    rows = User.objects.select_for_update(no_key=True).filter(meant).order_by("pk")
    return [row for row in rows if row.role == Role.OWNER and row.is_active]


def _give(subject: User, role: Role, owners: list[User], *, actor: User, reason: str) -> User:
    if owners == [subject] and role != Role.OWNER:
        raise InvalidTransition("last_owner")
    if subject.role == role:
        return subject
    details = {"from": subject.role, "to": role.value}
    subject.role = role
    subject.save(update_fields=["role"])
    ModerationAction.objects.create(
        actor=actor, kind=ModerationKind.ROLE, subject=subject, reason=checked_reason(reason), details=details
    )
    return subject
