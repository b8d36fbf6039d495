"""What a file says of its picture beside the signature: the generator's own data, claims of origin, all its texts.

It is the file of whoever asks, so nothing of it is held back.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.provenance import Recipe
from gallery.provenance.readers import Blocks, Found, SourceMark, declared_source
from gallery.recipes.fields import FIELDS, rest_texts, texts_of
from gallery.recipes.rows import State
from gallery.verifying.signature import source_words

_PROMPTS = ("prompt", "negative_prompt")
_APART = {*_PROMPTS, "generator", "version", "width", "height"}
_LONGEST_SHOWN = 20_000

_PLACES: dict[str, Any] = {
    "xmp": _("XMP packet"),
    "caption": _("Caption (IPTC)"),
    "stealth": _("Hidden in the pixels"),
}


@dataclass(frozen=True)
class Text:
    """A text of the file under the name of its place; `cut`: there is more of it than is shown."""

    place: str
    text: str
    cut: bool = False


@dataclass(frozen=True)
class Said:
    """`program`: name and version of what wrote the data; `facts`: labels and values; `source`: a claim of origin, with
    its words; `texts`: all that stands in the file, as it stands there."""

    program: str = ""
    prompt: str = ""
    negative_prompt: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    rest: tuple[tuple[str, str], ...] = ()
    raw: str = ""
    recipe: Recipe | None = None
    source: SourceMark | None = None
    source_words: str = ""
    texts: tuple[Text, ...] = ()

    def __bool__(self) -> bool:
        """Whether the file says anything at all."""
        return bool(self.program or self.source or self.texts)


def said_in(blocks: Blocks, found: Found | None) -> Said:
    """What these texts, and what the readers made of them, say."""
    source = declared_source(blocks)
    told: dict[str, Any] = {}
    if found is not None:
        written = texts_of(State(found.recipe, found.rest))
        facts = [(str(each.label), written[each.name]) for each in FIELDS if each.name not in _APART]
        if found.recipe.width and found.recipe.height:
            facts.append((str(_("Size")), f"{found.recipe.width} × {found.recipe.height}"))
        told = {
            "program": f"{found.generator} {found.version}".strip(),
            **{name: written[name] for name in _PROMPTS},
            "facts": tuple((label, text) for label, text in facts if text),
            "rest": tuple(rest_texts(found.rest)),
            "raw": found.raw,
            "recipe": found.recipe,
        }
    return Said(**told, source=source, source_words=_source_words(source), texts=tuple(_texts(blocks)))


def _source_words(mark: SourceMark | None) -> str:
    if mark is None:
        return ""
    if mark.standard == "iptc":
        return source_words(mark.value)
    return str(_("made by AI") if mark.level == "generated" else _("perhaps made by AI"))


def _texts(blocks: Blocks) -> list[Text]:
    named = [*blocks.texts, *blocks.exif.items(), *((str(_("Comment")), text) for text in blocks.comments)]
    named += [(str(words), getattr(blocks, place)) for place, words in _PLACES.items()]
    return [Text(name, text[:_LONGEST_SHOWN], len(text) > _LONGEST_SHOWN) for name, text in named if text]
