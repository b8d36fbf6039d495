"""Which user names can be used in `user:` searches, and which are the site's own."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from gallery.models.user import DELETED_NAME

HOUSE_NAME = "irodori"
OWNER_NAME = "owner"
RESERVED = frozenset({HOUSE_NAME, OWNER_NAME})


def validate_not_reserved(name: str) -> None:
    """Refuses the names of the accounts that the site makes itself, and those it gives to deleted ones."""
    if name.lower() in RESERVED or name.lower().startswith(DELETED_NAME):
        raise ValidationError(_("This name belongs to the site; please choose another one."), code="reserved")


username_validators = [
    RegexValidator(
        r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        _("Use letters, digits, “_”, “.” and “-” only, beginning with a letter or digit."),
    ),
    validate_not_reserved,
]
