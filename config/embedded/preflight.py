"""What must be true before anything is installed or started; each failure is one line for the operator.

Runs as a plain file (`python3 config/embedded/preflight.py`) with any Python 3, before the
environment exists; so it uses the standard library alone and no syntax newer than Python 3.6.
"""

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

OLDEST_PYTHON = (3, 11)
TOO_NEW_PYTHON = (3, 14)
INSTALL_MEGABYTES = 4000
RUN_MEGABYTES = 300


class StartError(Exception):
    """The site can't start; the message is one full sentence that says what would help."""


def check_python(version: "tuple[int, ...] | None" = None) -> None:
    """Raise `StartError` unless `version` (default: this interpreter's) is 3.11, 3.12 or 3.13."""
    found = tuple(version or sys.version_info[:3])
    if not OLDEST_PYTHON <= found[:2] < TOO_NEW_PYTHON:
        raise StartError(
            f"Irodori needs Python 3.11, 3.12 or 3.13, and this is Python {'.'.join(map(str, found))}; install "
            "python3.11 (with its venv module) or name one: make run PYTHON=/path/to/python3.11"
        )


def check_venv_module() -> None:
    """Raise `StartError` where Debian's Python came without its venv module."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise StartError(
            "This Python has no venv module; install it, on Debian with: apt-get install "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        ) from None


def existing_parent(folder: Path) -> Path:
    """The nearest folder above `folder` (or itself) that exists."""
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def check_disk(folder: Path, megabytes: float) -> None:
    """Raise `StartError` where less than `megabytes` (10^6 bytes) are free for `folder`.

    `IRODORI_MIN_FREE_MB` overrides the figure, for those who know better.
    """
    needed = float(os.environ.get("IRODORI_MIN_FREE_MB") or megabytes)
    free = shutil.disk_usage(str(existing_parent(folder))).free / 1e6
    if free < needed:
        raise StartError(
            f"There is too little disk space at {folder}: {free:.0f} MB are free and {needed:.0f} MB are needed; "
            "free some space or move the data with IRODORI_VAR=/path/on/another/disk"
        )


def check_port(host: str, port: int) -> None:
    """Raise `StartError` unless a server can listen on `host`:`port`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # Old connections in TIME_WAIT don't hinder the server either.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise StartError(
            f"Port {port} on {host} can't be used ({error.strerror}); stop the program that holds it or choose "
            f"another one: IRODORI_PORT={port + 1 if port < 65535 else 8000} make run"
        ) from None


def main() -> int:
    """Check what an installation needs; print one line and return 1 where it can't work."""
    try:
        check_python()
        check_venv_module()
        check_disk(Path.cwd(), INSTALL_MEGABYTES)
        check_disk(Path(tempfile.gettempdir()), INSTALL_MEGABYTES / 2)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
