"""Which machines a fetch may talk to: what a name stands for is looked up once, judged, and connected to as judged.

A name that is asked for twice can be a public address the first time and this machine the second.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

# Where the internet's IPv6 addresses are, less what leads on to an IPv4 address of the asker's choice (6to4, Teredo).
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))
# For protocols between networks; not every Python knows that nobody is there.
_ASSIGNED_V4 = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))


class NoAddressError(Exception):
    """The name stands for no address, or nobody answered in time."""


def is_public(address: str) -> bool:
    """Whether an IP address is anybody's: no loopback, private, link-local, multicast, shared or reserved one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        reserved = ip not in _GLOBAL_V6 or any(ip in block for block in _TRANSLATED)
    else:
        reserved = any(ip in block for block in _ASSIGNED_V4)
    return not reserved and ip.is_global and not ip.is_multicast


def is_number(host: str) -> bool:
    """Whether that is an IP address itself, in whatever spelling, and no name."""
    if ":" in host:
        return True
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """The IP addresses of `host`, as the system's resolver has them. Raises `NoAddressError`.

    Every spelling of an address is one here: `2130706433`, `0177.0.0.1` and `127.1` are all `127.0.0.1`.
    """
    answers: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(address[0]) for *_, address in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    # The system's resolver can't be told to hurry, nor be interrupted.
    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty as error:
        raise NoAddressError(host) from error
    if isinstance(answer, Exception) or not answer:
        raise NoAddressError(host)
    return list(dict.fromkeys(answer))


@dataclass(frozen=True)
class Network:
    """What may be reached: how names are looked up, which addresses are admitted, and which ports (None: all)."""

    look_up: Callable[[str, int, float], list[str]] = look_up
    admits: Callable[[str], bool] = is_public
    ports: frozenset[int] | None = frozenset({80, 443})


PUBLIC = Network()
ANYWHERE = Network(admits=lambda address: True, ports=None)
"""For what an operator asks for at the command line; never for an address that came from anybody else."""
