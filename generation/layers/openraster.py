"""OpenRaster files: a ZIP of PNG layers and the list of them (the freedesktop.org draft, version 0.0.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from PIL import Image

from generation.layers.layer import Layer, clean_name

MIME = "image/openraster"
_THUMBNAIL = 256
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The same layers make the same file."""


def write_openraster(out: IO[bytes], layers: Iterable[Layer], merged: Callable[[], bytes]) -> None:
    """Write `layers`, the lowest first, one after the other. `merged` fetches the flat picture at the end, as a PNG
    file.

    Raises `OSError` when the disk refuses.
    """
    with ZipFile(out, "w", ZIP_STORED) as archive:
        # First and as it is: programs know the kind of the file by its beginning.
        archive.writestr(_entry("mimetype"), MIME)
        entries: list[Element] = []
        for layer in layers:
            path = f"data/layer{len(entries):04d}.png"
            _write_png(archive, path, layer.image)
            if layer.replaces:
                for below in entries:
                    below.set("visibility", "hidden")
            entries.append(_described(layer, path))
            del layer  # gone before the next one is made
        content = merged()
        archive.writestr(_entry("mergedimage.png"), content)
        with Image.open(BytesIO(content)) as flat:
            width, height = flat.size
            flat.thumbnail((_THUMBNAIL, _THUMBNAIL))
            _write_png(archive, "Thumbnails/thumbnail.png", flat)
        root = Element("image", version="0.0.5", w=str(width), h=str(height), xres="72", yres="72")
        stack = SubElement(root, "stack")
        stack.extend(reversed(entries))  # the topmost comes first
        listed = tostring(root, encoding="UTF-8", xml_declaration=True)
        archive.writestr(_entry("stack.xml"), listed, ZIP_DEFLATED)


def _described(layer: Layer, path: str) -> Element:
    return Element(
        "layer",
        {
            "name": clean_name(layer.name),
            "src": path,
            "x": str(layer.left),
            "y": str(layer.top),
            "opacity": "1.0",
            "visibility": "visible",
            "composite-op": "svg:src-over",
        },
    )


def _entry(path: str) -> ZipInfo:
    entry = ZipInfo(path, _LONG_AGO)
    entry.external_attr = 0o644 << 16
    return entry


def _write_png(archive: ZipFile, path: str, image: Image.Image) -> None:
    with archive.open(_entry(path), "w") as file:
        image.save(file, "PNG", compress_level=4)
