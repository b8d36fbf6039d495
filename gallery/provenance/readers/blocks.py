"""The texts that a file carries beside its pixels, as they stand there."""

from dataclasses import dataclass, field
from typing import Any, Self

from gallery.provenance.readers.text import clean


@dataclass(frozen=True)
class Blocks:
    """What was found in a file, not yet understood.

    `texts`: keyword and text of each text chunk of a PNG, in the file's order, repeats too. `exif`: texts by the name
    of their tag (UserComment, ImageDescription, Make, Model, Software, Artist, MakerNote, XPComment). `xmp`: the
    packet. `caption`: of the old IPTC block. `comments`: of a JPEG. `stealth`: hidden in the lowest bits of the pixels.
    `width`, `height`: the picture's, in pixels, 0 where unknown. `cut`: names of what was too long to be kept whole.
    """

    texts: tuple[tuple[str, str], ...] = ()
    exif: dict[str, str] = field(default_factory=dict)
    xmp: str = ""
    caption: str = ""
    comments: tuple[str, ...] = ()
    stealth: str = ""
    width: int = 0
    height: int = 0
    cut: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any text at all."""
        return bool(self.texts or self.exif or self.xmp or self.caption or self.comments or self.stealth)

    def text(self, keyword: str) -> str:
        """The first text of a PNG under `keyword` that says anything, whatever its case; else an empty one."""
        wanted = keyword.lower()
        return next((text for name, text in self.texts if name.lower() == wanted and text.strip()), "")

    def to_dict(self) -> dict[str, Any]:
        """A dictionary as JSON would bring it back, which `from_dict` reads."""
        return {
            "texts": [list(pair) for pair in self.texts],
            "exif": dict(self.exif),
            "xmp": self.xmp,
            "caption": self.caption,
            "comments": list(self.comments),
            "stealth": self.stealth,
            "width": self.width,
            "height": self.height,
            "cut": list(self.cut),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The blocks in `data`, as `to_dict` wrote them; what is missing is empty."""
        return cls(
            texts=tuple((clean(str(name)), clean(str(text))) for name, text in data.get("texts") or ()),
            exif={clean(str(name)): clean(str(text)) for name, text in (data.get("exif") or {}).items()},
            xmp=clean(str(data.get("xmp") or "")),
            caption=clean(str(data.get("caption") or "")),
            comments=tuple(clean(str(text)) for text in data.get("comments") or ()),
            stealth=clean(str(data.get("stealth") or "")),
            width=int(data.get("width") or 0),
            height=int(data.get("height") or 0),
            cut=tuple(str(name) for name in data.get("cut") or ()),
        )
