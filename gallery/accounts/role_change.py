"""An admin gives somebody another role, through the site; from a shell it is `roles.set_role`."""

from django.db import transaction

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import ModerationAction, User
from gallery.models.moderation import ModerationKind
from gallery.models.user import Role
from gallery.moderation.acts import checked_reason

_OWNERS_ALONE = frozenset({Role.ADMIN, Role.OWNER})


@transaction.atomic
def change_role(actor: User, subject: User, role: str, reason: str) -> User:
    """Give `subject` another role, with a row in the log; the role it has already changes nothing.

    Raises NotAllowed (not an admin; admins and owners are made and unmade by owners), Invalid (unknown role, no
    reason) and InvalidTransition (it would leave the site without an owner).
    """
    if not actor.is_admin:
        raise NotAllowed("admins_only")
    if role not in Role.values:
        raise Invalid("unknown_role", value=role)
    # All owners are locked, so that two cannot unmake each other at the same moment.
    owners = list(User.objects.select_for_update().filter(role=Role.OWNER, is_active=True).order_by("pk"))
    subject = User.objects.select_for_update().get(pk=subject.pk)
    if not actor.is_owner and _OWNERS_ALONE & {Role(role), Role(subject.role)}:
        raise NotAllowed("owner_only")
    if owners == [subject] and role != Role.OWNER:
        raise InvalidTransition("last_owner")
    if subject.role == role:
        return subject
    details = {"from": subject.role, "to": role}
    subject.role = role
    subject.save(update_fields=["role"])
    ModerationAction.objects.create(
        actor=actor, kind=ModerationKind.ROLE, subject=subject, reason=checked_reason(reason), details=details
    )
    return subject
