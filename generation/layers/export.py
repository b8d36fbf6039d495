"""A take with its layers as one file, written to the disk and given away from there."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, suppress
from enum import StrEnum
from pathlib import Path
from typing import IO

from django.conf import settings
from PIL import Image

from gallery.downloads.turns import Turns
from gallery.errors import Gone, NotNow
from gallery.provenance import PNG, Label, label_packet, labelled
from gallery.storing import OutOfReach
from generation.layers import openraster, psd
from generation.layers.history import Step, fitted, line_of
from generation.layers.refusals import LayersRefused
from generation.layers.stacking import PictureLost, layers_of, pixels_of
from generation.models import Take
from generation.takes import file_label

_turns = Turns()


class Form(StrEnum):
    """The kinds of files, by their extensions."""

    ORA = "ora"
    PSD = "psd"

    @property
    def mime(self) -> str:
        """The media type."""
        return openraster.MIME if self == Form.ORA else psd.MIME


def layered_file(take: Take, form: Form) -> IO[bytes]:
    """A nameless file, open at its beginning, that flattens to the take exactly; it goes away when it is closed.

    Raises `Gone` (archived), `LayersRefused` (the take's own picture is lost, or too large for the form), `Busy`, and
    `NotNow` when files can be neither read nor written.
    """
    if take.archived_at is not None:
        raise Gone("original_archived")
    if form == Form.PSD and max(take.asset.width, take.asset.height) > psd.MAX_SIDE:
        raise LayersRefused("too_large")
    label = file_label(take, with_prompt=True)
    steps = line_of(take)
    with _turns.turn():
        while True:
            with ExitStack() as kept:
                out = kept.enter_context(_empty_file())
                try:
                    _write(out, form, steps, label)
                    out.seek(0)
                except PictureLost as lost:
                    if lost.number == len(steps) - 1:
                        raise LayersRefused("no_layers") from lost
                    # As if it was purged: the oldest picture above it that is left is the lowest.
                    steps = fitted(steps[lost.number + 1 :])
                    continue
                except psd.TooLarge as error:
                    raise LayersRefused("too_large") from error
                except OutOfReach as error:
                    raise NotNow("files_out_of_reach") from error
                except OSError as error:
                    raise NotNow("upload_no_room") from error
                kept.pop_all()
                return out


def _write(out: IO[bytes], form: Form, steps: list[Step], label: Label) -> None:
    last = steps[-1]

    def flat() -> Image.Image:
        try:
            return pixels_of(last.asset)
        except OutOfReach:
            raise
        except OSError as error:
            raise PictureLost(len(steps) - 1) from error

    layers = layers_of(steps)
    if form == Form.ORA:
        openraster.write_openraster(out, layers, lambda: labelled(flat(), label, PNG))
        return
    with _empty_file() as spool:
        psd.write_psd(out, spool, layers, flat, size=last.size, xmp=label_packet(label))


def _empty_file() -> IO[bytes]:
    """On the disk where pictures lie, as the usual place for such files may be memory."""
    folder = Path(settings.MEDIA_ROOT)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        return tempfile.TemporaryFile(dir=folder, prefix=".part-")
    except OSError as error:
        raise NotNow("upload_no_room") from error
