"""The recipe of a generated picture: everything it takes to draw it again."""

import re
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

GENERATOR = "Irodori"
GENERATOR_VERSION = "0.1.0"

# PostgreSQL takes no NUL, UTF-8 no lone surrogate: neither can be part of a text that is kept.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a picture was made. Sizes are in pixels, `cfg` is the guidance scale, `model_hash` the SHA-256 in hex."""

    prompt: str = ""
    negative_prompt: str = ""
    model_name: str = ""
    model_hash: str = ""
    sampler: str = ""
    scheduler: str = ""
    steps: int | None = None
    cfg: float | None = None
    seed: int | None = None
    width: int | None = None
    height: int | None = None
    generator: str = GENERATOR
    version: str = GENERATOR_VERSION

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, _UNSTORABLE.sub("", value))

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The recipe in `data`; keys of later versions are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})
