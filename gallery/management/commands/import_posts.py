"""Brings pictures along: from a site with Danbooru's API, or from a folder with sidecars."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count

from gallery.errors import UserFacingError
from gallery.fetching import ANYWHERE, PUBLIC
from gallery.imports.danbooru_api import DanbooruSite
from gallery.imports.folder import Folder
from gallery.imports.run import Choices, Source, begin, carry_on
from gallery.models import ImportRun, User
from gallery.models.imports import MAX_PLACE, MAX_QUERY, ImportOutcome
from gallery.models.post import AiLevel, PromptVisibility
from gallery.ratings import BY_WORD

EVERY = 20
_WAYS = {ImportOutcome.POSTED: "posted", ImportOutcome.KNOWN: "known before", ImportOutcome.REFUSED: "refused"}


class Command(BaseCommand):
    """`manage.py import_posts https://example.org --as NAME --tags "1girl rating:g" --limit 500`."""

    help = (
        "Post the pictures of a site with Danbooru's API (Danbooru, AIBooru, another Irodori) or of a folder with "
        "sidecar files, in the name of an account. Stop it whenever you like and say the same again: it goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """From where, in whose name, how much and how fast."""
        parser.add_argument("place", nargs="?", help="an address such as https://example.org, or a folder")
        parser.add_argument("--as", dest="owner", metavar="NAME", help="the account whose posts they become")
        parser.add_argument("--tags", default="", help="a search in the other site's language (addresses only)")
        parser.add_argument("--limit", type=int, help="stop after so many pictures; the next time it goes on")
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between two requests (1)")
        parser.add_argument(
            "--rating", default="questionable", choices=sorted(BY_WORD), help="of pictures without one (questionable)"
        )
        parser.add_argument("--level", default="", choices=AiLevel.values, help="the AI level to declare for all")
        parser.add_argument(
            "--prompts",
            default=PromptVisibility.VISIBLE,
            choices=PromptVisibility.values,
            help="who reads the prompts (visible)",
        )
        parser.add_argument("--again", action="store_true", help="look at all again, for what was refused before")
        parser.add_argument("--inner", action="store_true", help="the site may be in your own network")
        parser.add_argument("--login", help="your name there; its API key is read from the variable IRODORI_IMPORT_KEY")
        parser.add_argument("--list", action="store_true", help="list the imports there were, and how far they came")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, telling how far it is."""
        if options["list"]:
            self._list()
            return
        if not options["place"] or not options["owner"]:
            raise CommandError("Say from where and in whose name: manage.py import_posts https://example.org --as NAME")
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit takes a number of pictures from 1 on.")
        owner = User.objects.filter(username__iexact=options["owner"], is_active=True).first()
        if owner is None:
            raise CommandError(f"There is no account named “{options['owner']}” that can post.")
        place, source = _source(options)
        if len(place) > MAX_PLACE or len(options["tags"]) > MAX_QUERY:
            raise CommandError(f"An address or a path may have {MAX_PLACE} characters, a search {MAX_QUERY}.")
        if isinstance(source, Folder) and not source.root.is_dir():
            raise CommandError(f"There is no folder {place}. Nothing was imported; is the path right?")
        run = begin(owner, place, options["tags"], again=options["again"])
        self._import(run, source, options)

    def _import(self, run: ImportRun, source: Source, options: dict[str, Any]) -> None:
        if run.after:
            self.stdout.write(f"Going on behind {run.after}.")
        choices = Choices(BY_WORD[options["rating"]], options["level"], options["prompts"])
        counts = dict.fromkeys(ImportOutcome, 0)
        try:
            for item in carry_on(run, source, choices, options["limit"]):
                counts[ImportOutcome(item.outcome)] += 1
                if item.outcome == ImportOutcome.REFUSED:
                    self.stdout.write(f"  {item.key}: {item.reason}")
                if sum(counts.values()) % EVERY == 0:
                    self.stdout.write(f"{_told(counts)} … at {item.key}")
        except UserFacingError as error:
            raise CommandError(f"{_told(counts)}. Then: {error.message} Say the same again to go on.") from None
        except KeyboardInterrupt:
            self.stdout.write(f"{_told(counts)}. Stopped; say the same again to go on.")
            return
        end = "That was all." if run.finished else "There is more: say the same again to go on."
        self.stdout.write(f"{_told(counts)}. {end}")

    def _list(self) -> None:
        runs = ImportRun.objects.select_related("owner").order_by("-updated_at")
        for run in runs:
            found = dict(run.items.values_list("outcome").annotate(Count("pk")))
            counts = {outcome: found.get(outcome.value, 0) for outcome in ImportOutcome}
            state = "finished" if run.finished else run.trouble or "can go on"
            query = f" “{run.query}”" if run.query else ""
            self.stdout.write(f"{run.place}{query} as {run.owner.username}: {_told(counts)}; {state}")
        if not runs:
            self.stdout.write("There were no imports yet.")


def _source(options: dict[str, Any]) -> tuple[str, Source]:
    """The place as it is remembered, and what reads it."""
    place: str = options["place"]
    if not place.startswith(("http://", "https://")):
        if options["tags"]:
            raise CommandError("--tags is a search on a site; a folder is imported whole.")
        folder = Path(place).resolve()
        return str(folder), Folder(folder)
    network = ANYWHERE if options["inner"] else PUBLIC
    key = os.environ.get("IRODORI_IMPORT_KEY", "")
    if options["login"] and not key:
        raise CommandError("Put the API key of that account into the variable IRODORI_IMPORT_KEY.")
    account = urlencode({"login": options["login"], "api_key": key}) if options["login"] else ""
    pause = max(0.0, options["pause"])
    return place.rstrip("/"), DanbooruSite(place, options["tags"], pause=pause, network=network, account=account)


def _told(counts: dict[ImportOutcome, int]) -> str:
    return ", ".join(f"{counts[outcome]} {way}" for outcome, way in _WAYS.items())
