"""Which user names can be used in `user:` searches."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

username_validators = [
    RegexValidator(
        r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        _("Use letters, digits, “_”, “.” and “-” only, beginning with a letter or digit."),
    )
]
