"""`manage.py set_role NAME ROLE`: make someone a moderator, admin, owner or member again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.roles import set_role
from gallery.errors import UserFacingError
from gallery.models.user import Role


class Command(BaseCommand):
    help = "Give an account another role; the moderation log keeps it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--reason", default="manage.py set_role")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = set_role(options["name"], options["role"], options["reason"])
        except UserFacingError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{user.username}: {user.role}")
