"""The typefaces that texts on pictures are set in: they come with the site, so that every site draws the same.

Each file is a part of a Noto CJK font (SIL Open Font License 1.1, OFL.txt); `collect.py` made it. What has another form
in vertical text has that form in the private plane 15, at the character's own number above `VERTICAL`. So glyphs are
chosen here, by characters alone, and no shaping library is needed, which Pillow finds on some machines and on others
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import ImageFont

from generation.layers.fonts.cmap import characters_of

VERTICAL = 0xF0000
_PLANE = range(VERTICAL, VERTICAL + 0x10000)
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Typeface:
    """A font file; `name` is what it is called on the site."""

    key: str
    name: str | Promise
    file: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return _FOLDER / self.file

    @cached_property
    def characters(self) -> frozenset[int]:
        """The code points that the file has a glyph for, vertical forms among them."""
        return characters_of(self.path.read_bytes())

    def has(self, character: str) -> bool:
        """Whether it can draw this character. A line's end and blanks need no glyph."""
        code = ord(character)
        return character.isspace() or (code in self.characters and code not in _PLANE)

    def upright(self, character: str) -> str:
        """The character's form in vertical text; the same where it has no other, empty where the font says nothing."""
        code = VERTICAL + ord(character)
        return chr(code) if code in _PLANE and code in self.characters else ""

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The font at `size` pixels an em."""
        return _opened(self.file, size)


@lru_cache(maxsize=64)
def _opened(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FOLDER / file, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def typefaces() -> dict[str, Typeface]:
    """By key, the first is what a new text starts with."""
    faces = (
        Typeface("gothic", _("Gothic (sans serif)"), "IrodoriGothic-Bold.otf"),
        Typeface("mincho", _("Mincho (serif)"), "IrodoriMincho-Bold.otf"),
    )
    return {face.key: face for face in faces}
