"""The one door for pictures: whatever comes in leaves as a safe, labelled asset with its files.

Posts are made from assets in `gallery.posts`; what the labels say is in `gallery.provenance`.
"""

from gallery.ingest.allowance import spend
from gallery.ingest.assets import Prepared, make_asset, picture_of, prepare, record
from gallery.ingest.store import naming_files, remove, store
from gallery.ingest.unused import remove_uploads, unused_uploads
from gallery.ingest.uploads import MAX_BYTES, MAX_PIXELS, flattened, keep_upload, read_upload

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "Prepared",
    "flattened",
    "keep_upload",
    "make_asset",
    "naming_files",
    "picture_of",
    "prepare",
    "read_upload",
    "record",
    "remove",
    "remove_uploads",
    "spend",
    "store",
    "unused_uploads",
]
