"""`python -m config up`: the whole site on one machine, from the database to the address."""

import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from config.embedded.data_folder import lock, secret_key
from config.embedded.devices import drawing_devices
from config.embedded.postgres import EmbeddedPostgres, server_version
from config.embedded.preflight import RUN_MEGABYTES, StartError, check_disk, check_port, check_python
from config.embedded.preparation import Preparation
from config.embedded.site import BASE_DIR, Beat, Gardener, Web, Worker
from config.embedded.supervisor import Stopped, Supervisor, report
from config.embedded.valkey import EmbeddedValkey

DATABASE_NAME = "irodori"


def port_number() -> int:
    """IRODORI_PORT, 8000 where unset; raises `StartError` unless it is 1–65535."""
    text = os.environ.get("IRODORI_PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StartError(f"IRODORI_PORT is {text!r}; use a number from 1 to 65535")
    return int(text)


def without_password(url: str) -> str:
    """Host and port of a server's URL, for a line on the screen."""
    parts = urlsplit(url)
    return f"external, {parts.hostname or 'by socket'}{f':{parts.port}' if parts.port else ''}"


def start_database(supervisor: Supervisor, var: Path) -> str:
    """Start the embedded server, or try the external one; returns its URL. Raises `StartError`."""
    url = os.environ.get("DATABASE_URL")
    if url:
        import psycopg

        try:
            psycopg.connect(url, connect_timeout=10).close()
        except psycopg.Error as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
            raise StartError(f"The database of DATABASE_URL can't be reached: {reason}") from None
        report("database", "ready", without_password(url))
        return url
    server = EmbeddedPostgres(var / "postgres", var / "log" / "database.log")
    supervisor.start_and_wait(server, f"embedded PostgreSQL {server_version()}", seconds=120)
    server.ensure_database(DATABASE_NAME)
    return server.url(DATABASE_NAME)


def start_broker(supervisor: Supervisor, var: Path) -> tuple[str, str]:
    """Start the embedded broker, or name the external one; returns its URL and the cache's ("": none that processes
    share). Raises `StartError`."""
    cache = os.environ.get("CACHE_URL") or ""
    url = os.environ.get("BROKER_URL")
    if url:
        report("broker", "external", without_password(url))
        return url, cache
    server = EmbeddedValkey(var / "valkey", var / "log" / "broker.log")
    supervisor.start_and_wait(server, "embedded Valkey", seconds=120)
    return server.url, cache or server.cache_url


def site_environment(var: Path, port: int, database: str, broker: str, cache: str) -> dict[str, str]:
    """What every child of the site is told."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "IRODORI_VAR": str(var),
        "IRODORI_PORT": str(port),
        "SECRET_KEY": secret_key(var),
        "DATABASE_URL": database,
        "BROKER_URL": broker,
        "CACHE_URL": cache,
        "PYTHONUNBUFFERED": "1",
        # Nothing is fetched from model hubs while a site runs.
        "HF_HUB_OFFLINE": os.environ.get("HF_HUB_OFFLINE", "1"),
    }


def run_site(supervisor: Supervisor, var: Path, host: str, port: int, devices: list[str]) -> None:
    """Start every part, a worker for each of `devices`, and watch them until a signal comes.

    Raises `StartError` or `Stopped`.
    """
    began = time.monotonic()
    database = start_database(supervisor, var)
    environment = site_environment(var, port, database, *start_broker(supervisor, var))
    logs = var / "log"
    preparation = Preparation(logs / "prepare.log", environment)
    try:
        preparation.run_until("files", supervisor)
        web = Web(host, port, logs / "web.log", environment)
        supervisor.start(web)
        preparation.run_until("site", supervisor)
        preparation.run_until("", supervisor)
    finally:
        if preparation.child.poll() is None:
            preparation.child.kill()
        preparation.child.wait()
    # After the web server, so that a page doesn't wait for the worker's imports.
    details = {"gardener": "carries out bulk updates", "beat": "looks for lost jobs"}
    drawing = []
    for number, device in enumerate(devices, 1):
        name = f"worker{number if number > 1 else ''}"
        drawing.append(Worker(logs / f"{name}.log", environment | {"IRODORI_DEVICE": device}, number))
        details[name] = f"device {device}"
    for part in (
        *drawing,
        Gardener(logs / "gardener.log", environment),
        Beat(logs / "beat.log", environment),
    ):
        supervisor.start(part)
        supervisor.announce_when_ready(part, details[part.name])
    while not web.ready():
        supervisor.check_stopped()
        if not web.running():
            raise StartError(f"The web server stopped at once: {web.last_line()} (all of it: {web.log})")
        if time.monotonic() - began > 180:
            raise StartError(f"The web server doesn't answer; its log is {web.log}")
        supervisor.look()
        time.sleep(0.05)
    supervisor.announce_waiting()
    report("web", "ready", f"port {port}, {time.monotonic() - began:.1f} s since the start")
    address = os.environ.get("IRODORI_URL") or f"http://localhost:{port}"
    print(f"\nIrodori is at {address}/", flush=True)  # noqa: T201
    print(f"Sign in as the owner, once, within a day: {preparation.owner_link}", flush=True)  # noqa: T201
    print("Ctrl-C stops everything.\n", flush=True)  # noqa: T201
    supervisor.watch()


def data_folder() -> Path:
    """IRODORI_VAR, or var/ beside the sources."""
    return Path(os.environ.get("IRODORI_VAR") or BASE_DIR / "var").expanduser().resolve()


def up() -> int:
    """Run the site until it is stopped; returns the exit code. A start that can't work says why in one line."""
    var = data_folder()
    host = os.environ.get("IRODORI_HOST") or "127.0.0.1"
    try:
        check_python()
        port = port_number()
        check_disk(var, RUN_MEGABYTES)
        devices = drawing_devices()
        with lock(var), Supervisor() as supervisor:
            check_port(host, port)
            run_site(supervisor, var, host, port, devices)
    except Stopped:
        pass
    except StartError as error:
        print(error, file=sys.stderr, flush=True)  # noqa: T201
        return 1
    return 0
