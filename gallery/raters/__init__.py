"""Raters: programs that look at a picture and suggest a rating. Each is a folder here; copy one to add another.

A folder holds `is_installed()`, which is cheap and loads nothing, `load()`, which returns a `Rater`, and `MEASURED`,
what benchmarks/rater.py found of it. Where none is installed, the rules on tags and prompt (`gallery.rating`) are the
only machine. What becomes of a suggestion is in `gallery.post_ratings`. Nothing here knows Django.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Opinion:
    """What a rater makes of one picture. `rating`: g, s, q or e; `confidence`: 0 to 1, how sure it is that the picture
    is at least so; `reasons`: what it saw, in words of its own that can be shown to everybody."""

    rating: str
    confidence: float
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.rating not in ("g", "s", "q", "e") or not 0 <= self.confidence <= 1:
            raise ValueError(f"no opinion: {self.rating!r}, {self.confidence!r}")


@dataclass(frozen=True)
class Measured:
    """How often a rater erred: `wrong` of so many clean `pictures` by the bundled model it called stricter than
    general, with the confidence that a site asks for unless its operator changes that."""

    pictures: int
    wrong: int


class Rater(Protocol):
    """`version` names the program and its weights, so that opinions of another version can be told apart."""

    version: str

    def rate(self, picture: Image.Image) -> Opinion:
        """The opinion on an upright RGB picture of any size. Raises what it likes; the picture is tried again."""
        ...


def names() -> list[str]:
    """The folders, in the order of their names."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)


def installed(wanted: str = "auto") -> str | None:
    """The rater to use: the first that is installed for "auto", the one of this name, none for "none" or what is not
    installed. Raises ValueError for a name that no folder has."""
    if wanted == "none":
        return None
    if wanted != "auto" and wanted not in names():
        raise ValueError(f"there is no rater “{wanted}”; there are {', '.join(names())}")
    for name in names() if wanted == "auto" else [wanted]:
        if importlib.import_module(f"{__name__}.{name}").is_installed():
            return name
    return None


def measured(name: str) -> Measured | None:
    """How often the rater of this folder errs, where its folder says so as `MEASURED`."""
    found: Measured | None = getattr(importlib.import_module(f"{__name__}.{name}"), "MEASURED", None)
    return found


def load(name: str) -> Rater:
    """The rater of this folder, with its weights in memory."""
    rater: Rater = importlib.import_module(f"{__name__}.{name}").load()
    return rater
