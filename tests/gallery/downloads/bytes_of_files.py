"""What stands in a file, however it is packed: for tests that look for what must not be there."""

import json
import subprocess
import zlib
from pathlib import Path
from typing import Any

EXIFTOOL = "exiftool"


def holds(content: bytes, secret: str) -> bool:
    """Whether `secret` stands in the bytes or in anything that inflates inside them, as UTF-8 or UTF-16; a number also
    as CBOR and other binary forms keep it."""
    needles = [secret.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    if secret.isdecimal():
        number = int(secret)
        needles += [number.to_bytes(8, order) for order in ("big", "little")]
        if number >= 2**24:
            needles += [number.to_bytes(5, order) for order in ("big", "little")]
    return any(needle in part for part in (content, *inflated(content)) for needle in needles)


def inflated(content: bytes) -> list[bytes]:
    """Whatever zlib can make of any place in the bytes."""
    parts = []
    for start in range(len(content) - 2):
        if content[start] & 0x0F == 8 and int.from_bytes(content[start : start + 2]) % 31 == 0:
            try:
                parts.append(zlib.decompressobj().decompress(content[start:]))
            except zlib.error:
                continue
    return parts


def exiftool(content: bytes, folder: Path, extension: str) -> dict[str, Any]:
    """What exiftool reads of a file with those bytes."""
    path = folder / f"read.{extension}"
    path.write_bytes(content)
    done = subprocess.run([EXIFTOOL, "-j", "-a", "-u", path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)[0]
