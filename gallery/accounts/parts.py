"""What belongs to an account beside the gallery's own tables: each floor above says it in a module of its own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings

from gallery.models import User


@dataclass(frozen=True)
class Table:
    """One JSON file of a copy: `name` without its ending, and rows, each one JSON object."""

    name: str
    rows: Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Picture:
    """One picture of a copy: its name there, and the path at which `gallery.storing` keeps it."""

    name: str
    path: str
    size_bytes: int


class AccountPart(Protocol):
    """A module of `ACCOUNT_PARTS`."""

    def parts(self, user: User) -> Iterator[Table]:
        """What a copy of the account holds of it."""

    def pictures(self, user: User) -> Iterator[Picture]:
        """The pictures that go with it."""

    def settle(self, user: User) -> bool:
        """Stop what is under way for the account; whether nothing is any more."""

    def erase(self, user: User) -> None:
        """Remove what only concerned the account; within the caller's transaction."""


def account_parts() -> list[AccountPart]:
    """The modules that `config` names."""
    return [cast(AccountPart, import_module(name)) for name in settings.ACCOUNT_PARTS]
