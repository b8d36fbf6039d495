"""A block of network addresses as PostgreSQL's `cidr`, and the question whether it holds an address."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from django.db import models

Network = IPv4Network | IPv6Network


class CidrField(models.Field):  # type: ignore[type-arg]
    """An IPv4 or IPv6 network; in Python an `ipaddress` network."""

    def db_type(self, connection: Any) -> str:
        return "cidr"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Network | None:
        """What the driver makes of it, whichever types it knows."""
        return None if value is None else ip_network(value)

    def to_python(self, value: Any) -> Network | None:
        return None if value in (None, "") else ip_network(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(ip_network(str(value)))


@CidrField.register_lookup
class HoldsAddress(models.Lookup):  # type: ignore[type-arg]
    """`block__holds="192.0.2.7"`: whether the address lies in the block (`>>=`, for which GiST has an index)."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} >>= %s::inet", (*params, str(self.rhs))
