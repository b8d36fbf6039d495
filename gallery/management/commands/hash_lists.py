"""Reads the lists of known files, and looks through what is here already."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.refusals.arrivals import look_through
from gallery.refusals.hash_lists import read_lists


class Command(BaseCommand):
    """`manage.py hash_lists --look`."""

    help = "Read the lists that IRODORI_HASH_LISTS names. Ends with 1 where one can't be read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to look through all pictures."""
        parser.add_argument("--look", action="store_true", help="hold every picture that is here against them too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, look and tell."""
        rows = read_lists()
        for row in rows:
            self.stdout.write(f"{row.kind} {row.address}: {row.entries} entries. {row.trouble}".rstrip())
        if not rows:
            self.stdout.write("IRODORI_HASH_LISTS names none.")
        if options["look"]:
            self.stdout.write(f"{look_through()} pictures are out of reach now.")
        if any(row.trouble for row in rows):
            raise CommandError("Not every list could be read; what was known of it before still counts.")
