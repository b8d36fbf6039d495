"""Adds, lists, checks and removes models: checkpoints, LoRAs, embeddings and VAEs."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.models.user import Role
from generation.image_servers import WantedServer, add_server
from generation.models import Checkpoint, Resource
from generation.models_on_disk.adding import KINDS, Wanted, add
from generation.models_on_disk.checking import check
from generation.models_on_disk.defaults import base_name
from generation.models_on_disk.paths import path_of, root
from generation.models_on_disk.refusals import ModelRefused
from generation.models_on_disk.removing import default_now, remove

Row = Checkpoint | Resource


class Command(BaseCommand):
    """`manage.py models add PATH`, `list`, `check`, `remove`."""

    help = "Add, list, check and remove models: checkpoints, LoRAs, embeddings and VAEs."

    def add_arguments(self, parser: CommandParser) -> None:
        """One command with its own options each."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="add|list|check|remove")
        adding = acts.add_parser(
            "add", help="add a diffusers folder, a .safetensors file or a model of an image server"
        )
        adding.add_argument(
            "path", help="a folder, a file, or the address of an image server, such as http://gpu:8000/v1"
        )
        adding.add_argument("--kind", choices=KINDS, default="", help="what it is, where the file doesn't tell")
        adding.add_argument("--name", default="", help="what people see (the file's name)")
        adding.add_argument("--slug", default="", help="short name for addresses and <lora:…> (from the name)")
        adding.add_argument("--base", default="", help="which models a LoRA, embedding or VAE is for: sd1, sd2, sdxl")
        adding.add_argument("--licence", default="", help="such as CreativeML-OpenRAIL-M")
        adding.add_argument("--trigger", action="append", default=[], metavar="WORD", help="a trigger word; repeatable")
        adding.add_argument("--min-role", choices=Role.values, default=Role.MEMBER, help="lowest role that may use it")
        adding.add_argument("--user", action="append", default=[], help="who may use it besides; repeatable")
        adding.add_argument("--vae", default="", metavar="SLUG", help="the VAE that a checkpoint draws with")
        adding.add_argument(
            "--prediction",
            choices=["epsilon", "v_prediction"],
            default="",
            help="what a single file's model predicts, where it doesn't say so: writes a .yaml beside it",
        )
        adding.add_argument("--server-model", default="", help="what an image server calls the model")
        adding.add_argument(
            "--key-variable", default="", help="the workers' environment variable with the server's key"
        )
        adding.add_argument(
            "--device-class", default="", help="draw it on workers of this class alone, such as cuda (on any worker)"
        )
        listing = acts.add_parser("list", help="list all models")
        listing.add_argument("--kind", choices=KINDS, default="")
        checking = acts.add_parser("check", help="hash files again and mark what vanished or changed")
        checking.add_argument("slug", nargs="*", help="only these")
        checking.add_argument("--fast", action="store_true", help="hash only where size or time of a file changed")
        removing = acts.add_parser("remove", help="forget a model; its files stay")
        removing.add_argument("slug")
        removing.add_argument("--kind", choices=KINDS, default="", help="where several models have this short name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of them and tell."""
        acts = {"add": self._add, "list": self._list, "check": self._check, "remove": self._remove}
        acts[options["act"]](options)

    def _add(self, options: dict[str, Any]) -> None:
        if "://" in options["path"]:
            self._add_server(options)
            return
        self.stdout.write(f"Looking at {options['path']} …")
        try:
            row = add(
                Wanted(
                    path=Path(options["path"]),
                    kind=options["kind"],
                    name=options["name"],
                    slug=options["slug"],
                    base=options["base"],
                    licence=options["licence"],
                    trigger_words=options["trigger"],
                    min_role=options["min_role"],
                    users=options["user"],
                    vae=options["vae"],
                    prediction=options["prediction"],
                    device_class=options["device_class"],
                )
            )
        except ModelRefused as refusal:
            raise CommandError(_with_option(refusal)) from None
        self.stdout.write(self.style.SUCCESS(f"Added the {kind_of_row(row)} “{row.name}” ({base_name(row.family)})."))
        self.stdout.write(f"  short name  {row.slug}\n  hash        {row.short_hash} (SHA-256 {row.sha256})")
        if isinstance(row, Checkpoint):
            self.stdout.write(
                f"  draws       {row.native_width} × {row.native_height}, {row.default_steps} steps, "
                f"{row.default_sampler}, guidance {row.default_guidance:g}, clip skip {row.default_clip_skip}"
            )
            self.stdout.write(f"  predicts    {row.prediction_type}")
            if row.is_default:
                self.stdout.write("  It is the default model now.")
        elif row.kind == "lora":
            self.stdout.write(f"  in prompts  <lora:{row.slug}:1>\n  AutoV3      {row.weights_sha256[:12]}")
        if not row.licence:
            self.stdout.write(self.style.WARNING("  No licence is known; say it with --licence, or on its page."))
        if Path(row.path).is_absolute():
            self.stdout.write(
                self.style.WARNING(
                    f"  It lies outside {root()}: every worker must find it at this path ({path_of(row)})."
                )
            )

    def _add_server(self, options: dict[str, Any]) -> None:
        try:
            row = add_server(
                WantedServer(
                    endpoint=options["path"],
                    model=options["server_model"],
                    key_variable=options["key_variable"],
                    name=options["name"],
                    slug=options["slug"],
                    licence=options["licence"],
                    trigger_words=options["trigger"],
                    min_role=options["min_role"],
                    users=options["user"],
                    device_class=options["device_class"],
                )
            )
        except ModelRefused as refusal:
            raise CommandError(_with_option(refusal)) from None
        self.stdout.write(self.style.SUCCESS(f"Added “{row.name}”, which {row.endpoint} draws."))
        self.stdout.write(
            f"  short name  {row.slug}\n"
            f"  sizes       {row.min_side} to {row.max_side} pixels, {row.default_steps} steps, "
            f"guidance {row.default_guidance:g}: guesses, to be changed on its page"
        )

    def _list(self, options: dict[str, Any]) -> None:
        rows = [row for row in all_rows() if options["kind"] in ("", kind_of_row(row))]
        if not rows:
            self.stdout.write("No models yet. Add one: manage.py models add PATH")
            return
        lines = [
            (
                kind_of_row(row),
                row.slug,
                base_name(row.family),
                row.short_hash or "—",
                row.get_state_display() + (", default" if getattr(row, "is_default", False) else ""),
                "" if row.min_role == Role.MEMBER else f"{row.get_min_role_display()} and up",
                row.path or getattr(row, "endpoint", ""),
            )
            for row in rows
        ]
        heading = ("kind", "short name", "base", "hash", "state", "for", "path")
        widths = [max(len(line[place]) for line in (heading, *lines)) for place in range(len(heading))]
        for line in (heading, *lines):
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    def _check(self, options: dict[str, Any]) -> None:
        wanted = set(options["slug"])
        rows = [row for row in all_rows() if row.path and (not wanted or row.slug in wanted)]
        if unknown := wanted - {row.slug for row in rows}:
            raise CommandError(f"No model on disk has the short name {', '.join(sorted(unknown))}. See: models list")
        bad = 0
        for row in rows:
            found = check(row, fast=options["fast"])
            if found.problem:
                bad += 1
                self.stdout.write(self.style.ERROR(f"{kind_of_row(row)} {row.slug}: {found.problem}"))
            else:
                self.stdout.write(f"{kind_of_row(row)} {row.slug}: {'sound' if found.hashed else 'unchanged'}")
        if bad:
            raise CommandError(f"{bad} of {len(rows)} can't be used. Nobody can ask for them until a check finds them.")

    def _remove(self, options: dict[str, Any]) -> None:
        rows = [row for row in all_rows() if row.slug == options["slug"] and options["kind"] in ("", kind_of_row(row))]
        if not rows:
            raise CommandError(f"There is no model with the short name {options['slug']}. See: models list")
        if len(rows) > 1:
            kinds = ", ".join(kind_of_row(row) for row in rows)
            raise CommandError(f"Several models have this short name ({kinds}). Say which with --kind.")
        was_default = getattr(rows[0], "is_default", False)
        if remove(rows[0]):
            self.stdout.write(f"Removed “{rows[0].name}”. Its files are where they were.")
        else:
            self.stdout.write(
                f"Switched off “{rows[0].name}”: it stays in the list, since pictures were asked of it, other models "
                "need it, or it came with Irodori."
            )
        if was_default:
            self.stdout.write(default_now())


def all_rows() -> list[Row]:
    """Checkpoints, then what is added to them."""
    resources = Resource.objects.order_by("kind", "slug")
    return list(chain[Row](Checkpoint.objects.order_by("-is_default", "slug"), resources))


def kind_of_row(row: Row) -> str:
    """checkpoint, lora, embedding or vae."""
    return "checkpoint" if isinstance(row, Checkpoint) else str(row.kind)


def _with_option(refusal: ModelRefused) -> str:
    options = {"users": "--user", "path": "", "endpoint": "", "model": "--server-model"}
    option = options.get(refusal.field, f"--{refusal.field.replace('_', '-')}" if refusal.field else "")
    return f"{refusal.message} ({option})" if option else refusal.message
