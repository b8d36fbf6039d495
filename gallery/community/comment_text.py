"""The text of a comment, cleaned before it is kept."""

import re
import unicodedata

from gallery.errors import Invalid
from gallery.models.comment import LONGEST

# Signs that turn the direction of what follows, or that nobody sees: they let a text pass for another one.
_TRICKS = dict.fromkeys(
    [0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x2028, 0x202F), *range(0x2060, 0x2070)]
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Zl", "Zp", "Zs"})


def checked_text(text: str) -> str:
    """The text as it is kept: line breaks as `\\n`, without blanks around it, control characters, and the signs that
    turn the direction of writing or show nothing (joiners stay: scripts and emoji need them).

    Raises Invalid where nothing is left to see, or more than `LONGEST` characters.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    said = _spaceless(_CONTROL.sub("", lines).translate(_TRICKS)).strip()
    if all(unicodedata.category(sign) in _INVISIBLE for sign in said):
        raise Invalid("comment_empty")
    if len(said) > LONGEST:
        raise Invalid("comment_too_long", length=len(said), limit=LONGEST)
    return said


def _spaceless(text: str) -> str:
    # Two blanks before a line break would mean one in Markdown; here every line break is one.
    return "\n".join(line.rstrip() for line in text.split("\n"))
