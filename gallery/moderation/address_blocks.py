"""Blocks of network addresses as moderators type them, and which of them can be banned."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network

from gallery.errors import Invalid
from gallery.models.cidr import Network

# The widest blocks: what a large provider hands out in one town, not a continent.
WIDEST = {4: 16, 6: 32}
# Whoever has an IPv6 address has the whole network of this length: one address alone would stop nobody.
BLOCK_OF_ONE = {4: 32, 6: 64}
MAX_LENGTH = 60
_MAPPED = IPv6Network("::ffff:0:0/96")
# This machine, the next ones on its wire, and groups.
_NEAR = [ip_network(one) for one in ("127.0.0.0/8", "::1", "169.254.0.0/16", "fe80::/10", "224.0.0.0/4", "ff00::/8")]


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
    if "/" in typed and ip_interface(typed).ip != network.network_address:
        raise Invalid("block_with_more", block=shown, meant=str(network))
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        raise Invalid("block_mapped", block=shown)
    limit = WIDEST[network.version]
    if network.prefixlen < limit:
        raise Invalid("block_too_wide", block=shown, limit=limit)
    if any(network.version == near.version and network.overlaps(near) for near in _NEAR):  # type: ignore[arg-type]
        raise Invalid("block_not_public", block=shown)
    if own_address and _holds(network, own_address):
        raise Invalid("block_holds_yours", block=shown)
    return network


def _read(typed: str) -> Network:
    if len(typed) > MAX_LENGTH or "%" in typed:
        raise ValueError(typed)
    if "/" in typed:
        length = typed.partition("/")[2]
        if not (length.isascii() and length.isdecimal()):  # a netmask like 255.255.0.0 is another form
            raise ValueError(typed)
        return ip_network(typed, strict=False)
    address = _plain(ip_address(typed))
    return ip_network(f"{address}/{BLOCK_OF_ONE[address.version]}", strict=False)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """IPv4 as such where it is written as IPv6."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _holds(network: Network, address: str) -> bool:
    try:
        return _plain(ip_address(address.partition("%")[0])) in network
    except ValueError:
        return False
