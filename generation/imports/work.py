"""One import under way: what it knows so far, and how it ends before it is through."""

from __future__ import annotations

from dataclasses import dataclass, field

from gallery.errors import UserFacingError
from gallery.models import User
from generation.imports import states
from generation.imports.archive import Archive
from generation.models import AccountImport, Mask

MAX_NOTES = 200
SPENT = frozenset({"uploads_spent", "upload_bytes_spent"})
"""No more today: the rest comes tomorrow."""


class Stopped(Exception):  # noqa: N818 - the name says what happened
    """The process ends; somebody else goes on."""


class Cut(Exception):  # noqa: N818 - the name says what happened
    """The import isn't wanted any more, or another works on it by now."""


@dataclass
class Work:
    """One import under way. `here`: what came of each take so far, by its key; None for what was left out. `before`:
    the keys of what other imports brought."""

    run: AccountImport
    archive: Archive
    stopping: states.Stopping
    here: dict[str, int | None] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    masks: dict[int, Mask | None] = field(default_factory=dict)
    notes: list[dict[str, object]] = field(default_factory=list)

    @property
    def user(self) -> User:
        """Whose takes they become."""
        return self.run.user

    def note(self, error: UserFacingError) -> None:
        """Something else that was left out, for the report."""
        said = states.said(error)
        if said not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(said)
