"""What a file says about its picture: put together once, then written as text, XMP and manifest alike."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from gallery.provenance.parameters import parameters_text
from gallery.provenance.recipe import GENERATOR, Recipe
from gallery.provenance.source_types import MADE_WITH_AI, source_type_of

# Raised when writers write something else for the same label: files made before are then made anew.
WRITERS = 1


@dataclass(frozen=True, kw_only=True)
class Label:
    """What the files of one picture say to one kind of reader.

    `source_type`: IPTC's address, empty where nobody knows. `include_prompt`: the reader may have prompts, seed, LoRAs
    and embeddings; no writer sees them otherwise. `writer`: who wrote the prompt. `title`: what the picture is called
    in its manifest. `published`: it is a post's. `drawn_here`: this site's own work, not a file that was sent.
    `edited_here`: somebody changed it here by hand, as with letters, after it was sent.
    `declared`: nothing but its author's word speaks for `source_type`. `credentials`: what the site found when it
    checked the manifest that a sent file came with, empty where there was none to speak of. `evidence`: what the post's
    label rests on, by the site's word for it. `sent_as`: the format of the file that was sent, as an extension.
    `producer`: who answers for it by TC260's standard, empty to leave that mark out; `number`: the picture's in it.
    """

    source_type: str = ""
    recipe: Recipe | None = None
    include_prompt: bool = False
    writer: str = ""
    title: str = ""
    published: bool = False
    drawn_here: bool = True
    edited_here: bool = False
    declared: bool = False
    credentials: str = ""
    evidence: str = ""
    sent_as: str = ""
    producer: str = ""
    number: str = ""

    @classmethod
    def of_drawn(cls, recipe: Recipe, *, include_prompt: bool, producer: str = "", number: str = "") -> "Label":
        """The label of what was drawn here just now."""
        source_type = source_type_of("generated", composite=recipe.composite)
        return cls(
            source_type=source_type, recipe=recipe, include_prompt=include_prompt, producer=producer, number=number
        )

    @property
    def made_with_ai(self) -> bool:
        """Whether it says that a model had a part in the picture."""
        return self.source_type in MADE_WITH_AI

    @property
    def signed_source_type(self) -> str:
        """The source type as far as the site signs it: that a person made the picture is never signed on their own
        word, which would come back with the file as a signature that is trusted."""
        return "" if self.declared and not self.made_with_ai else self.source_type

    @cached_property
    def shown(self) -> Recipe | None:
        """The recipe as far as this file tells it. A picture that isn't said to be a model's tells of no model."""
        if self.recipe is None or not self.made_with_ai:
            return None
        if self.include_prompt:
            return self.recipe
        return self.recipe.without_prompt()

    @property
    def prompt_writer(self) -> str:
        """Who wrote the prompt, in files that hold it."""
        return self.writer if self.shown is not None and self.shown.prompt else ""

    @property
    def parameters(self) -> str:
        """The text that A1111 writes; empty where nothing is told of a model."""
        return parameters_text(self.shown) if self.shown is not None else ""

    @property
    def system(self) -> str:
        """The model and the program that drew with it, as IPTC's AISystemUsed; empty where nothing is told."""
        if self.shown is None:
            return ""
        program = self.shown.generator or (GENERATOR if self.drawn_here else "")
        return " via ".join(part for part in (self.shown.model_name, program) if part)

    @property
    def system_version(self) -> str:
        """Their versions: the program's, and the first digits of the model's hash."""
        if self.shown is None:
            return ""
        program = f"{self.shown.generator} {self.shown.version}".strip()
        model = f"model {self.shown.model_hash[:10]}" if self.shown.model_hash else ""
        return ", ".join(part for part in (program, model) if part)

    @property
    def says(self) -> str:
        """A digest of where the picture comes from and how it was made, as this file tells it: 64 hex digits.

        The same for a take's file and its post's, as long as the post says the same.
        """
        shown = self.shown.to_dict() if self.shown else None
        if shown is not None and not shown["axes"]:
            del shown["axes"]  # as before there were any: files of one picture say what they said
        edited = ["edited", *self._signed] if self.edited_here else []
        return _digest([WRITERS, self.source_type, shown, self.producer, self.drawn_here, *edited])

    @property
    def digest(self) -> str:
        """A digest of all that the file says: 64 hex digits."""
        return _digest([self.says, self.prompt_writer, self.title, self.published, self.number, *self._signed])

    @property
    def _signed(self) -> list[str]:
        """What stands in the manifest alone."""
        return [self.signed_source_type, self.credentials, self.evidence, self.sent_as]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
