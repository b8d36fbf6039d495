"""Brings in the copy of an account that was made at another site, as private takes of an account here."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.errors import UserFacingError
from gallery.models import User
from generation.imports import states
from generation.imports.carrying_out import carry_out
from generation.imports.report import report_of, sentence_of
from generation.models import AccountImport
from generation.models.account_import import ImportState

TRIES = 20
PAUSE_SECONDS = 5.0


class Command(BaseCommand):
    """`manage.py import_account mika-2026-11-27.zip --as mika`."""

    help = (
        "Bring the takes, masks, lineage, styles and wildcards of a copy of an account (Settings, Copy of my account) "
        "into an account of this site. Nothing is published. Daily allowances don't count. Stop it whenever you like "
        "and say the same again: nothing comes twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which copy, and whose takes they become."""
        parser.add_argument("archive", type=Path, help="the ZIP")
        parser.add_argument("--as", dest="owner", metavar="NAME", required=True, help="the account here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and tell what came."""
        owner = User.objects.filter(username__iexact=options["owner"], deleted_at=None).first()
        if owner is None:
            raise CommandError(f"There is no account named “{options['owner']}”.")
        if not options["archive"].is_file():
            raise CommandError(f"There is no file {options['archive']}. Nothing was imported; is the path right?")
        try:
            run = states.begin_at_once(owner)
        except UserFacingError as error:
            raise CommandError(error.message) from None
        try:
            for _try in range(TRIES):
                if carry_out(run, options["archive"], stopping=lambda: False):
                    break
                time.sleep(PAUSE_SECONDS)  # too many files are being opened at this moment
                run = states.go_on(run)
        except AccountImport.DoesNotExist:
            raise CommandError(_stopped_by(owner)) from None
        except KeyboardInterrupt:
            states.end(run, UserFacingError("bring_failed"))
            self.stdout.write("Stopped; say the same again to go on.")
        self._tell(run, owner)

    def _tell(self, run: AccountImport, owner: User) -> None:
        found = AccountImport.objects.filter(pk=run.pk).first()
        if found is None:
            raise CommandError(_stopped_by(owner))
        run = found
        report = report_of(run)
        for one in report.left_out:
            self.stdout.write(f"  {one.sentence} {' '.join(one.numbers)}{' …' if one.count > len(one.numbers) else ''}")
        for sentence in report.notes:
            self.stdout.write(f"  {sentence}")
        told = f"{report.came} came, {report.known} were here already, {report.missing} left out"
        if run.state == ImportState.DONE:
            self.stdout.write(f"{told}. That was all.")
        else:
            raise CommandError(f"{told}. Then: {sentence_of(run.trouble)}")


def _stopped_by(owner: User) -> str:
    return f"{owner.username} stopped it. What came stays."
