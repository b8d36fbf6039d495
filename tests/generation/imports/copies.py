"""Copies of accounts for tests: real ones, and such as a stranger might pack."""

import hashlib
import io
import json
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from gallery.accounts.exports.archive import write_archive
from gallery.accounts.exports.layout import FORMAT, VERSION
from gallery.models import User
from generation.imports import states
from generation.imports.carrying_out import bring_waiting
from generation.models import AccountImport, BroughtTake, Mask, Take
from generation.models.take import TakeKind
from tests.factories import make_asset, make_image, make_mask, make_recipe, make_take

DAY = "2026-01-02T03:04:05.678901+00:00"
SITE = {"name": "Elsewhere", "address": "https://elsewhere.example"}


def going_on() -> bool:
    """Nobody stops."""
    return False


def copy_of(user: User) -> bytes:
    """The copy of an account as the site makes it."""
    out = io.BytesIO()
    write_archive(user, out, told=lambda done, total: True, stopping=going_on)
    return out.getvalue()


def row(number: int, **fields: Any) -> dict[str, Any]:
    """A row of `takes.json`."""
    whole = {"id": number, "kind": "drawn", "created_at": DAY, "recipe": make_recipe().to_dict(), "parent_id": None}
    return whole | fields


def table(rows: list[Any]) -> bytes:
    """Rows as a copy has them: one a line."""
    return b"[\n" + b",\n".join(json.dumps(one).encode() for one in rows) + b"\n]\n" if rows else b"[]\n"


def packed(files: dict[str, bytes], /, *, changed: dict[str, bytes] | None = None, **manifest: Any) -> bytes:
    """A ZIP with a manifest that is true of `files`; in `changed` stands what lies there instead."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    said = {"format": FORMAT, "version": VERSION, "site": SITE, "account": "mika", "files": digests} | manifest
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in (files | (changed or {})).items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(said))
    return out.getvalue()


def copy_with(rows: list[Any], pictures: dict[str, bytes], **tables: list[Any]) -> bytes:
    """A copy with these takes and pictures."""
    files = {"takes.json": table(rows)} | {f"{name}.json": table(there) for name, there in tables.items()}
    return packed(files | pictures)


def sent(user: User, content: bytes) -> AccountImport:
    """The copy as its owner sends it, not read yet."""
    states.begin(user, len(content))
    return states.add_piece(user, 0, io.BytesIO(content))


def brought(user: User, content: bytes) -> AccountImport:
    """The copy, sent and read."""
    run = sent(user, content)
    bring_waiting(going_on)
    run.refresh_from_db()
    return run


def one_take(user: User) -> Take:
    """The only one that there is."""
    return Take.objects.get(owner=user)


def reasons(run: AccountImport) -> list[str]:
    """Why takes were left out, one after the other."""
    rows = BroughtTake.objects.filter(run=run, outcome="left_out").order_by("pk")
    return [reason["code"] for reason in rows.values_list("reason", flat=True)]


def mask_content(mask: Mask) -> bytes:
    """The bytes of a mask's file."""
    from gallery.storing import content_of

    return content_of(mask.path)


def make_chain(user: User) -> tuple[Take, Take, Take]:
    """Drawn, inpainted under a mask, lettered: each below the one before."""
    drawn = make_take(user, prompt="1girl, red hair")
    painted = make_take(user, source_take=drawn.pk, mask=make_mask(user).pk, strength=0.5, prompt="1girl, blue hair")
    lettered = Take.objects.create(
        kind=TakeKind.LETTERED,
        owner=user,
        asset=make_asset(user, image=make_image(), recipe=make_recipe(prompt="1girl, blue hair")),
        parent=painted,
        recipe=painted.recipe,
        lettering=[{"text": "こんにちは", "size": 40, "vertical": True}],
        stack="ab" * 32,
    )
    Take.objects.filter(pk=painted.pk).update(
        stars=4, note="The hand!", to_fix=["hand"], flag="pick", flagged_at=painted.created_at
    )
    return drawn, painted, lettered
