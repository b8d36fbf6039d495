"""The words of a prompt that embeddings stand behind, and the text that is left when LoRAs are taken out of it.

How prompts are read at all is `generation.engine.prompt_syntax`'s.
"""

import re
from collections.abc import Callable, Iterable

from generation.engine.prompt_syntax import NETWORK

_NETWORK = re.compile(NETWORK)
_LISTED = re.compile(rf"(?:\s*,)?\s*(?P<network>{NETWORK})")


def without_loras(prompt: str) -> str:
    """The prompt as the text encoder is to read it. Everything else stays as typed."""
    return _NETWORK.sub("", prompt).strip()


def with_loras_of(prompt: str, is_here: Callable[[str], bool]) -> tuple[str, list[str]]:
    """The prompt without those LoRAs, and hypernetworks, whose names are none of `is_here`; and these names."""
    gone: dict[str, None] = {}

    def kept(match: re.Match[str]) -> str:
        kind, _colon, rest = match["network"][1:-1].partition(":")
        name = rest.partition(":")[0].strip()
        if kind != "hypernet" and is_here(name):
            return match[0]
        gone[name] = None
        return ""

    text = _LISTED.sub(kept, prompt)
    # The comma that stood behind the first word stands behind nothing now.
    return (text.strip().removeprefix(",").lstrip(), list(gone)) if gone else (prompt, [])


def words_among(text: str, words: Iterable[str]) -> list[str]:
    """Those of `words` that stand in `text` as whole words, as they are written there (case is of no matter)."""
    found: dict[str, None] = {}
    for word in words:
        for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE):
            found[match[0]] = None
    return list(found)
