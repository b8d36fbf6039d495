"""The Django app of the generation floor."""

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"
