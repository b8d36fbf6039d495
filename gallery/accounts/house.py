"""The two accounts that a site has from its first start: its owner and its house account."""

from django.contrib.auth.hashers import make_password

from gallery.accounts.names import HOUSE_NAME, OWNER_NAME
from gallery.errors import InvalidTransition
from gallery.models import User
from gallery.models.user import Role


def house_account() -> User:
    """The account that the site's own pictures belong to; nobody can sign in to it."""
    return _account(HOUSE_NAME, Role.MEMBER)


def owner_account() -> User:
    """The oldest active owner; on a new site the account "owner" is made, without a password.

    Raises InvalidTransition where there is an account "owner" already and it may not sign in as one.
    """
    owner = User.objects.filter(role=Role.OWNER, is_active=True).order_by("pk").first()
    owner = owner or _account(OWNER_NAME, Role.OWNER)
    if not owner.is_owner or not owner.is_active:
        raise InvalidTransition("no_owner", name=owner.username)
    return owner


def _account(name: str, role: Role) -> User:
    # The unique index on the name decides between two that start at once.
    user, _made = User.objects.get_or_create(username=name, defaults={"role": role, "password": make_password(None)})
    return user
