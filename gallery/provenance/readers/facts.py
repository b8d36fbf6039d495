"""What a reader learned, sorted into the typed parts of a recipe and the rest.

A value that no column could hold, or that isn't what its name says, goes to the rest under the name its writer used.
"""

import math
import re
from typing import Any

from gallery.provenance.readers.names import model_name, sampler_and_schedule
from gallery.provenance.readers.text import CUT, clean, storable
from gallery.provenance.recipe import EmbeddingEntry, LoraEntry, Recipe

PROMPT_LIMIT = 100_000
"""Characters of a prompt that is kept as one; the whole still stands in the blocks."""

_LONGEST = {
    "model_name": 200,
    "sampler": 60,
    "scheduler": 60,
    "vae": 200,
    "hires_upscaler": 200,
    "refiner": 200,
    "rng": 40,
}
_MOST_INTEGER = 2**31 - 1
_MOST_SEED = 2**63 - 1
_MOST_ENTRIES = 100
_LONGEST_NAME = 200
_INTEGER = re.compile(r"[+-]?[0-9]{1,30}(?:\.0{1,20})?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?")
_HASH = re.compile(r"(?:0x)?([0-9a-fA-F]{6,64})")
_SIZE = re.compile(r"\s*\(?\s*([0-9]{1,12})\s*[x×,*]\s*([0-9]{1,12})\b")


def as_integer(value: Any) -> int | None:
    """`20`, `20.0` and `"20"` are 20; anything else is None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    return None


def as_number(value: Any) -> float | None:
    """A finite number, also one written as text; anything else is None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip()
        number = float(value) if _NUMBER.fullmatch(value) else math.nan
    elif isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return None
    else:
        return None
    return number if math.isfinite(number) else None


class Facts:
    """The parts of a recipe as they are found; the first word on a part counts, later ones only fill gaps."""

    def __init__(self) -> None:
        self.parts: dict[str, Any] = {}
        self.loras: list[LoraEntry] = []
        self.embeddings: list[EmbeddingEntry] = []
        self.rest: dict[str, Any] = {}

    def keep(self, name: str, value: Any) -> None:
        """Keep what has no part of its own, unless it says nothing."""
        if value not in (None, "", [], {}):
            self.rest.setdefault(name[:200], value)

    def prompt(self, part: str, value: Any) -> None:
        """`prompt` or `negative_prompt`."""
        if isinstance(value, list):
            value = "\n".join(item for item in value if isinstance(item, str))
        if isinstance(value, str) and value.strip():
            text = clean(value).strip()
            if len(text) > PROMPT_LIMIT:
                text = text[:PROMPT_LIMIT] + CUT
            self.parts.setdefault(part, text)

    def text(self, part: str, value: Any, name: str) -> None:
        """A short text; `name` is what its writer calls it."""
        if value is None or isinstance(value, dict | list | bool):
            return self.keep(name, value)
        text = clean(str(value)).strip()
        if part in ("model_name", "vae", "refiner", "hires_upscaler"):
            text = model_name(text)
        if not text or text.lower() == "none":
            return None
        if len(text) > _LONGEST[part]:
            return self.keep(name, value)
        self.parts.setdefault(part, text)
        return None

    def hash(self, part: str, value: Any, name: str) -> None:
        """A SHA-256 in hex or its beginning; other kinds of hash are kept in the rest."""
        found = _HASH.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            return self.keep(name, value)
        self.parts.setdefault(part, found[1].lower())
        return None

    def sampler(self, sampler: Any, schedule: Any = "", name: str = "sampler") -> None:
        """Sampler and schedule of noise levels, in whatever spelling."""
        if not isinstance(sampler, str):
            self.keep(name, sampler)
            sampler = ""
        said = schedule if isinstance(schedule, str) else ""
        common, levels = sampler_and_schedule(sampler, said)
        self.text("sampler", common, name)
        self.text("scheduler", levels, "scheduler")
        if sampler and common != sampler.strip() and levels != said:
            self.keep(name, sampler)

    def integer(self, part: str, value: Any, name: str, *, least: int = 0) -> None:
        """A whole number that fits the column."""
        number = as_integer(value)
        if part == "seed":
            fits = number is not None and -_MOST_SEED - 1 <= number <= _MOST_SEED
        else:
            fits = number is not None and least <= number <= _MOST_INTEGER
        if fits:
            self.parts.setdefault(part, number)
        else:
            self.keep(name, value)

    def number(self, part: str, value: Any, name: str, *, least: float = -1e6, most: float = 1e6) -> None:
        """A finite number from `least` to `most`."""
        number = as_number(value)
        if number is not None and least <= number <= most:
            self.parts.setdefault(part, number)
        else:
            self.keep(name, value)

    def size(self, value: Any, name: str) -> None:
        """`832x1216`, `(832, 1216)` or `[832, 1216]` in pixels."""
        if isinstance(value, list) and len(value) >= 2:
            value = f"{value[0]}x{value[1]}"
        found = _SIZE.match(value) if isinstance(value, str) else None
        if found is None:
            return self.keep(name, value)
        self.integer("width", found[1], name, least=1)
        self.integer("height", found[2], name, least=1)
        return None

    def lora(
        self, name: Any, weight: Any = None, text_weight: Any = None, *, digits: Any = "", of_weights: bool = False
    ) -> None:
        """A LoRA with its weights for denoiser and text encoder; a name that was there before is filled up."""
        if (
            not isinstance(name, str)
            or not (short := model_name(clean(name))[:_LONGEST_NAME])
            or short.lower() == "none"
        ):
            return
        found = _HASH.fullmatch(digits.strip()) if isinstance(digits, str) else None
        hexadecimal = found[1].lower() if found else ""
        # A1111 writes twelve digits over the weights alone, others ten or more over the file.
        over_weights = hexadecimal if of_weights or len(hexadecimal) == 12 else ""
        over_file = "" if over_weights else hexadecimal
        for place, entry in enumerate(self.loras):
            if entry.name.lower() == short.lower():
                self.loras[place] = LoraEntry(
                    entry.name,
                    entry.sha256 or over_file,
                    entry.weight,
                    entry.text_weight,
                    entry.weights_sha256 or over_weights,
                )
                return
        if len(self.loras) >= _MOST_ENTRIES:
            return
        denoiser = as_number(weight)
        denoiser = 1.0 if denoiser is None else denoiser
        encoder = as_number(text_weight)
        self.loras.append(LoraEntry(short, over_file, denoiser, denoiser if encoder is None else encoder, over_weights))

    def embedding(self, name: Any, digits: Any = "") -> None:
        """A textual inversion with the hash of its file."""
        if not isinstance(name, str) or not (short := model_name(clean(name))[:_LONGEST_NAME]):
            return
        if len(self.embeddings) < _MOST_ENTRIES and all(entry.name != short for entry in self.embeddings):
            found = _HASH.fullmatch(digits.strip()) if isinstance(digits, str) else None
            self.embeddings.append(EmbeddingEntry(short, found[1].lower() if found else ""))

    def recipe(self, generator: str, version: str) -> Recipe:
        """The recipe of all parts."""
        return Recipe(
            **self.parts,
            loras=tuple(self.loras),
            embeddings=tuple(self.embeddings),
            generator=generator,
            version=version,
        )

    def rest_for_row(self) -> dict[str, Any]:
        """The rest as JSON that a row can hold."""
        kept = storable(self.rest)
        return kept if isinstance(kept, dict) else {}
