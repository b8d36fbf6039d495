"""Words of prompts. A prompt that the viewer may not read has no words, for a search and for its opposite alike."""

import re
import unicodedata

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gallery.errors import Invalid
from gallery.provenance.words import searchable
from gallery.search.compilation import Compilation, in_recipe
from gallery.search.expressions import Like, Matches
from gallery.search.metatags.kinds import Compile, metatag
from tagging.query.readers import text
from tagging.query.values import Presence, Text

# Writing without blanks between words: Han, kana, hangul. What is looked for there may stand inside a run.
_JOINED = "\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_STARTS_JOINED, _ENDS_JOINED = re.compile(f"[{_JOINED}]"), re.compile(f"[{_JOINED}]$")
# A letter that stands for `*` while the words are put right: it is one to every rule about words.
_ANY = "\ua66e"


def _on(column: str) -> Compile:
    def compile_words(value: Presence | Text, compilation: Compilation) -> Q:
        if isinstance(value, Presence):
            given = compilation.prompts & in_recipe(~Q(**{column: ""}))
            return given if value.present else ~given
        # Parts between commas may stand anywhere, as in a prompt; quoted, all is one phrase.
        parts = [value.text] if value.literal else [part for part in value.text.split(",") if part.strip()]
        condition = Q()
        for part in parts:
            condition &= words_in(column, part, literal=value.literal)
        if not parts:
            raise Invalid("no_words", value=value.text[:60])
        return compilation.prompts & in_recipe(condition)

    return compile_words


def words_in(column: str, part: str, *, literal: bool) -> Q:
    """Rows in whose column of words (`searchable`) those of `part` stand one after another.

    `*` stands for any letters inside one word. Raises Invalid where there is no word.
    """
    words = searchable(part if literal else unicodedata.normalize("NFKC", part).replace("*", _ANY)).strip()
    if not words:
        raise Invalid("no_words", value=part[:60])
    if _ANY not in words or literal:
        start = "" if stands_anywhere(words) else " "
        end = "" if _ENDS_JOINED.search(words) else " "
        return Q(Like(F(column), f"%{start}{words}{end}%"))
    if not words.replace(_ANY, "").strip():
        return ~Q(**{column: ""})
    start = "" if words.startswith(_ANY) or stands_anywhere(words) else " "
    end = "" if words.endswith(_ANY) or _ENDS_JOINED.search(words) else " "
    # Only letters, digits and blanks are left, so nothing in it is a sign of the pattern language.
    return Q(Matches(F(column), start + words.strip(_ANY).replace(_ANY, "[^ ]*") + end))


def stands_anywhere(words: str) -> bool:
    """Whether words are looked for inside of others too: their writing has no blanks between words."""
    return _STARTS_JOINED.match(words) is not None


metatag(
    "prompt",
    text(limit=1000, nullable=True),
    _on("prompt_words"),
    section="recipe",
    costly=True,
    summary=_("Whole words of the prompt, a phrase in quotation marks, parts of words with *; commas join parts."),
    examples=("prompt:sunset", 'prompt:"long red hair"', "prompt:sun*,sea"),
    values=("any", "none"),
)
metatag(
    "negative",
    text(limit=1000, nullable=True),
    _on("negative_words"),
    section="recipe",
    costly=True,
    summary=_("Words of the negative prompt, in the same way."),
    examples=("negative:blurry",),
    values=("any", "none"),
)
