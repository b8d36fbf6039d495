"""Prompts as searches see them: words with one blank between, whatever stood there before."""

import re
import unicodedata

# `<lora:name:0.8>` names a file, and `:1.2)` is a weight: neither is a word of the prompt.
_EXTRA = re.compile(r"<[^<>]*>")
_WEIGHT = re.compile(r":\s*-?\d+(?:\.\d+)?(?=\s*[)\]}])")
_NO_WORD = re.compile(r"[\W_]+")


def searchable(prompt: str) -> str:
    """` 1girl long hair 青い目 `: NFKC, case folded, words in their order, a blank before and after each.

    A word is a run of letters and digits, so `long_hair`, `long hair` and `(long hair:1.2)` are the same two words.
    Empty for a prompt without words. A phrase of whole words stands in it with a blank on either side.
    """
    plain = _WEIGHT.sub(" ", _EXTRA.sub(" ", unicodedata.normalize("NFKC", prompt)))
    words = _NO_WORD.sub(" ", plain.casefold()).strip()
    return f" {words} " if words else ""
