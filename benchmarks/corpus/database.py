"""A PostgreSQL of its own for the corpus, tuned for searches in memory, kept in a folder for the next run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus.load import load
from benchmarks.corpus.vocabulary import Vocabulary, make_vocabulary
from config.embedded.postgres import EmbeddedPostgres

DATABASE = "irodori"
SETTINGS = {
    "shared_buffers": "3GB",
    "effective_cache_size": "8GB",
    "work_mem": "32MB",
    "random_page_cost": "1.1",
    "max_wal_size": "8GB",
    # Nothing here survives a power cut, nor need it.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_parallel_workers_per_gather": "0",
}


@dataclass(frozen=True)
class Corpus:
    """A served corpus."""

    url: str
    posts: int
    seed: int
    vocabulary: Vocabulary


@contextmanager
def corpus(folder: Path, *, posts: int, tags: int = 200_000, seed: int = 7) -> Iterator[Corpus]:
    """Serve the corpus of `folder`, made first where it isn't there. Another size or seed than asked is refused."""
    server = EmbeddedPostgres(folder / "postgres", folder / "database.log", throw_away=True)
    server.command = [*server.command, *(part for item in SETTINGS.items() for part in ("-c", "=".join(item)))]
    asked = {"posts": posts, "tags": tags, "seed": seed}
    note = folder / "corpus.json"
    if note.exists() and json.loads(note.read_text()) != asked:
        raise SystemExit(f"{folder} holds another corpus: {note.read_text()}; name another folder")
    server.start()
    try:
        server.wait_ready(60)
        url = server.url(DATABASE)
        if note.exists():
            vocabulary = make_vocabulary(seed, tags)
        else:
            server.ensure_database(DATABASE)
            migrate(url)
            vocabulary = load(url, posts=posts, tags=tags, seed=seed)
            note.write_text(json.dumps(asked))
        yield Corpus(url, posts, seed, vocabulary)
    finally:
        server.stop()


def migrate(url: str) -> None:
    """Make the site's tables, or bring those of a kept corpus up to date."""
    command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True)
