"""Names of tags in any script: 長い髪 for long_hair."""

from __future__ import annotations

import re
import unicodedata


def fold_name(name: str) -> str:
    """The spelling under which a name is looked for: NFKC, case folded, runs of white space as one `_`."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return re.sub(r"\s+", "_", folded.strip())
