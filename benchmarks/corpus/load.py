"""The whole corpus into a database with the site's tables."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import psycopg

from benchmarks.corpus.franchises import make_franchises
from benchmarks.corpus.posts import Painter
from benchmarks.corpus.rows import AUTHORS, TABLES, TAG_STRINGS, Rows
from benchmarks.corpus.structure import put_back, take_away
from benchmarks.corpus.vocabulary import Vocabulary, make_vocabulary

LOADED = ["tagging_tag", "gallery_user", *TABLES, "gallery_assetfile"]
FILES = """
INSERT INTO gallery_assetfile (id, asset_id, variant, format, sha256, path, size_bytes, width, height)
SELECT asset.id * 5 + kind.number - 5, asset.id, kind.variant, kind.format, asset.pixel_sha256,
    'bench/' || asset.id || '-' || kind.variant, kind.size,
    ceil(asset.width * kind.scale), ceil(asset.height * kind.scale)
FROM gallery_asset asset, (VALUES
    (1, 'original', 'png', 1400000, 1.0), (2, 'bare', 'png', 1400000, 1.0), (3, '180', 'webp', 9000, 0.13),
    (4, '360', 'webp', 24000, 0.27), (5, '720', 'webp', 70000, 0.54)
) AS kind (number, variant, format, size, scale)
"""


class Clock:
    """Says when each step began; of many small steps only those that took a second or more."""

    def __init__(self) -> None:
        self.began = self.last = time.monotonic()
        self.step = ""

    def __call__(self, step: str) -> None:
        now = time.monotonic()
        if self.step and now - self.last >= 1:
            print(f"  {now - self.began:6.1f} s  {self.step}: {now - self.last:.1f} s", flush=True)
        self.last, self.step = now, step


def load(url: str, *, posts: int, tags: int, seed: int) -> Vocabulary:
    """Fill the empty tables of a freshly migrated site; returns the vocabulary that the posts were drawn from."""
    tell = Clock()
    tell("making the vocabulary")
    vocabulary = make_vocabulary(seed, tags)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        structure = take_away(connection, LOADED)
        connection.execute(f"CREATE TABLE {TAG_STRINGS} (id bigint NOT NULL, tag_string text NOT NULL)")
        tell(f"drawing and copying {posts:,} posts")
        rows = Rows(vocabulary)
        _copy_posts(url, Painter(seed, vocabulary, make_franchises(seed, vocabulary)), rows, posts)
        tell("copying accounts and tags")
        _copy(connection, "gallery_user", USER_COLUMNS, _users())
        _copy(connection, "tagging_tag", TAG_COLUMNS, _tags(vocabulary, rows.standing, rows.general))
        tell("making the rows of files")
        connection.execute(FILES)
        put_back(connection, structure, tell)
        for table in [name for name in LOADED if name not in ("gallery_poststats", "gallery_postgeneration")]:
            connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        tell("vacuum and analyse")
        connection.execute(f"VACUUM (FREEZE, ANALYZE) {', '.join(LOADED)}")
        tell("")
    return vocabulary


def _copy_posts(url: str, painter: Painter, rows: Rows, posts: int) -> None:
    """All tables of posts at once, a connection for each: the backends parse while the next chunk is drawn."""
    with ExitStack() as stack:
        copies = {}
        for table, columns in {**TABLES, TAG_STRINGS: "id, tag_string"}.items():
            connection = stack.enter_context(psycopg.connect(url))
            # In a table emptied by the same transaction no row needs to be logged.
            connection.execute(f"TRUNCATE {table}")
            copies[table] = stack.enter_context(connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN"))
        for chunk in painter.chunks(posts):
            for table, lines in rows.of(chunk).items():
                copies[table].write(lines)


USER_COLUMNS = (
    "id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined, role,"
    " shown_ratings, private_favourites, zone"
)
TAG_COLUMNS = "id, name, category, post_count, general_count, in_vocabulary, is_deprecated, created_at"


def _copy(connection: psycopg.Connection, table: str, columns: str, lines: Iterator[str]) -> None:
    with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        copy.write("".join(lines))


def _users() -> Iterator[str]:
    for number in range(1, AUTHORS + 1):
        yield f"{number}\t!\tf\tmember_{number}\t\t\t\tf\tt\t2020-01-01\tmember\t{{g,s}}\tf\tboth\n"


def _tags(vocabulary: Vocabulary, active: np.ndarray, general: np.ndarray) -> Iterator[str]:
    columns = zip(
        vocabulary.keys.tolist(),
        vocabulary.names,
        vocabulary.categories.tolist(),
        active.tolist(),
        general.tolist(),
        strict=True,
    )
    for key, name, category, posts, for_everybody in columns:
        yield f"{key}\t{name}\t{category}\t{posts}\t{for_everybody}\tf\tf\t2020-01-01\n"
