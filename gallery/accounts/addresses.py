"""Where a request comes from, as far as visitors are told apart by it."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

# Whoever has an IPv6 address has the whole network of this length.
IPV6_NETWORK = 64
# The least that is given to one customer or handed from one to the next: who floods a site has more than one address.
IPV4_BLOCK, IPV6_BLOCK = 24, 48


def address_of(request: HttpRequest) -> str:
    """The visitor's address, behind as many proxies as IRODORI_TRUSTED_PROXIES says; empty where the server tells none,
    so that all its visitors count as one."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def network_of(address: str) -> str:
    """What stands for an address where visitors are counted: itself, or the network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{parsed}/{IPV6_NETWORK}", strict=False)) if parsed.version == 6 else str(parsed)


def block_of(address: str) -> str:
    """The block of neighbours that an address belongs to: the /24, of IPv6 the /48.

    Off the public internet it is what `network_of` says: the next one is another machine of the house. "" for what is
    no address.
    """
    parsed = _parsed(address)
    if parsed is None:
        return ""
    if not parsed.is_global:
        return network_of(str(parsed))
    return str(ip_network(f"{parsed}/{IPV6_BLOCK if parsed.version == 6 else IPV4_BLOCK}", strict=False))


def is_public(address: str) -> bool:
    """Whether it is on the public internet. Where it is not, it may be that of a proxy before all visitors."""
    parsed = _parsed(address)
    return parsed is not None and parsed.is_global


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The address; an IPv4 address in IPv6's clothes is one of IPv4."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed
