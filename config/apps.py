"""The Django app of the composition root: management commands and environment checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
