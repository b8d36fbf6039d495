"""Brings database, static files and the bundled model up to date; runs before the web server of each start.

Prints one JSON object a line: `{"part", "state", "detail"}`, and, if asked, `{"owner_link"}` at the end. The parts
before "site" are what the web server needs; the supervisor starts it meanwhile.
"""

import contextlib
import hashlib
import io
import json
import time
from pathlib import Path

import django


def tell(**fields: str) -> None:
    """Write one event for the supervisor."""
    print(json.dumps(fields), flush=True)  # noqa: T201


def migrate() -> str:
    """Apply missing migrations; returns how many there were, in words."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    return f"{missing} migrations applied" if missing else "up to date"


def static_fingerprint() -> str:
    """A digest over name, size and time of every static file and of the way they are stored."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(json.dumps(settings.STORAGES["staticfiles"], sort_keys=True).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static() -> str:
    """Collect static files unless nothing changed since the last time."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return "up to date"
    call_command("collectstatic", interactive=False, verbosity=0, clear=Path(settings.STATIC_ROOT).exists())
    stamp.write_text(fingerprint)
    return "collected"


def command_output(name: str) -> str:
    """The last line that a management command of ours printed."""
    from django.core.management import call_command

    output = io.StringIO()
    call_command(name, stdout=output)
    return (output.getvalue().strip().splitlines() or [""])[-1]


def close_media() -> None:
    """Make the folder of pictures, private ones among them, and close it to other users of this machine."""
    from django.conf import settings

    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(PermissionError):  # a mounted folder of another owner, who decides
        media.chmod(0o700)


def make_signing_key() -> str:
    """Make or renew what pictures are signed with; says in words how that stands. It keeps no site from starting."""
    from gallery.ingest.signing import signing_state

    return signing_state()


def prepare(*, owner_link: bool = False) -> None:
    """All of it, in order; raises what the steps raise.

    `owner_link`: also tell a one-time link that signs the owner in; not where the output is kept, as containers' is.
    """
    from config.catalogues import compile_catalogues

    base = Path(__file__).resolve().parent.parent
    began = time.monotonic()

    def done(part: str, detail: str) -> None:
        nonlocal began
        tell(part=part, state="ready", detail=f"{detail}, {time.monotonic() - began:.1f} s")
        began = time.monotonic()

    compiled = compile_catalogues(base / "locale")
    django.setup()
    close_media()
    done("schema", migrate())
    done("signing", make_signing_key())
    done("files", f"{collect_static()}, {compiled} catalogues compiled")
    done("site", command_output("prepare_site"))
    if owner_link:
        tell(owner_link=command_output("owner_link"))
