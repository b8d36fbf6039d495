"""Who can reach the site, as far as its settings tell."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

# "testserver" is what Django's own test client calls itself.
_OWN_NAMES = frozenset({"localhost", "testserver"})


def only_this_machine(name: str) -> bool:
    """Whether a host name, an address or a URL can stand for nothing but the machine that the site runs on."""
    host = (urlsplit(name).hostname or "") if "//" in name else name.strip("[]")
    if host in _OWN_NAMES or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def default_second_factor(*, listens_on: str, answers_to: Iterable[str], proxies: int) -> str:
    """ "optional" where the site listens to this machine alone, under no other name and behind no proxy; else
    "required".

    A proxy on the same machine that passes on no name of its own, and of which the settings say nothing, looks the
    same: docs/operator.md tells its operator to say so.
    """
    private = proxies == 0 and all(only_this_machine(name) for name in (listens_on, *answers_to))
    return "optional" if private else "required"
