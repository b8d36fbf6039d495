"""What somebody sent becomes a post: what the file says of its origin, drafts, sets.

How a file comes in safely is `gallery.ingest`'s, what a label may be `gallery.labels`'.
"""

from gallery.uploads.evidence import Evidence, evidence_in, evidence_of
from gallery.uploads.publishing import publish_sent

__all__ = ["Evidence", "evidence_in", "evidence_of", "publish_sent"]
