"""Who may do what: changing roles, with a row in the log."""

from django.db import transaction

from gallery.accounts.house import house_account
from gallery.errors import Invalid, InvalidTransition
from gallery.models import ModerationAction, User
from gallery.models.moderation import ModerationKind
from gallery.models.user import Role


@transaction.atomic
def set_role(name: str, role: str, reason: str) -> User:
    """Give the account another role, on the word of someone with a shell on the machine; the log names the
    house account as the one who did it.

    Raises Invalid (unknown name or role) and InvalidTransition (it would leave the site without an owner).
    """
    if role not in Role.values:
        raise Invalid("unknown_role", value=role)
    # All owners are locked, so that two cannot unmake each other at the same moment.
    owners = list(User.objects.select_for_update().filter(role=Role.OWNER, is_active=True).order_by("pk"))
    user = User.objects.select_for_update().filter(username__iexact=name).first()
    if user is None:
        raise Invalid("unknown_user", name=name)
    if owners == [user] and role != Role.OWNER:
        raise InvalidTransition("last_owner")
    before = user.role
    if before != role:
        user.role = role
        user.save(update_fields=["role"])
        ModerationAction.objects.create(
            actor=house_account(),
            kind=ModerationKind.ROLE,
            subject=user,
            reason=reason,
            details={"from": before, "to": role},
        )
    return user
