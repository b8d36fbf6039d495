"""Where an embedded server's Unix socket may lie: paths over 107 bytes don't fit into a socket address."""

import hashlib
import os
import tempfile
from pathlib import Path

from config.embedded.preflight import StartError

LONGEST_SOCKET_PATH = 107


def socket_folder(wanted: Path, file_name: str) -> Path:
    """A private folder for the socket `file_name`: `wanted` if its path is short enough, else a temporary one.

    The substitute's name follows from `wanted`, so that the next start finds the same one. Raises `StartError`
    where the substitute belongs to somebody else.
    """
    wanted = wanted.resolve()
    if len(os.fsencode(wanted / file_name)) <= LONGEST_SOCKET_PATH:
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if not base.is_dir() or len(os.fsencode(base)) > 60:
        base = Path("/tmp")  # noqa: S108 (owner and mode are checked below)
    folder = base / f"irodori-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if state.st_uid != os.geteuid() or state.st_mode & 0o077 or folder.is_symlink():
        raise StartError(
            f"The folder {folder} isn't private to this user; remove it or set IRODORI_VAR to a shorter path"
        )
    return folder
