"""All that a form says of one take, merged with what was noted elsewhere while the form was open."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils import timezone

from gallery.errors import Invalid, InvalidTransition
from gallery.models import User
from generation.desk import marks
from generation.desk.marks import Done
from generation.models import Take
from generation.models.take import MAX_NOTE, MAX_STARS, Fix, Flag


@dataclass(frozen=True)
class Notes:
    """What is noted about a take."""

    flag: str = Flag.NONE
    stars: int = 0
    to_fix: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def of(cls, take: Take) -> Notes:
        """Those of a take as it was loaded."""
        return cls(take.flag, take.stars, tuple(take.to_fix), take.note)

    def checked(self) -> Notes:
        """The same as it is kept. Raises Invalid for a value that is none, and for a long note."""
        text = self.note.replace("\x00", "").replace("\r\n", "\n").strip()
        if self.flag not in Flag.values:
            raise Invalid("take_flag_unknown")
        if not 0 <= self.stars <= MAX_STARS:
            raise Invalid("take_stars", high=MAX_STARS)
        if not set(self.to_fix) <= set(Fix.values):
            raise Invalid("take_fix_unknown")
        if len(text) > MAX_NOTE:
            raise Invalid("take_note_too_long", length=len(text), limit=MAX_NOTE)
        return replace(self, note=text)


def describe(user: User, take_id: int, notes: Notes, seen: Notes | None = None) -> Done:
    """Keep all that a form says of one take. Of a form that began with `seen`, only what was changed in it: the rest
    stays as another tab left it.

    Raises what `Notes.checked` does, and InvalidTransition where both wrote another note.
    """
    said = notes.checked()
    now = timezone.now()

    def change(take: Take) -> None:
        base = seen or Notes.of(take)
        if take.note != base.note and said.note not in (base.note, take.note):
            raise InvalidTransition("take_note_changed", note=take.note)
        if said.flag not in (base.flag, take.flag):
            take.flag, take.flagged_at = said.flag, None if said.flag == Flag.NONE else now
        if said.stars != base.stars:
            take.stars = said.stars
        if said.note != base.note:
            take.note = said.note
        more, less = set(said.to_fix) - set(base.to_fix), set(base.to_fix) - set(said.to_fix)
        take.to_fix = [name for name in Fix.values if name in (set(take.to_fix) | more) - less]

    return marks.act(user, [take_id], change)
