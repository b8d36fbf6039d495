"""Content Credentials (C2PA): signed manifests that say what was done to a picture, written and read.

`authority` has certificates, `manifest` the claim, `signing` writes it into a file, `reading` checks a file's.
The signature is the last thing written into a file: any byte that changes afterwards breaks it.
"""

from gallery.provenance.c2pa.authority import Credentials, SigningError, given_credentials, own_credentials, own_roots
from gallery.provenance.c2pa.manifest import manifest_of
from gallery.provenance.c2pa.reading import ManifestState, is_signed_by, read_manifest
from gallery.provenance.c2pa.signing import Ingredient, sign

__all__ = [
    "Credentials",
    "Ingredient",
    "ManifestState",
    "SigningError",
    "given_credentials",
    "is_signed_by",
    "manifest_of",
    "own_credentials",
    "own_roots",
    "read_manifest",
    "sign",
]
