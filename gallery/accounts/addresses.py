"""Where a request comes from, as far as visitors are told apart by it."""

from ipaddress import ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

# Whoever has an IPv6 address has the whole network of this length.
IPV6_NETWORK = 64


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
