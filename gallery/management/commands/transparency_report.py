"""Writes the yearly figures."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import override

from gallery.transparency.figures import count, years
from gallery.transparency.writing import FORMATS


class Command(BaseCommand):
    """`manage.py transparency_report --year 2026 --format html --output report.html`."""

    help = "Write the transparency report of a year: what was reported, decided, appealed, refused. Names nobody."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which year, in which form, where to."""
        parser.add_argument("--year", type=int, help="the last one that is over, or this one so far on a new site")
        parser.add_argument("--format", choices=sorted(FORMATS), default="md")
        parser.add_argument("--language", choices=sorted(dict(settings.LANGUAGES)), default=settings.LANGUAGE_CODE)
        parser.add_argument("--output", type=Path, help="a file to write; without it the report is printed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and write."""
        now = timezone.now()
        known = years(now)
        year = options["year"] if options["year"] is not None else known[min(1, len(known) - 1)]
        if year not in known:
            raise CommandError(f"There are figures of {known[-1]} to {known[0]}, none of {year}.", returncode=2)
        figures = count(year, now)
        with override(options["language"]):
            text = FORMATS[options["format"]](figures)
        output: Path | None = options["output"]
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{output} can't be written: {error.strerror}") from error
        self.stderr.write(f"{output}: {year}{'' if figures['complete'] else ', so far'}")
