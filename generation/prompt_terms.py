"""The terms of a prompt that name files: `<lora:name:0.8>`, and words that an embedding stands behind."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

_LORA = re.compile(r"<\s*lora\s*:\s*([^<>:]+?)\s*(?::([^<>]*))?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LoraTerm:
    """A LoRA as a prompt names it. Weights are NaN where something else than a number was written."""

    typed: str
    name: str
    weight: float
    text_weight: float


def lora_terms(prompt: str) -> list[LoraTerm]:
    """The LoRAs that `prompt` names, in order: `<lora:name>`, `<lora:name:weight>` or, as A1111 writes two weights,
    `<lora:name:weight for the text encoder:weight for the denoiser>`."""
    terms = []
    for found in _LORA.finditer(prompt):
        weights = [_number(part) for part in found[2].split(":")] if found[2] is not None else [1.0]
        if len(weights) > 2:
            weights = [math.nan]
        terms.append(LoraTerm(found[0], found[1], weight=weights[-1], text_weight=weights[0]))
    return terms


def without_loras(prompt: str) -> str:
    """The prompt as the text encoder is to read it. Everything else stays as typed."""
    return _LORA.sub("", prompt).strip()


def words_among(text: str, words: Iterable[str]) -> list[str]:
    """Those of `words` that stand in `text` as whole words, as they are written there (case is of no matter)."""
    found: dict[str, None] = {}
    for word in words:
        for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE):
            found[match[0]] = None
    return list(found)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
