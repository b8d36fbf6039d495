"""The folder that holds all data of a site: one supervisor at a time, and a secret that is made once."""

import fcntl
import os
import secrets
import signal
import time
from pathlib import Path
from typing import IO

from config.embedded.preflight import StartError

# Longer than all parts may take to stop one after another.
LONGEST_STOP = 90.0


def lock(var: Path) -> IO[str]:
    """Make the data folder ours for as long as the returned file is open; raises `StartError` if it is taken."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        (var / "log").mkdir(exist_ok=True, mode=0o700)
        file = (var / "lock").open("a+")
    except OSError as error:
        raise StartError(
            f"The data folder {var} can't be written ({error.strerror}); set IRODORI_VAR to another"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise StartError(
            f"Irodori already runs from {var} (process {holder(var) or 'unknown'}); stop it first, "
            "or set IRODORI_VAR and IRODORI_PORT for a second site"
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def secret_key(var: Path) -> str:
    """The site's secret: from the environment, else a random one that is made once and kept in the data folder."""
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    if os.environ.get("SECRET_KEY_FILE"):
        return Path(os.environ["SECRET_KEY_FILE"]).read_text().strip()
    file = var / "secret-key"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(50))
    return file.read_text().strip()


def holder(var: Path) -> int | None:
    """The process that runs a site from this folder now. A number left by a killed one doesn't count."""
    try:
        with (var / "lock").open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return int(file.read().strip() or 0) or None
    except OSError:
        pass
    return None


def stop(var: Path, seconds: float = LONGEST_STOP) -> bool:
    """Ask the site that runs from this folder to end and wait until it has; False where none runs.

    Raises `StartError` where it may not be asked or still runs after `seconds`.
    """
    number = holder(var)
    if number is None:
        return False
    try:
        os.kill(number, signal.SIGTERM)
    except ProcessLookupError:
        return True
    except PermissionError:
        raise StartError(f"The site is run by another user (process {number}); stop it as that user") from None
    deadline = time.monotonic() + seconds
    while holder(var) == number:
        if time.monotonic() > deadline:
            raise StartError(
                f"The site (process {number}) hasn't ended within {seconds:.0f} s; look into {var / 'log'}, or end it "
                f"with: kill -9 {number} (its parts end with it and nothing that was kept is lost)"
            )
        time.sleep(0.1)
    return True
