"""Make a corpus and serve it until Ctrl-C: `python -m benchmarks.corpus --posts 100000 --keep /tmp/corpus`."""

import argparse
import signal
from pathlib import Path

from benchmarks.corpus.database import corpus


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--tags", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, required=True, help="where the database lies and stays")
    asked = parser.parse_args()
    with corpus(asked.keep, posts=asked.posts, tags=asked.tags, seed=asked.seed) as made:
        print(f"DATABASE_URL={made.url}\nCtrl-C stops the database; the folder stays.", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
