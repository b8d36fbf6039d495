"""The Django app of the gallery floor."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"
