"""One class for each command that a script can hold; a new one is a class here and in `ALL`."""

from gallery.bulk_updates.commands.alias import Alias, Rename, Unalias
from gallery.bulk_updates.commands.base import Command
from gallery.bulk_updates.commands.implication import Imply, Unimply
from gallery.bulk_updates.commands.mass_update import MassUpdate
from gallery.bulk_updates.commands.tag import Categorise, Deprecate, Nuke, Undeprecate

ALL: tuple[type[Command], ...] = (
    Alias,
    Unalias,
    Imply,
    Unimply,
    Rename,
    MassUpdate,
    Categorise,
    Deprecate,
    Undeprecate,
    Nuke,
)

__all__ = ["ALL", "Command"]
