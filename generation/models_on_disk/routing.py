"""Which workers draw a model: its `device_class`, a word that workers are given too (docs/operator.md)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from generation.models import Checkpoint, WorkerStatus
from generation.models_on_disk.refusals import ModelRefused
from generation.queueing.devices import ANY_CLASS, REMOTE_CLASS

# As IRODORI_DEVICE_CLASS may be written.
_CLASS = re.compile(r"[a-z0-9-]{1,20}")


def device_class(typed: str, *, on_disk: bool) -> str:
    """The class that was typed; nothing means any worker. Raises `ModelRefused`.

    `on_disk`: the model has files; workers that only pass on what an image server draws can't draw it.
    """
    found = typed.strip() or ANY_CLASS
    if not _CLASS.fullmatch(found):
        raise ModelRefused(
            _("A class of workers has up to 20 small letters, digits and “-”, such as cpu, cuda or big."),
            "device_class",
        )
    if found == REMOTE_CLASS and on_disk:
        raise ModelRefused(
            _("Workers of the class “remote” draw only models of image servers, not files. Choose another class."),
            "device_class",
        )
    return found


def known_classes() -> list[str]:
    """Those that workers report and models have now, to choose from; others can be typed."""
    used = {
        *WorkerStatus.objects.values_list("device_class", flat=True),
        *Checkpoint.objects.values_list("device_class", flat=True),
    }
    return [ANY_CLASS, *sorted(used - {ANY_CLASS})]
