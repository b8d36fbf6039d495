"""Let the rating program look at posts that it has not rated, or at all of them again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery import raters
from gallery.post_ratings.upkeep import queue_all


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """`--again`."""
        parser.add_argument("--again", action="store_true", help="also those that it rated before")

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue them; the gallery's worker does the work, newest first."""
        name = raters.installed(settings.RATER)
        if name is None:
            raise CommandError("No rating program is installed, or IRODORI_RATER is none.")
        count = queue_all(again=options["again"])
        self.stdout.write(f"{count} posts wait for {name}; the gallery's worker rates them while it runs.")
