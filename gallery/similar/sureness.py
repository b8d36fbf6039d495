"""What a distance between two hashes means, in words.

Measured on 120 pictures drawn by code (docs/provenance.md): JPEG of quality 40, WebP, half the size, noise, blur and
grey differ in 0 to 14 bits; a preview of 180 pixels, another brightness or a hundredth cut off all around in 8 to 36;
no two different pictures in less than 100.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.pictures.pdq import BITS, MATCH_BITS

SAME_BITS, COPY_BITS = 10, 24


class Sureness(models.TextChoices):
    """How sure it is that one picture was made from another. `SIMILAR` may as well be a variation of it."""

    SAME = "same", _("The same picture")
    COPY = "copy", _("Very likely a copy")
    SIMILAR = "similar", _("Similar")


def sureness(distance: int) -> Sureness:
    """Up to 10 bits the same, to 24 a copy, to 31 similar. Raises ValueError beyond."""
    if not 0 <= distance <= MATCH_BITS:
        raise ValueError(f"distance: 0 to {MATCH_BITS}")
    if distance <= SAME_BITS:
        return Sureness.SAME
    return Sureness.COPY if distance <= COPY_BITS else Sureness.SIMILAR


def likeness(distance: int) -> int:
    """Percent: 100 for the same hash, 0 for as many bits as two pictures have different by chance."""
    return max(0, round(100 * (1 - distance / (BITS / 2))))
