"""Where the files of pictures lie, a folder or a bucket, and how they are handed to a reader.

Nobody else opens them: what they are called and which rows name them is `gallery.ingest.store`'s, who may have them is
decided in `gallery.visibility` and asked by the views, before anything here is.
"""

from gallery.storing.errors import OutOfReach
from gallery.storing.files import Listed, content_of, discard, is_there, keep, kept_at, listed
from gallery.storing.handover import handed_over

__all__ = ["Listed", "OutOfReach", "content_of", "discard", "handed_over", "is_there", "keep", "kept_at", "listed"]
