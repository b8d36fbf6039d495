"""What labels and their evidence are called, mean and look like: one place for every page."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from gallery.models.post import AiEvidence, AiLevel
from gallery.models.user import Zone


@dataclass(frozen=True)
class LabelWords:
    """A level in short, as on a tile, with what it means; `icon` is its sign in static/icons/icons.svg."""

    short: Any
    meaning: Any
    level: AiLevel

    @property
    def icon(self) -> str:
        """The name of the sign."""
        return f"label-{self.level.value}"


WORDS = {
    level: LabelWords(short, meaning, level)
    for level, short, meaning in (
        (AiLevel.GENERATED, _("AI-generated"), _("All or nearly all of it was drawn by a model.")),
        (AiLevel.COMPOSITE, _("AI and human"), _("A model and a person both did substantial work.")),
        (AiLevel.ASSISTED, _("AI-assisted"), _("A person drew it, with small help from a model.")),
        (AiLevel.HUMAN, _("Made by a human"), _("No model drew any of it.")),
        (AiLevel.UNKNOWN, _("Origin unknown"), _("Nobody could say where it comes from.")),
    )
}
EVIDENCE = {
    AiEvidence.SITE_JOB: _("The job that drew it is on file here. Nobody can change this label."),
    AiEvidence.C2PA: _("A signed manifest in the file says so, and the file is as it was when it was signed."),
    AiEvidence.METADATA: _("The file holds what an image generator or an editor wrote into it."),
    AiEvidence.DECLARED: _("Its author says so. Nothing in the file says otherwise."),
    AiEvidence.MODERATOR: _("A moderator looked at it and decided, with a reason."),
    AiEvidence.NONE: _("Neither the file nor its author says anything."),
}
ZONES = {
    Zone.BOTH: _("Everything, each picture with its label."),
    Zone.AI: _("AI-generated pictures, those by AI and human together, and those of unknown origin."),
    Zone.HUMAN: _("Pictures made by humans, also with small help from AI."),
}
