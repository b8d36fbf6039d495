"""What a file's structure says before any decoder sees it: one walker a format, one set of limits for all."""

from gallery.pictures.headers.check import inspect
from gallery.pictures.headers.facts import Facts

__all__ = ["Facts", "inspect"]
