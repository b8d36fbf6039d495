"""Says whether the moderation log is what was written into it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.moderation.audit import Broken, read_head, verify

SENTENCES = {
    "gap": "link {number} is missing",
    "gone": "the act of link {number} is missing",
    "digest": "link {number} doesn't fit its act or the link before it: one of them was changed",
    "loose": "act {number} stands in the log and not in the chain",
    "short": "the chain ends before link {number}, up to which it went",
    "other_past": "link {number} was another when it was noted: the log up to there was written anew",
}


class Command(BaseCommand):
    """`manage.py verify_audit --noted 12:abc…`."""

    help = (
        "Verify the chain of the moderation log. Prints its head: note it outside of the database, and give it with "
        "--noted the next time. Ends with 1 where the chain doesn't hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What was noted."""
        parser.add_argument("--noted", default="", help="a head as this command printed it before")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and tell."""
        try:
            noted = read_head(options["noted"]) if options["noted"] else None
        except ValueError as error:
            raise CommandError(
                f"“{error}” is no head; it is what this command printed, a number, a colon and 64 digits.",
                returncode=2,
            ) from error
        head, broken = verify(noted)
        if broken:
            raise CommandError(f"The log doesn't hold: {self._sentence(broken)}.")
        self.stdout.write(f"All is well: {head.number} acts." + (f" Head: {head}" if head.number else ""))

    def _sentence(self, broken: Broken) -> str:
        return SENTENCES[broken.what].format(number=broken.number)
