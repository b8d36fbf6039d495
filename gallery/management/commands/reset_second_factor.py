"""`manage.py reset_second_factor NAME`: for somebody who lost their phone and their recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.second_factor import reset_second_factor
from gallery.errors import UserFacingError


class Command(BaseCommand):
    help = (
        "Take an account's second factor and recovery codes away and sign it out everywhere; the moderation log keeps "
        "it. Be sure who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--reason", default="manage.py reset_second_factor")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = reset_second_factor(options["name"], options["reason"])
        except UserFacingError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{user.username}: no second factor, signed out everywhere")
