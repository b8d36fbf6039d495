"""DATABASE_URL → Django's DATABASES entry, parsed by libpq's own rules."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict


def database_from_url(url: str, *, pooled: bool, idle_seconds: int = 0) -> dict[str, Any]:
    """Turn a PostgreSQL URL or conninfo string into Django's dictionary.

    `pooled` keeps 2–8 connections open for a web process; workers use one plain connection, since
    Celery's Django fix-up would close a pool after each task. `idle_seconds` (0: no end): how long a transaction may
    wait for its client before the server ends it, so that a frozen process doesn't hold others up with its locks.
    Raises `psycopg.ProgrammingError` where libpq cannot read the URL.
    """
    parts: dict[str, Any] = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    options: dict[str, Any] = {}
    if pooled:
        options["pool"] = {"min_size": 2, "max_size": 8, "timeout": 10}
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "irodori"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        # A pool tries a connection before it gives it away, so that a restarted database costs nobody a page.
        "CONN_HEALTH_CHECKS": True,
    }
    options.update(parts)
    # Compiling to machine code costs more than it gives on short queries.
    own = ["-c jit=off"]
    if idle_seconds:
        own.append(f"-c idle_in_transaction_session_timeout={idle_seconds}s")
    # What the URL says comes later and wins.
    options["options"] = " ".join([*own, *([parts["options"]] if "options" in parts else [])])
    return entry
