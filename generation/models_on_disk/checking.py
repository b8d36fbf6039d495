"""Look again whether a model's files are as they were when it was added; open or close its door accordingly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from generation.engine.checkpoint_files import fingerprint_of, inspect_checkpoint
from generation.engine.errors import EngineError
from generation.engine.resource_files import inspect_resource
from generation.models import Checkpoint, Resource
from generation.models.checkpoint import CheckpointState
from generation.models_on_disk.hashing import hash_of
from generation.models_on_disk.paths import path_of
from generation.models_on_disk.refusals import why


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a model found: `problem` is a sentence, empty when all is well."""

    row: Checkpoint | Resource
    problem: str
    hashed: bool = False


def check(row: Checkpoint | Resource, *, fast: bool = False) -> Checked:
    """Look at a model's files and record in its row what was found.

    Every byte is hashed again; `fast` does that only where the name, size or time of a file has changed. A model that
    was found damaged before and is sound now can be asked for again; one that is switched off stays so.
    """
    if not row.path:
        return Checked(row, "")
    path = path_of(row)
    fingerprint: list[list[object]] = []
    hashed = False
    try:
        fingerprint = [list(entry) for entry in fingerprint_of(path)]
        if not fingerprint:
            problem = _("The files are gone: there is nothing at %(path)s.") % {"path": path}
        else:
            inspect_checkpoint(path) if isinstance(row, Checkpoint) else inspect_resource(path)
            problem = ""
            if not (fast and fingerprint == row.files):
                hashed = True
                found = hash_of(path)
                if found != row.sha256:
                    problem = _(
                        "The weights are others than those that were added (%(old)s then, %(new)s now). If that is "
                        "meant, remove the model and add it again."
                    ) % {"old": row.short_hash, "new": found[:10]}
    except EngineError as error:
        problem = why(error)
    except OSError as error:
        problem = _("%(path)s can't be read: %(error)s.") % {
            "path": error.filename or path,
            "error": error.strerror or error,
        }
    _record(row, problem, fingerprint if hashed and not problem else row.files)
    return Checked(row, problem, hashed)


def _record(row: Checkpoint | Resource, problem: str, files: Sequence[object]) -> None:
    state = CheckpointState.CORRUPT if problem else CheckpointState.READY
    if row.state == CheckpointState.DISABLED:
        state = CheckpointState.DISABLED
    row.state, row.error, row.files = state, problem, files
    type(row)._default_manager.filter(pk=row.pk).exclude(state=CheckpointState.DISABLED).update(state=state)
    type(row)._default_manager.filter(pk=row.pk).update(error=problem, files=files)
