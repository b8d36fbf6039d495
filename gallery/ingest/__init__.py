"""The one door for pictures: whatever comes in leaves as a safe asset with its files.

What strangers send is opened by a child process (`gallery.pictures`). Posts are made from assets in `gallery.posts`;
what the labels say is in `gallery.provenance`.
"""

from gallery.ingest.allowance import spend
from gallery.ingest.assets import Prepared, largest_file, make_asset, picture_of, prepare, record
from gallery.ingest.duplicates import Duplicate, find_duplicate
from gallery.ingest.sent import keep_sent
from gallery.ingest.store import naming_files, remove, store
from gallery.ingest.unused import remove_uploads, unused_uploads
from gallery.ingest.uploads import flattened, keep_upload, read_upload
from gallery.pictures.limits import MAX_BYTES, MAX_PIXELS

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "Duplicate",
    "Prepared",
    "find_duplicate",
    "flattened",
    "keep_sent",
    "keep_upload",
    "largest_file",
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
