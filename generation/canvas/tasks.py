"""What can be asked for on the canvas."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

CANDIDATES = 4
"""Pictures of a repair: a wrong hand often comes out wrong again, and one of four is right more often."""
REPAIR_STRENGTH = 0.45
"""How much of a part is drawn anew: it keeps its place and pose, and gains what its size adds."""
CLOSER_PADDING = 32
"""Pixels around a mask that is drawn at full size."""


class Task(TextChoices):
    """Which part of the form counts; the rest of it stays as it is for later."""

    PAINT = "paint", _("What I painted")
    REPAIR = "repair", _("A part, in four tries")
    EDGES = "edges", _("New edges")
    WHOLE = "whole", _("The whole picture")
