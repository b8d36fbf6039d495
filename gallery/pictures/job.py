"""What the child does for a job: one untrusted file in, clean files in a folder and an answer of plain values out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from gallery.pictures.decoding import clean, decode, detached
from gallery.pictures.headers import Facts, inspect
from gallery.pictures.hidden_bits import wiped
from gallery.pictures.limits import MAX_TEXT_BYTES
from gallery.pictures.metadata import Metadata, read_metadata
from gallery.pictures.originals import encode_original
from gallery.pictures.pdq import pdq
from gallery.pictures.pixels import dominant_color, on_white, pixel_sha256
from gallery.pictures.thumbhash import thumbhash
from gallery.pictures.variants import PREVIEW_FORMATS, encode_preview, variant_images

READ, KEEP, LOOK = "read", "keep", "look"


class DiskRefused(Exception):  # noqa: N818
    """The disk doesn't give or take a file of ours: no fault of the picture."""


def carry_out(job: dict[str, Any], decoded: Callable[[], None]) -> dict[str, Any]:
    """The answer to `job`: `task` (`read`, `keep` or `look`), `source` (a file), `folder` (where files are written),
    `anchors` (whose signatures are trusted, PEM) and `own` (see `Metadata`).

    `read`: the pixels as they are in memory, in one file. `keep`: the clean original, all previews, what is computed
    from the pixels and what the file said. `look`: what it is found again by and what it says, no
    file. Calls `decoded` once nothing is left to be decoded.
    """
    source, folder = Path(job["source"]), Path(job["folder"])
    try:
        data = source.read_bytes()
    except OSError as error:
        raise DiskRefused from error
    facts = inspect(data)
    image = decode(data, facts)
    metadata = Metadata()
    if job["task"] != READ:
        metadata = read_metadata(image, data, job.get("anchors", ""), job.get("own", ()))
    pixels = detached(image, facts.code_points)
    # The reader's own buffers are as large as the picture; turning and encoding need the room.
    del image, data
    picture = clean(pixels)
    del pixels
    decoded()
    if job["task"] == READ:
        return _pixels(picture, folder)
    if job["task"] == LOOK:
        return _looked_at(on_white(wiped(picture)), facts) | _bounded(metadata) | {"own": metadata.own}
    return _kept(wiped(picture), facts, metadata, folder) | {"own": metadata.own}


def _pixels(picture: Image.Image, folder: Path) -> dict[str, Any]:
    _write(folder / "pixels", picture.tobytes())
    return {"mode": picture.mode, "width": picture.width, "height": picture.height}


def _kept(picture: Image.Image, facts: Facts, metadata: Metadata, folder: Path) -> dict[str, Any]:
    files: list[dict[str, Any]] = []

    def write(variant: str, extension: str, image: Image.Image, content: bytes) -> None:
        _write(folder / f"{len(files)}", content)
        files.append({"variant": variant, "format": extension, "width": image.width, "height": image.height})

    write("bare", facts.kind, picture, encode_original(picture, facts))
    flat = on_white(picture)
    del picture
    for variant, image in variant_images(flat):
        for extension in PREVIEW_FORMATS:
            write(variant, extension, image, encode_preview(image, extension))
    return {
        **_looked_at(flat, facts),
        "dominant_color": dominant_color(flat),
        "thumbhash": thumbhash(flat),
        "files": files,
        **_bounded(metadata),
        "private": metadata.private,
    }


def _looked_at(flat: Image.Image, facts: Facts) -> dict[str, Any]:
    """What a picture is found again by."""
    hashes = pdq(flat)
    return {
        "kind": facts.kind,
        "width": flat.width,
        "height": flat.height,
        "pixel_sha256": pixel_sha256(flat),
        "pdq": [f"{number:x}" for number in (*hashes.every_way, hashes.quality)],
    }


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise DiskRefused from error


def _bounded(metadata: Metadata) -> dict[str, Any]:
    """What the file said, each part left out where it is larger than all texts of a file may be."""
    parts: dict[str, Any] = {"blocks": metadata.blocks, "found": metadata.found, "c2pa": metadata.c2pa}
    for name, part in parts.items():
        if len(json.dumps(part, ensure_ascii=False).encode("utf-8", "replace")) > 2 * MAX_TEXT_BYTES:
            parts[name] = {} if name == "blocks" else None
    return parts
