"""CLIP's tokenizer, built from the merges that we ship (see `layouts/clip_tokenizer/NOTICE`).

The vocabulary follows from the merges: the 256 bytes, the same at the end of a word, each merge's result in order,
and the two marks. Source: the table and the order of `bpe_simple_vocab_16e6` in OpenAI's CLIP (MIT).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

MERGES = Path(__file__).parent / "layouts" / "clip_tokenizer" / "merges.txt"
START, END = "<|startoftext|>", "<|endoftext|>"


def make_clip_tokenizer(config: Path) -> Any:
    """Return a transformers CLIPTokenizer; `config` is a tokenizer_config.json with its pad token and length."""
    from transformers import CLIPTokenizer

    settings = json.loads(config.read_text("utf-8"))
    vocabulary, merges = clip_vocabulary()
    return CLIPTokenizer(vocab=dict(vocabulary), merges=list(merges), **settings)


@cache
def clip_vocabulary() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return the 49,408 tokens with their numbers, and the 48,894 merges."""
    pairs = [line.split(" ") for line in MERGES.read_text("utf-8").splitlines()]
    merges = [(left, right) for left, right in pairs]
    signs = _byte_signs()
    tokens = [*signs, *(sign + "</w>" for sign in signs), *(left + right for left, right in merges), START, END]
    return {token: number for number, token in enumerate(tokens)}, merges


def _byte_signs() -> list[str]:
    """A visible sign for each byte: itself where it is a printable one of Latin-1, else the next from U+0100 on."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) for byte in visible] + [chr(256 + place) for place in range(len(hidden))]
