"""The Django app of the composition root: management commands and environment checks."""

from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Configures Celery with Django, so that whoever rings for a worker reaches the right broker."""

    name = "config"

    def ready(self) -> None:
        """Make the Celery application the current one of this process."""
        import_module("config.celery")
