"""Blocks of network addresses as moderators type them, and which of them can be banned."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface, ip_network

from gallery.errors import Invalid
from gallery.models.cidr import Network

# The widest blocks: what a large provider hands out in one town, not a continent.
WIDEST = {4: 16, 6: 32}
# Whoever has an IPv6 address has the whole network of this length: one address alone would stop nobody.
WIDEST_OF_ONE = {4: 32, 6: 64}
MAX_LENGTH = 60


def checked_block(text: str, own_address: str) -> Network:
    """The block that somebody typed: one address (of IPv6 its /64), or a block in the form that standards ask for.

    Raises Invalid: unreadable, with bits beyond its length, too wide, not of the public internet, or with the address
    of who bans it in it.
    """
    typed = text.replace("\x00", "").strip()
    shown = typed[:MAX_LENGTH]
    try:
        network = _read(typed)
    except ValueError as error:
        raise Invalid("block_unreadable", block=shown) from error
    if "/" in typed and network != ip_network(typed, strict=False):
        raise Invalid("block_unreadable", block=shown)
    if "/" in typed and ip_interface(typed).ip != network.network_address:
        raise Invalid("block_with_more", block=shown, meant=str(network))
    limit = WIDEST[network.version]
    if network.prefixlen < limit:
        raise Invalid("block_too_wide", block=shown, limit=limit)
    if network.is_loopback or network.is_link_local or network.is_multicast or network.is_unspecified:
        raise Invalid("block_not_public", block=shown)
    if own_address and _holds(network, own_address):
        raise Invalid("block_holds_yours", block=shown)
    return network


def _read(typed: str) -> Network:
    if len(typed) > MAX_LENGTH or "%" in typed:
        raise ValueError(typed)
    if "/" in typed:
        address, _slash, length = typed.partition("/")
        if not (length.isascii() and length.isdecimal()):  # a netmask like 255.255.0.0 is another form
            raise ValueError(typed)
        return ip_network(typed, strict=False)
    address = ip_address(typed)  # type: ignore[assignment]
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return ip_network(f"{address}/{WIDEST_OF_ONE[address.version]}", strict=False)  # type: ignore[attr-defined]


def _holds(network: Network, address: str) -> bool:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed) in network
