"""What a label rests on: marks found with the picture, and what its author says. Nothing here looks at a row.

Levels stand in an order by how much of the picture a machine may have made. An author can always say that it was more;
that it was less they can say only where nothing but their own word speaks for the label.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gallery.models.post import AiEvidence, AiLevel

# From nothing to everything. Nobody knows of "unknown" that it is little, so it stands above "assisted".
BY_SHARE = (AiLevel.HUMAN, AiLevel.ASSISTED, AiLevel.UNKNOWN, AiLevel.COMPOSITE, AiLevel.GENERATED)
# What a file or the site itself can show, strongest first.
FOUND = (AiEvidence.SITE_JOB, AiEvidence.C2PA, AiEvidence.METADATA)
# What holds until somebody decides otherwise: all that is more than the author's word.
GROUNDS = frozenset({*FOUND, AiEvidence.MODERATOR})

# https://cv.iptc.org/newscodes/digitalsourcetype/ (also C2PA's), by the last part of the address. What says nothing
# about trained models (algorithmicMedia, screenCapture, virtualRecording, compositeCapture …) is left out.
BY_SOURCE_TYPE = {
    "trainedAlgorithmicMedia": AiLevel.GENERATED,
    "compositeWithTrainedAlgorithmicMedia": AiLevel.COMPOSITE,
    "compositeSynthetic": AiLevel.COMPOSITE,
    "algorithmicallyEnhanced": AiLevel.ASSISTED,
    "digitalCapture": AiLevel.HUMAN,
    "computationalCapture": AiLevel.HUMAN,
    "negativeFilm": AiLevel.HUMAN,
    "positiveFilm": AiLevel.HUMAN,
    "print": AiLevel.HUMAN,
    "humanEdits": AiLevel.HUMAN,
    "minorHumanEdits": AiLevel.HUMAN,
    "digitalCreation": AiLevel.HUMAN,
    "digitalArt": AiLevel.HUMAN,
}


@dataclass(frozen=True)
class Mark:
    """Something found with a picture that says how it was made: on what evidence, and which level."""

    evidence: AiEvidence
    level: AiLevel


Label = tuple[AiLevel, AiEvidence]


def label_from(found: Iterable[Mark], declared: AiLevel | None = None) -> Label:
    """The label of a new post: the strongest mark's, else what its author declares, else that nobody knows.

    Of two marks of the same strength the one that says more holds. Raises ValueError for a mark that no file can bear,
    and for one of a job of this site that is neither generated nor composite.
    """
    marks = list(found)
    for mark in marks:
        if mark.evidence not in FOUND:
            raise ValueError(f"{mark.evidence} is nothing that is found with a picture")
        if mark.evidence == AiEvidence.SITE_JOB and mark.level not in (AiLevel.GENERATED, AiLevel.COMPOSITE):
            raise ValueError("what was drawn here is generated or composite")
    if marks:
        best = min(marks, key=lambda mark: (FOUND.index(mark.evidence), -share(mark.level)))
        return best.level, best.evidence
    if declared is not None:
        return declared, AiEvidence.DECLARED
    return AiLevel.UNKNOWN, AiEvidence.NONE


def declarable(ground: Label | None) -> list[AiLevel]:
    """The levels that an author may declare over the label that rests on more than their word (None: there is none).

    Nothing for what was drawn here; else the ground's own level and all that say more.
    """
    if ground is None:
        return list(AiLevel)
    level, evidence = ground
    if evidence == AiEvidence.SITE_JOB:
        return []
    return [other for other in AiLevel if share(other) >= share(level)]


def share(level: AiLevel | str) -> int:
    """The place of a level in the order by how much a machine may have made, from 0 for a human's own."""
    return BY_SHARE.index(AiLevel(level))


def level_of_source_type(address: str) -> AiLevel | None:
    """The level that an IPTC digital source type stands for, None for one that says nothing of it."""
    return BY_SOURCE_TYPE.get(address.strip().rstrip("/").rpartition("/")[2])
