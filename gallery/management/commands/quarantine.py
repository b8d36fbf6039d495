"""What lies in quarantine: list it, put it back, or destroy it. docs/moderation.md says when."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.errors import UserFacingError
from gallery.models import LockedAway, User
from gallery.refusals.quarantine import folder_of
from gallery.refusals.releasing import destroy_by, release_by


class Command(BaseCommand):
    """`manage.py quarantine`, `manage.py quarantine release KEY --by NAME --reason WHY`."""

    help = "List what lies in quarantine; release gives a picture back, destroy deletes its files for good."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, to which picture, who does it and why."""
        parser.add_argument("act", nargs="?", default="list", choices=["list", "release", "destroy"])
        parser.add_argument("key", nargs="?", default="", help="the picture's key, as the list prints it")
        parser.add_argument("--by", default="", help="the account of the moderator who does it")
        parser.add_argument("--reason", default="", help="kept in the moderation log")

    def handle(self, *args: Any, **options: Any) -> None:
        """List, or do it."""
        if options["act"] == "list":
            self._list()
            return
        row = LockedAway.objects.select_related("asset").filter(asset__key=options["key"]).first()
        if row is None:
            raise CommandError("No such picture lies in quarantine; manage.py quarantine lists them.")
        actor = User.objects.filter(username__iexact=options["by"]).first()
        if actor is None:
            raise CommandError("Say who does it: --by and the name of a moderator's account.")
        try:
            (release_by if options["act"] == "release" else destroy_by)(actor, row, options["reason"])
        except UserFacingError as error:
            raise CommandError(error.message) from error
        self.stdout.write("Done; it stands in the moderation log.")

    def _list(self) -> None:
        rows = LockedAway.objects.filter(released_at=None).select_related("asset__owner").order_by("pk")
        for row in rows:
            where = "destroyed" if row.destroyed_at else folder_of(row.asset)
            self.stdout.write(
                f"{row.asset.key}  {row.at:%Y-%m-%d %H:%M}  {row.why}  {row.asset.owner.username}  {where}"
            )
        self.stdout.write(f"{len(rows)} in quarantine.")
