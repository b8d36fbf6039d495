"""The words of a prompt that embeddings stand behind, and the text that is left when LoRAs are taken out of it.

How prompts are read at all is `generation.engine.prompt_syntax`'s.
"""

import re
from collections.abc import Iterable

from generation.engine.prompt_syntax import NETWORK

_NETWORK = re.compile(NETWORK)


def without_loras(prompt: str) -> str:
    """The prompt as the text encoder is to read it. Everything else stays as typed."""
    return _NETWORK.sub("", prompt).strip()


def words_among(text: str, words: Iterable[str]) -> list[str]:
    """Those of `words` that stand in `text` as whole words, as they are written there (case is of no matter)."""
    found: dict[str, None] = {}
    for word in words:
        for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE):
            found[match[0]] = None
    return list(found)
