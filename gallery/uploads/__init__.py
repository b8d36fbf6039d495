"""What somebody sent becomes a post: what the file says of its origin, drafts, sets.

How a file comes in safely is `gallery.ingest`'s, what a label may be `gallery.labels`'.
"""

from gallery.uploads.drafts import (
    MAX_FILES,
    discard_draft,
    drop_old_drafts,
    keep_draft,
    keep_fetched,
    open_drafts,
    publish_draft,
    save_draft,
)
from gallery.uploads.evidence import Evidence, evidence_in, evidence_of
from gallery.uploads.publishing import publish_sent
from gallery.uploads.sets import publish_set

__all__ = [
    "MAX_FILES",
    "Evidence",
    "discard_draft",
    "drop_old_drafts",
    "evidence_in",
    "evidence_of",
    "keep_draft",
    "keep_fetched",
    "open_drafts",
    "publish_draft",
    "publish_sent",
    "publish_set",
    "save_draft",
]
