"""A file is checked: opened, compared with what this viewer may see, put into words, and forgotten."""

from dataclasses import dataclass
from typing import IO

from gallery.ingest.looking import Look, look_at
from gallery.labels.evidence import level_of_source_type
from gallery.models.post import AiEvidence, AiLevel
from gallery.search.budget import PAGE_MS, time_budget
from gallery.uploads import evidence_in
from gallery.verifying.matches import Match, find_matches
from gallery.verifying.said import Said, said_in
from gallery.verifying.signature import Signature, signature_of
from gallery.verifying.since import Since, said_since
from gallery.verifying.verdict import Claim, Verdict, verdict_of
from gallery.visibility import Viewer


@dataclass(frozen=True)
class Checked:
    """All that is answered. `level`: the label that the file alone speaks for, None where it says nothing of one, or
    where a signature in it doesn't fit: whoever changed it may have written that. `since`: the label that its post has
    by now, where the file says another."""

    look: Look
    verdict: Verdict
    level: AiLevel | None
    signature: Signature | None
    said: Said
    matches: list[Match]
    since: Since | None = None

    @property
    def doubted(self) -> bool:
        """Whether a signature in it does not fit, which the verdict alone does not tell."""
        return self.signature is not None and self.signature.state == "invalid" and self.verdict.tone != "warn"

    @property
    def warns(self) -> bool:
        """Whether something stands against what the verdict says."""
        return self.since is not None or self.doubted


def verify(viewer: Viewer, file: IO[bytes], size: int) -> Checked:
    """What is known of the picture in `file`, of `size` bytes, as far as this viewer may know it. Keeps nothing.

    Raises `Invalid` (no picture that is taken), `NotNow` (too much at once) and `SearchTimeout`.
    """
    look = look_at(file, size)
    with time_budget(PAGE_MS):
        matches = find_matches(viewer, look)
    signature = signature_of(look.manifest, own=look.own) if look.manifest else None
    said = said_in(look.blocks, look.found)
    label = evidence_in(look.blocks, look.found, look.manifest).label
    claim = Claim(
        level=label[0] if label else None,
        vouched=bool(label and label[1] == AiEvidence.C2PA and signature and signature.state == "trusted"),
        human=_claims_human(look, said),
    )
    since = said_since(signature, claim.level or (AiLevel.HUMAN if claim.human else None), matches)
    level = None if signature and signature.state == "invalid" else claim.level
    return Checked(look, verdict_of(signature, claim, matches), level, signature, said, matches, since)


def _claims_human(look: Look, said: Said) -> bool:
    claimed = [level_of_source_type(source) for _action, source in look.manifest.actions] if look.manifest else []
    return AiLevel.HUMAN in claimed or (said.source is not None and said.source.level == AiLevel.HUMAN)
