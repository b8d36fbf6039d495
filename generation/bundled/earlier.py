"""What an earlier training was shown: the shipped model did not begin from nothing.

``first_training.json.gz`` holds the tag lists (each once) of the 8,000 pictures from which the first weights were
trained. The present ones began from those, so the evaluation must not call new what the first training knew. Whoever
trains without ``--start-from`` can delete the file.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

FILE = Path(__file__).with_name("first_training.json.gz")


def earlier_tags() -> list[tuple[str, ...]]:
    """The tag lists that an earlier training showed; none where the file is gone."""
    if not FILE.exists():
        return []
    return [tuple(tags) for tags in json.loads(gzip.decompress(FILE.read_bytes()))]
