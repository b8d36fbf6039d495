"""What the search help page shows beyond the registry of metatags: the grammar, the kinds of values, edit strings.

Every search here is a link that runs; a test runs them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.links.searches import posts_url
from tagging.query import MetatagKind, registry


@dataclass(frozen=True)
class Example:
    """Something to type and what it finds."""

    text: str
    says: Any = ""

    @property
    def url(self) -> str:
        """The search itself."""
        return posts_url(self.text)


GRAMMAR = (
    Example("sky ocean", _("both tags")),
    Example("sky -ocean", _("the first and not the second")),
    Example("sky not ocean", _("the same")),
    Example("sky or ocean", _("either")),
    Example("~sky ~ocean", _("the same: all terms with ~ side by side are one choice")),
    Example("(sky or ocean) -night", _("brackets group; they nest")),
    Example("-(sky ocean)", _("not both at once")),
    Example("sky ocean or night", _("terms side by side bind before “or”: (sky ocean) or night")),
    Example("sky and ocean or night", _("the same; “and” binds before “or”")),
    Example("*_hair", _("any tag that ends so: * is any text, also none; the 100 largest such tags")),
    Example("-*_hair", _("no such tag")),
    Example("sky_(artist)", _("brackets belong to a tag as long as they come in pairs")),
)

VALUES = (
    (
        _("Numbers"),
        _("exact, at least, less than, a range with and without its end, a list; several of these with commas"),
        ("score:5", "score:>=5", "score:<5", "score:5..10", "score:5...10", "score:..10", "id:1,3,5..9"),
    ),
    (
        _("Decimals"),
        _("a bare number of megapixels is met within 5 %; guidance is met exactly"),
        ("mpixels:1", "mpixels:>=2.5", "cfg:6.5..8"),
    ),
    (
        _("Shapes"),
        _("width to height, as a ratio, a fraction or a number; compared with two decimals"),
        ("ratio:16:9", "ratio:>1", "ratio:3/4"),
    ),
    (
        _("File sizes"),
        _("bytes, or with b, kb, mb; a bare size with a unit is met within 5 %"),
        ("filesize:>1mb", "filesize:200kb..1.5mb"),
    ),
    (
        _("Days"),
        _("a whole day in your time zone, a range of days, or everything before or after"),
        ("date:2026-01-31", "date:2026-01-01..2026-01-31", "date:>=2026-01-01"),
    ),
    (
        _("Ages"),
        _("s, min, h, d, w, mo, y; less than an age means newer"),
        ("age:<1w", "age:1mo..1y", "age:>2y"),
    ),
    (
        _("Texts and names"),
        _("with quotation marks if there are blanks; * is any text, and a quoted value is taken literally"),
        ('prompt:"red hair"', "model:tiny*", "user:mika"),
    ),
    (
        _("any and none"),
        _("whether there is anything at all"),
        ("parent:any", "parent:none", "source:none"),
    ),
)

EDITS = (
    ("long_hair", _("adds the tag, and those that follow from it")),
    ("-long_hair", _("takes the tag away")),
    ("artist:mika", _("adds the tag and gives it the category (also character:, copyright:, general:, meta:, model:)")),
    ("rating:s", _("sets the rating, if you may")),
    ("source:https://example.org/1", _("sets the source; source:none empties it")),
    ("parent:12", _("makes post 12 its parent; parent:none or -parent:12 ends that")),
    ("child:13", _("makes post 13 its child; -child:13 ends that")),
    ("fav:me", _("keeps it among your favourites; -fav:me takes it out")),
    ("favgroup:name", _("puts it into your list; -favgroup:name takes it out")),
    ("upvote:me", _("votes for it; also downvote:me, -upvote:me")),
)


@dataclass(frozen=True)
class ExplainedMetatag:
    """One metatag as the page shows it. `examples` are links; one that cannot stand alone is not there."""

    kind: MetatagKind
    summary: str
    examples: tuple[Example, ...]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"metatag-{self.kind.name}"


def explained(kinds: Iterable[MetatagKind]) -> list[ExplainedMetatag]:
    """The metatags with their words in the reader's language."""
    return [
        ExplainedMetatag(kind, str(kind.summary()), tuple(Example(text) for text in kind.examples)) for kind in kinds
    ]


def runnable(example: str) -> bool:
    """Whether the site knows every metatag of an example: parts of the site may be off."""
    name = example.lstrip("-~").partition(":")[0]
    return ":" not in example or registry.kind(name) is not None
