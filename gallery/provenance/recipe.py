"""The recipe of a generated picture: everything it takes to draw it again."""

import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

GENERATOR = "Irodori"
GENERATOR_VERSION = "0.1.0"

# PostgreSQL takes no NUL, UTF-8 no lone surrogate: neither can be part of a text that is kept.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class LoraEntry:
    """A LoRA of a recipe: its name, the SHA-256 of its file in hex, its weights for denoiser and text encoder.

    `weights_sha256` is that of the file without its header, which A1111 writes.
    """

    name: str
    sha256: str = ""
    weight: float = 1.0
    text_weight: float = 1.0
    weights_sha256: str = ""


@dataclass(frozen=True)
class EmbeddingEntry:
    """A textual inversion of a recipe: the word of the prompt that stands for it, and its file's SHA-256 in hex."""

    name: str
    sha256: str = ""


# What may be known of a picture whose prompt is hidden. Everything else names words, LoRAs or seeds, or may.
OPEN_AXES = frozenset({"model", "sampler", "steps", "guidance", "clip_skip", "size", "strength"})


@dataclass(frozen=True)
class Axis:
    """What differs from picture to picture of a sheet: its name (`gallery.recipes.axes` has them) and its values, as
    they were typed, from left to right or from top to bottom."""

    name: str
    values: tuple[str, ...] = ()

    @property
    def secret(self) -> bool:
        """Whether only those may know it who may read the prompt."""
        return self.name not in OPEN_AXES

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"name": self.name, "values": list(self.values)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """What `to_dict` made."""
        return cls(_storable(str(data["name"])), tuple(_storable(str(value)) for value in data.get("values", ())))


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a picture was made. Sizes are in pixels, `cfg` is the guidance scale, `model_hash` the SHA-256 in hex.

    `denoise` is the strength with which another picture was drawn over; `outpaint` the pixels added at the left, top,
    right and bottom of it. `composite`: a human's work may be in that other picture, or in one below it.
    `axes`: of a sheet of many pictures, what differs along its columns, then along its rows; the fields that differ are
    empty. `guidance` is what models distilled from guided ones are told instead of `cfg`; `refiner` the model that took
    over from `model_name` after `refiner_switch` (0 to 1) of the steps; `rng` where the noise was drawn (CPU, GPU, NV).
    What wasn't used is None or empty.
    """

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
    clip_skip: int | None = None
    vae: str = ""
    loras: tuple[LoraEntry, ...] = ()
    embeddings: tuple[EmbeddingEntry, ...] = ()
    denoise: float | None = None
    mask_blur: int | None = None
    masked_content: str = ""
    only_masked: int | None = None
    outpaint: tuple[int, int, int, int] | None = None
    hires_scale: float | None = None
    hires_steps: int | None = None
    hires_denoise: float | None = None
    hires_upscaler: str = ""
    guidance: float | None = None
    refiner: str = ""
    refiner_switch: float | None = None
    rng: str = ""
    vae_hash: str = ""
    composite: bool = False
    axes: tuple[Axis, ...] = ()
    generator: str = GENERATOR
    version: str = GENERATOR_VERSION

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, _UNSTORABLE.sub("", value))

    def to_dict(self) -> dict[str, Any]:
        """A dictionary as JSON would bring it back, which `from_dict` reads."""
        whole = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return whole | {"axes": [axis.to_dict() for axis in self.axes]}

    def without_prompt(self) -> Self:
        """What may be known of it where the prompt is hidden."""
        shown = tuple(axis for axis in self.axes if not axis.secret)
        return replace(self, prompt="", negative_prompt="", seed=None, loras=(), embeddings=(), axes=shown)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The recipe in `data`; keys of later versions are left out."""
        known = {field.name for field in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        for name, entry in (("loras", LoraEntry), ("embeddings", EmbeddingEntry)):
            values[name] = tuple(entry(**each) for each in values.get(name, ()))
        values["axes"] = tuple(Axis.from_dict(each) for each in values.get("axes") or ())
        if values.get("outpaint") is not None:
            values["outpaint"] = tuple(values["outpaint"])
        return cls(**values)


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("", text)
