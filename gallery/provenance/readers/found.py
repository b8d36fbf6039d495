"""What a reader made of a file's texts."""

from dataclasses import dataclass
from typing import Any, Self

from gallery.provenance.readers.facts import Facts
from gallery.provenance.readers.text import CUT, clean
from gallery.provenance.recipe import Recipe

RAW_LIMIT = 1_000_000
"""Characters of `raw`; the whole stands in the blocks."""
_LONGEST = 40


@dataclass(frozen=True)
class Found:
    """`generator` as people write it (`GENERATORS` has short keys) and its `version`, both at most 40 characters;
    what of the recipe is typed; the `rest` under the writer's own names, as JSON; the `raw` text it was read from."""

    generator: str
    version: str
    recipe: Recipe
    rest: dict[str, Any]
    raw: str

    def to_dict(self) -> dict[str, Any]:
        """A dictionary as JSON would bring it back, which `from_dict` reads."""
        return {
            "generator": self.generator,
            "version": self.version,
            "recipe": self.recipe.to_dict(),
            "rest": self.rest,
            "raw": self.raw,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """What `to_dict` wrote."""
        return cls(data["generator"], data["version"], Recipe.from_dict(data["recipe"]), data["rest"], data["raw"])


def found(facts: Facts, generator: str, version: Any, raw: str) -> Found:
    """`facts` under a generator's name; a version that is too long is kept in the rest."""
    said = (
        clean(str(version)).strip() if isinstance(version, str | int | float) and not isinstance(version, bool) else ""
    )
    if len(said) > _LONGEST:
        facts.keep("version", said)
        said = said[:_LONGEST]
    text = clean(raw)
    whole = text if len(text) <= RAW_LIMIT else text[:RAW_LIMIT] + CUT
    return Found(generator[:_LONGEST], said, facts.recipe(generator[:_LONGEST], said), facts.rest_for_row(), whole)
