"""Says whether the pictures on the disk and the rows that name them agree."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.ingest.checking import GRACE_SECONDS, Findings, check_media, repair
from gallery.storing import OutOfReach

SHOWN = 20


class Command(BaseCommand):
    """`manage.py check_media --repair`."""

    help = (
        "Compare the files of pictures with the rows that name them, in both directions. "
        "Ends with 1 where something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How thoroughly, and whether to change anything."""
        parser.add_argument("--repair", action="store_true", help="remove what nobody names, make lost previews anew")
        parser.add_argument("--quick", action="store_true", help="only ask whether files are there, read none of them")
        parser.add_argument("--all", action="store_true", help="list every file that is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, repair where asked to, tell."""
        try:
            found = check_media(digests=not options["quick"], progress=self._progress)
            if options["repair"]:
                repair(found)
        except OutOfReach as error:
            raise CommandError(f"The files can't be looked at: {error}.", returncode=2) from error
        self._tell(found, every=options["all"])
        if found.wrong:
            count = len(found.wrong)
            hint = "restore them from a backup" if options["repair"] else "--repair puts right what can be"
            raise CommandError(f"{count} {'file is' if count == 1 else 'files are'} wrong; {hint}.")
        self.stdout.write("All is well.")

    def _progress(self, files: int) -> None:
        self.stdout.write(f"{files} files …")

    def _tell(self, found: Findings, *, every: bool) -> None:
        self.stdout.write(f"{found.files} files are named by rows.")
        for what, paths in (
            ("missing", found.missing),
            ("damaged (their bytes aren't those that were stored)", found.damaged),
            ("named by no row", found.orphans),
            ("left over from a process that ended in the middle", found.leftovers),
            ("put right: made anew", found.remade),
            ("put right: removed", found.removed),
        ):
            if paths:
                self.stdout.write(f"{len(paths)} {what}:")
                for path in paths if every else paths[:SHOWN]:
                    self.stdout.write(f"  {path}")
                if not every and len(paths) > SHOWN:
                    self.stdout.write(f"  … and {len(paths) - SHOWN} more (--all lists them)")
        if found.fresh:
            self.stdout.write(
                f"{found.fresh} are younger than {GRACE_SECONDS // 60} minutes; if a row names them is asked later."
            )
