"""Digests of models, as A1111 and Civitai write them."""

import hashlib
from pathlib import Path

CHUNK = 2**20


def hash_of(path: Path) -> str:
    """SHA-256 in hex: of a file; of a folder, over its safetensors files in the order of their relative paths.

    A file's first ten digits are Civitai's AutoV2, which A1111 writes as the model's hash. Raises `OSError` for a
    file that can't be read.
    """
    digest = hashlib.sha256()
    for file in _files(path):
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(path.rglob("*.safetensors"), key=lambda file: file.relative_to(path).as_posix())
