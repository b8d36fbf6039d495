"""One request on its way through the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gallery.models import User
from gallery.refusals.judging import Verdict
from generation.errors import Problem
from generation.models import Checkpoint, Resource


@dataclass(frozen=True, slots=True)
class Use:
    """A LoRA or embedding with its weights for denoiser and text encoder."""

    resource: Resource
    weight: float = 1.0
    text_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Expanded:
    """The two texts of one picture with their wildcards drawn; empty where they hold none."""

    prompt: str = ""
    negative_prompt: str = ""


@dataclass
class Reading:
    """What was asked for, and what has been made of it so far.

    `values` are columns of the request, `uses` its LoRAs and embeddings, `pictures` the texts of its pictures in order,
    `verdict` what the rules on words find.
    """

    user: User
    wanted: Mapping[str, Any]
    checkpoint: Checkpoint | None = None
    values: dict[str, Any] = field(default_factory=dict)
    pictures: list[Expanded] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    verdict: Verdict | None = None

    def refuse(self, field: str, sentence: str) -> None:
        """Note what is wrong with a field."""
        self.problems.append((field, sentence))

    @property
    def model(self) -> Checkpoint:
        """The checkpoint, where it is known that there is one."""
        if self.checkpoint is None:
            raise ValueError("the model is read first")
        return self.checkpoint

    def refused(self, *fields: str) -> bool:
        """Whether something is wrong with one of these fields."""
        return any(name in fields for name, _sentence in self.problems)
