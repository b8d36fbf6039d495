"""The door that nothing stays behind: a file is opened, looked at and forgotten."""

from dataclasses import dataclass
from typing import IO, Any

from gallery.errors import Invalid
from gallery.ingest.child import opened, received
from gallery.ingest.sent import pdq_in, sha256_of, size_in, texts_are_plain
from gallery.ingest.signing import own_signers, trust_anchors
from gallery.pictures.headers.check import KIND_BYTES, check_kind
from gallery.pictures.job import LOOK
from gallery.pictures.limits import PIXELS_OF
from gallery.pictures.pdq import Pdq
from gallery.pictures.refusals import PictureRefused
from gallery.provenance.c2pa import ManifestState
from gallery.provenance.readers import Blocks, Found


@dataclass(frozen=True)
class Look:
    """What a file is and says. `kind`: png, jpg, webp or avif; `width` and `height` of the upright picture, in pixels;
    `pixel_sha256` as `Asset` has it; `own`: its manifest is unchanged and signed by this very site."""

    file_sha256: str
    size_bytes: int
    kind: str
    width: int
    height: int
    pixel_sha256: str
    pdq: Pdq
    blocks: Blocks
    found: Found | None
    manifest: ManifestState | None
    own: bool


def refuse_other_kinds(file: IO[bytes]) -> None:
    """Raises `Invalid` for what no child process need look at: its first bytes are of nothing that is taken."""
    beginning = file.read(KIND_BYTES)
    file.seek(0)
    if not beginning:
        raise Invalid("upload_empty")
    try:
        check_kind(beginning)
    except PictureRefused as refused:
        raise Invalid(refused.code, **refused.params) from refused


def look_at(file: IO[bytes], size: int) -> Look:
    """What the child process makes of the picture in `file`, of `size` bytes as far as its sender says. Keeps nothing.

    Raises `Invalid` (no picture that is taken) and `NotNow` (too much at once, disk full), like an upload.
    """
    with received(file, size) as source:
        digest, length = sha256_of(source), source.stat().st_size
        with opened(LOOK, source, trust_anchors(), own_signers()) as made:
            return _look(made.answer, digest, length)


def _look(answer: dict[str, Any], digest: str, length: int) -> Look:
    """The answer as what it should be: the child has read what a stranger wrote, and may be theirs by now."""
    try:
        width, height = size_in(answer, PIXELS_OF[answer["kind"]])
        if not texts_are_plain(answer, ["pixel_sha256"]):
            raise ValueError("the answer isn't one")
        return Look(
            file_sha256=digest,
            size_bytes=length,
            kind=answer["kind"],
            width=width,
            height=height,
            pixel_sha256=answer["pixel_sha256"],
            pdq=pdq_in(answer),
            blocks=Blocks.from_dict(answer.get("blocks") or {}),
            found=Found.from_dict(answer["found"]) if answer.get("found") else None,
            manifest=ManifestState.from_dict(answer["c2pa"]) if answer.get("c2pa") else None,
            own=answer.get("own") is True,
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("upload_unreadable") from error
