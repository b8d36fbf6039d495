"""Takes tags, old names and implications over from a CSV file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tagging.importing import Kind, Report, UnreadableFile, import_tags

SHOWN = 20


class Command(BaseCommand):
    """`manage.py import_tags danbooru.csv`."""

    help = (
        "Import tags with their aliases (name,category,post_count,aliases) or an export with a heading of tags, "
        "tag aliases or tag implications. Doing it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, what it holds where its heading doesn't tell, and whether to try only."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="what an export holds")
        parser.add_argument("--dry-run", action="store_true", help="say what it would do and change nothing")
        parser.add_argument("--all", action="store_true", help="list every name that could not be taken")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and tell."""
        path: Path = options["file"]
        try:
            with path.open(encoding="utf-8", newline="") as file:
                report = import_tags(
                    file, _kind(options["kind"], path), dry_run=options["dry_run"], progress=self._progress
                )
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{path} is not written in UTF-8.") from None
        except UnreadableFile as error:
            raise CommandError(f"{path}: {error}") from None
        self._tell(report, shown=len(report.refused) if options["all"] else SHOWN)
        if options["dry_run"]:
            self.stdout.write("Nothing was changed: this was a dry run.")

    def _progress(self, rows: int) -> None:
        self.stdout.write(f"{rows} rows …")

    def _tell(self, report: Report, shown: int) -> None:
        self.stdout.write(f"{report.rows} rows: {report.tags_made} tags made, {report.tags_known} known before.")
        self.stdout.write(f"{report.aliases_made} aliases made, {report.aliases_known} known before.")
        self.stdout.write(f"{report.implications_made} implications made, {report.implications_known} known before.")
        if report.refused:
            self.stdout.write(f"{len(report.refused)} could not be taken:")
        for line, name, why in report.refused[:shown]:
            self.stdout.write(f"  line {line}: {name}: {why}")
        if len(report.refused) > shown:
            self.stdout.write(f"  … and {len(report.refused) - shown} more (--all lists them)")


def _kind(word: str | None, path: Path) -> Kind | None:
    """What was said, else what the file's name says."""
    if word:
        return Kind(word)
    name = path.name.lower()
    return Kind.IMPLICATIONS if "implication" in name else Kind.ALIASES if "alias" in name else None
