"""What a tag may be called (Danbooru's rules: printable ASCII, lower case, words joined by `_`). No database."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from tagging.query.brackets import EMOTICONS, stray_bracket
from tagging.query.metatags import registry

MAX_LENGTH = 170
RESERVED = frozenset({"and", "or", "not", "new", "search"})
BAD_START = "-~_`%(){}[]/"


class TagNameError(Exception):
    """A name that no tag may have.

    Codes: empty, too_long (limit), not_ascii (character), forbidden_character (character), bad_start (character),
    bad_end, double_underscore, unbalanced_brackets, metatag_prefix (prefix), reserved. `params` always has `name`.
    """

    def __init__(self, code: str, name: str, **params: Any) -> None:
        self.code = code
        self.params: dict[str, Any] = {"name": name, **params}
        super().__init__(f"{code}: {self.params}")


def normalise_tag(text: str) -> str:
    """The canonical spelling of what somebody typed: NFKC, lower case, runs of white space as one `_`.

    Full-width letters become ASCII. The result is not checked; `validate_tag` does.
    """
    return re.sub(r"\s+", "_", unicodedata.normalize("NFKC", text).strip().lower())


def validate_tag(name: str) -> None:
    """Raises TagNameError if no tag may be called `name` (in canonical spelling)."""
    if not name:
        raise TagNameError("empty", name)
    if len(name) > MAX_LENGTH:
        raise TagNameError("too_long", name, limit=MAX_LENGTH)
    for character in name:
        if not "!" <= character <= "~":
            raise TagNameError("not_ascii", name, character=character)
        if character in "*," or character.isupper():
            raise TagNameError("forbidden_character", name, character=character)
    if name in RESERVED:
        raise TagNameError("reserved", name)
    if name in EMOTICONS:
        return
    if name[0] in BAD_START:
        raise TagNameError("bad_start", name, character=name[0])
    if name.endswith("_") and not _is_face(name):
        raise TagNameError("bad_end", name)
    if "__" in name and not _is_face(name):
        raise TagNameError("double_underscore", name)
    if stray_bracket(name):
        raise TagNameError("unbalanced_brackets", name)
    prefix, colon, _rest = name.partition(":")
    if colon and registry.is_reserved(prefix):
        raise TagNameError("metatag_prefix", name, prefix=f"{prefix}:")


def _is_face(name: str) -> bool:
    """`^_^`, `@__@`: without a letter or digit, underscores are a mouth."""
    return not any(character.isalnum() for character in name)
