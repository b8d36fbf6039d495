"""Where a remote checkpoint is: `remote+https://host:8000/v1#model=…&key_variable=…`."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from generation.engine.errors import EngineError

_PREFIX = "remote+"
# What can be seen of ASCII, but for “?” and “#”: even an empty one would swallow what is put behind the address.
_WRITABLE = re.compile(r"[!\"$->@-~]+")


def is_remote(checkpoint: str | Path) -> bool:
    """Tell the address of an image server from a path."""
    return str(checkpoint).startswith(_PREFIX)


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """An image server and one of its models.

    endpoint: the base URL of the API, http or https, such as `http://gpu:8000/v1`. model: what the server calls it,
    empty for its only one. key_variable: the environment variable with the key, empty for a server that asks for
    none; a key itself never stands in an address.
    """

    endpoint: str
    model: str = ""
    key_variable: str = ""

    def __str__(self) -> str:
        named = urlencode({"model": self.model, "key_variable": self.key_variable})
        return f"{_PREFIX}{self.endpoint}#{named}"

    @property
    def name(self) -> str:
        """What an error calls it: the model, or the server's host."""
        return self.model or (urlsplit(self.endpoint).hostname or "")

    @classmethod
    def parse(cls, checkpoint: str) -> Self:
        """Read an address. Raises EngineError remote_address."""
        endpoint, _sign, named = checkpoint.removeprefix(_PREFIX).partition("#")
        values = parse_qs(named)
        server = cls(endpoint.rstrip("/"), *(values.get(name, [""])[0] for name in ("model", "key_variable")))
        server.check()
        return server

    def check(self) -> None:
        """Raise EngineError remote_address for an endpoint that no request can be sent to."""
        try:
            parts = urlsplit(self.endpoint)
            plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            plain = False
        if not plain or parts.username is not None or not _WRITABLE.fullmatch(self.endpoint):
            raise EngineError("remote_address", endpoint=self.endpoint.rpartition("@")[2])
