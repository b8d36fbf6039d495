"""What a file that was sent says of how it was made, as evidence for its label."""

from dataclasses import dataclass
from typing import Any

from gallery.labels.evidence import Label, Mark, label_from, level_of_source_type, share
from gallery.models import Asset, Post
from gallery.models.post import AiEvidence, AiLevel
from gallery.provenance import Recipe
from gallery.provenance.c2pa import ManifestState
from gallery.provenance.readers import Blocks, Found, declared_source


@dataclass(frozen=True)
class Evidence:
    """`marks` speak for a label; `found` is the generator's own data, `manifest` a Content Credential, if any came."""

    marks: tuple[Mark, ...] = ()
    found: Found | None = None
    manifest: ManifestState | None = None

    @property
    def recipe(self) -> Recipe | None:
        """How the picture was made, as its file says."""
        return self.found.recipe if self.found else None

    @property
    def raw(self) -> str:
        """The text that the recipe was read from."""
        return self.found.raw if self.found else ""

    @property
    def rest(self) -> dict[str, Any]:
        """What the file says beyond the recipe."""
        return self.found.rest if self.found else {}

    @property
    def label(self) -> Label | None:
        """The label that the file alone speaks for; None where it says nothing."""
        return label_from(self.marks) if self.marks else None


def evidence_of(asset: Asset) -> Evidence:
    """What came with the file of an asset that was sent. Nothing for one that was drawn here: its job is on file.

    Whatever says that a machine drew the picture counts: nobody writes that into a photo to their gain. That a human
    made it is believed of a manifest alone that is unchanged and signed by somebody whom this site trusts; a text in a
    file is no more than the word of whoever sends it.
    """
    origin = getattr(asset, "arrival", None)
    if origin is None:
        return Evidence()
    return evidence_in(
        Blocks.from_dict(origin.blocks),
        Found.from_dict(origin.found) if origin.found else None,
        ManifestState.from_dict(origin.c2pa) if origin.c2pa else None,
    )


def level_of_picture(asset: Asset) -> AiLevel:
    """How much of a picture a machine made, as far as it is known now: its post's label, else what its file says."""
    post = Post.objects.filter(asset=asset).only("ai_level").first()
    if post is not None:
        return AiLevel(post.ai_level)
    label = evidence_of(asset).label
    return label[0] if label is not None else AiLevel.UNKNOWN


def evidence_in(blocks: Blocks, found: Found | None, manifest: ManifestState | None) -> Evidence:
    """What a file speaks for by its texts, what the readers made of them, and the manifest in it; see `evidence_of`."""
    marks: list[Mark] = []
    if manifest is not None and (level := _level_of(manifest)) is not None:
        evidence = AiEvidence.METADATA if manifest.state == "invalid" else AiEvidence.C2PA
        if level != AiLevel.HUMAN or manifest.state == "trusted":
            marks.append(Mark(evidence, level))
    source = declared_source(blocks)
    if source is not None and source.level != AiLevel.HUMAN:
        marks.append(Mark(AiEvidence.METADATA, AiLevel(source.level)))
    if found is not None:
        drawn_over = AiLevel.COMPOSITE if found.recipe.composite else AiLevel.GENERATED
        marks.append(Mark(AiEvidence.METADATA, drawn_over))
    return Evidence(tuple(marks), found, manifest)


def _level_of(manifest: ManifestState) -> AiLevel | None:
    """The level that the manifest's actions speak for: of several, the one that leaves least to a human."""
    levels = [level_of_source_type(source_type) for _action, source_type in manifest.actions]
    return max((level for level in levels if level is not None), key=share, default=None)
