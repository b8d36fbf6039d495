"""Makes the previews that pictures lack."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.ingest.missing import make_missing, shown_assets

_BATCH = 200
_TOLD = 100


class Command(BaseCommand):
    """`manage.py make_variants`."""

    help = (
        "Make the previews (WebP, AVIF, blurred) that pictures of an older version lack. It can be stopped and started "
        "again at any moment; the site works meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to go on."""
        parser.add_argument("--after", type=int, default=0, help="begin behind the picture of this number")

    def handle(self, *args: Any, **options: Any) -> None:
        """One picture after the other; each is a transaction."""
        last, seen, made, failed = options["after"], 0, 0, 0
        while assets := list(shown_assets().filter(pk__gt=last).order_by("pk")[:_BATCH]):
            for asset in assets:
                try:
                    made += make_missing(asset)
                except OSError as error:
                    failed += 1
                    self.stderr.write(f"picture {asset.pk}: {error}")
                last, seen = asset.pk, seen + 1
                if seen % _TOLD == 0:
                    self.stdout.write(f"{seen} pictures, {made} files made; --after {last} goes on from here")
        self.stdout.write(f"{seen} pictures, {made} files made.")
        if failed:
            raise CommandError(f"{failed} pictures can't be read; manage.py check_media tells more.")
