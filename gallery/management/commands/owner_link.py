"""`manage.py owner_link`: the address that signs the owner in once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.house import house_account, owner_account
from gallery.accounts.sign_in_link import make_link
from gallery.errors import UserFacingError


class Command(BaseCommand):
    help = "Print a one-time sign-in link for the owner, whose account is made on the first start."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=int, default=24, help="how long the link can be used")

    def handle(self, *args: Any, **options: Any) -> None:
        house_account()
        try:
            owner = owner_account()
        except UserFacingError as error:
            raise CommandError(error.message) from error
        token = make_link(owner, options["hours"])
        self.stdout.write(f"{settings.SITE_URL.rstrip('/')}/welcome/{token}")
