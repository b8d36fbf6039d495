"""The two accounts that a site has from its first start: its owner and its house account."""

from django.contrib.auth.hashers import make_password

from gallery.accounts.names import HOUSE_NAME, OWNER_NAME
from gallery.models import User
from gallery.models.user import Role


def house_account() -> User:
    """The account that the site's own pictures belong to; nobody can sign in to it."""
    return _account(HOUSE_NAME, Role.MEMBER)


def owner_account() -> User:
    """The oldest active owner; on a new site the account "owner" is made, without a password."""
    owner = User.objects.filter(role=Role.OWNER, is_active=True).order_by("pk").first()
    return owner or _account(OWNER_NAME, Role.OWNER)


def _account(name: str, role: Role) -> User:
    # The unique index on the name decides between two that start at once.
    user, _made = User.objects.get_or_create(username=name, defaults={"role": role, "password": make_password(None)})
    return user
