"""As whom an embedded PostgreSQL runs: it refuses root and users that the system has no name for.

The answer for those is a user namespace with a single mapping: the server sees the user id 65534, the files
stay the caller's, and no folder has to be opened to others. The server loses root's capabilities but keeps
root's access to files; docs/operator.md says so.
"""

import ctypes
import os
import pwd
import sys
from enum import Enum
from pathlib import Path

CLONE_NEWUSER = 0x10000000
NOBODY = 65534
_libc = ctypes.CDLL(None, use_errno=True)


class Identity(Enum):
    """The three ways, in order of preference."""

    CALLER = "caller"
    NAMESPACE = "namespace"
    NOBODY = "nobody"


def enter_namespace() -> None:
    """Move this single-threaded process into a user namespace in which it is user 65534.

    Raises `OSError` where the kernel or a container's policy refuses.
    """
    user, group = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")


def become_nobody() -> None:
    """Give up root for good; needs root."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def namespace_allowed() -> bool:
    """Try `enter_namespace` in a child that ends at once."""
    if sys.platform != "linux":
        return False
    child = os.fork()
    if child == 0:
        code = 1
        try:
            enter_namespace()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def server_identity() -> Identity:
    """The identity under which PostgreSQL will agree to run for this caller."""
    try:
        named = bool(pwd.getpwuid(os.geteuid()))
    except KeyError:
        named = False
    if os.geteuid() != 0 and named:
        return Identity.CALLER
    if namespace_allowed():
        return Identity.NAMESPACE
    return Identity.NOBODY if os.geteuid() == 0 else Identity.CALLER


def give_to_nobody(folder: Path) -> None:
    """Hand a folder and all in it to nobody, who must be able to write there."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
