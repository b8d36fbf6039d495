"""The Django app `tagging`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaggingConfig(AppConfig):
    """Tags and the language over them."""

    name = "tagging"
    verbose_name = _("Tags")
    default_auto_field = "django.db.models.BigAutoField"
