"""How fast copies are found among a million hashes: the index by parts beside reading them all, and pgvector's graph.

Asked for pictures whose hash was changed in 0 to 31 bits: how often is the picture found, and how long does it take?
Five minutes for a million; `--graph` builds the graph too, which takes far longer. Prints Markdown for
docs/performance.md.
"""

import argparse
import os
import platform
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import psycopg

from benchmarks.corpus.database import DATABASE, SETTINGS, migrate
from benchmarks.search import set_django_up
from benchmarks.searches.measure import Stopwatch
from config.embedded.postgres import EmbeddedPostgres
from gallery.pictures.pdq import MATCH_BITS
from gallery.similar.parts import numbers_near

BATCH = 20_000
SHAPES = 10
ROWS = """
INSERT INTO gallery_user (id, username, password, is_superuser, first_name, last_name, email, is_staff, is_active,
    date_joined, role, shown_ratings, private_favourites, zone)
    VALUES (1, 'bench', '', false, '', '', '', false, true, now(), 'member', '{{g}}', false, 'both');
INSERT INTO gallery_asset (id, key, owner_id, width, height, pixel_sha256, dominant_color, created_at)
    SELECT n, 'key' || n, 1, 832, 1216, md5(n::text) || md5(n::text), '#000000', now()
    FROM generate_series(1, {rows}) n;
INSERT INTO gallery_post (id, asset_id, author_id, title, commentary, rating, status, ai_level, ai_evidence,
    prompt_visibility, tag_ids, tag_count, general_tags, artist_tags, copyright_tags, character_tags, meta_tags,
    model_tags, source, width, height, file_size, file_type, created_at, updated_at)
    SELECT n, n, 1, '', '', CASE WHEN n % 2 = 0 THEN 'g' ELSE 'q' END, 'active', 'generated', 'site_job', 'visible',
    '{{}}', 0, 0, 0, 0, 0, 0, 0, '', 832, 1216, 0, 'png', now(), now() FROM generate_series(1, {rows}) n;
"""
BITS = "bit_count(pdq # {bits}::bit(256))"
SCAN = f"SELECT asset_id FROM gallery_assethash WHERE {BITS} <= {MATCH_BITS}"
PARTS = f"SELECT asset_id FROM gallery_pdq_near(ARRAY[{{bits}}]::bit(256)[], {{parts}}::integer[], {MATCH_BITS})"
GRAPH = (
    "SELECT asset_id FROM (SELECT asset_id, pdq <~> {bits}::bit(256) AS far FROM gallery_assethash "
    f"ORDER BY pdq <~> {{bits}}::bit(256) LIMIT 20) found WHERE far <= {MATCH_BITS}"
)
GRAPH_INDEX = "CREATE INDEX bench_graph ON gallery_assethash USING hnsw (pdq bit_hamming_ops)"


def main() -> None:
    """Make the hashes, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hashes", type=int, default=1_000_000)
    parser.add_argument("--graph", action="store_true", help="pgvector's HNSW too")
    parser.add_argument("--each", type=int, default=10, help="pictures looked for at every distance")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="irodori-bench-")))
        url = stack.enter_context(served(folder))
        migrate(url)
        connection = stack.enter_context(psycopg.connect(url, autocommit=True, prepare_threshold=None))
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET jit = off; SET session_replication_role = replica")  # hashes before their assets
        measure(connection, url, asked)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A throw-away PostgreSQL with an empty database."""
    server = EmbeddedPostgres(folder / "postgres", folder / "database.log", throw_away=True)
    server.command = [*server.command, *(part for item in SETTINGS.items() for part in ("-c", "=".join(item)))]
    server.start()
    try:
        server.wait_ready(60)
        server.ensure_database(DATABASE)
        yield server.url(DATABASE)
    finally:
        server.stop()


def measure(connection: psycopg.Connection, url: str, asked: argparse.Namespace) -> None:
    """Fill the tables, build the indexes, ask, print."""
    generator = np.random.default_rng(asked.seed)
    index = connection.execute("SELECT pg_get_indexdef('hash_pdq_parts'::regclass)").fetchone()[0]  # type: ignore[index]
    connection.execute("DROP INDEX hash_pdq_parts")
    hashes = np.concatenate([drawn(generator, BATCH) for _ in range(-(-asked.hashes // BATCH))])[: asked.hashes]
    with connection.cursor().copy("COPY gallery_assethash (asset_id, pdq, mirrored, quality) FROM STDIN") as copy:
        connection_rows(copy, hashes)
    built = {"parts": seconds(lambda: connection.execute(index))}
    if asked.graph:
        connection.execute("CREATE EXTENSION vector")
        built["graph"] = seconds(lambda: connection.execute(GRAPH_INDEX))
        connection.execute("SET hnsw.ef_search = 100")
    connection.execute("VACUUM ANALYZE gallery_assethash")
    sizes = {name: size(connection, table) for name, table in (("parts", "hash_pdq_parts"), ("graph", "bench_graph"))}
    wanted = [
        (distance, int(number), changed(generator, hashes[number], distance))
        for distance in range(MATCH_BITS + 1)
        for number in generator.integers(0, len(hashes), asked.each)
    ]
    ways = {"scan": SCAN, "parts": PARTS} | ({"graph": GRAPH} if asked.graph else {})
    settings = dict.fromkeys(ways, "RESET enable_bitmapscan") | {"scan": "SET enable_bitmapscan = off"}
    print(f"{len(hashes):,} hashes, {os.cpu_count()} × {platform.machine()}, load {os.getloadavg()[0]:.1f}\n")
    print("| way | built in | index | p50 ms | p95 ms | computed p50 | p95 | found | past 20 bits | one more |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    watch = Stopwatch(connection.info.backend_pid)
    everything: dict[int, set[int]] = {}
    for way, statement in ways.items():
        connection.execute(settings[way])
        some = wanted[:: max(1, len(wanted) // 40)] if way == "scan" else wanted
        times, hits, far = [], [], []
        for distance, number, bits in some:
            parts = "ARRAY" + str(numbers_near([bits], MATCH_BITS))
            filled = statement.format(bits=f"B'{bits:0256b}'", parts=parts)
            rows, *taken = watch.once(lambda filled=filled: connection.execute(filled).fetchall())
            times.append(taken)
            found = {row[0] for row in rows}
            if way == "scan":
                everything[bits] = found
            elif way == "parts" and found != everything.get(bits, found):
                raise SystemExit(f"the index by parts finds {found}, all hashes hold {everything[bits]}")
            hits.append(number + 1 in found)
            far += [number + 1 in found] if distance > 20 else []
        last = way == list(ways)[-1]
        insert = f"{inserts(connection, generator, len(hashes)):.2f} ms" if last else ""
        print(
            f"| {way} | {built.get(way, 0):.0f} s | {sizes.get(way, '')} | {middle_and_end(times)} | "
            f"{100 * np.mean(hits):.1f} % | {100 * np.mean(far):.1f} % | {insert} |",
            flush=True,
        )
    connection.execute("DROP INDEX IF EXISTS bench_graph")
    print(f"\nAn insert with the index by parts alone: {inserts(connection, generator, len(hashes)):.2f} ms")
    connection.execute(ROWS.format(rows=len(hashes)))
    connection.execute("ANALYZE gallery_asset; ANALYZE gallery_post; ANALYZE gallery_assethash")
    whole_site(url, wanted)


def whole_site(url: str, wanted: list[tuple[int, int, int]]) -> None:
    """What a visitor who may see every second post is told: the function that pages and API call."""
    set_django_up(url)
    from django.contrib.auth.models import AnonymousUser
    from django.db import connection

    from gallery.similar.near import Sought, near

    connection.ensure_connection()
    watch = Stopwatch(connection.connection.info.backend_pid)
    chance = random.Random(1)
    print("\n| near() for a visitor | p50 ms | p95 ms | computed p50 | p95 | right about what may be seen |")
    print("|---|---|---|---|---|---|")
    for ways, name in ((1, "one hash"), (2, "a post: as it is and mirrored"), (8, "a file: every way")):
        times, right = [], []
        for _distance, number, bits in wanted:
            sought = Sought((bits, *(chance.getrandbits(256) for _ in range(1, ways))), "")
            found, *taken = watch.once(lambda sought=sought: near(AnonymousUser(), sought))
            times.append(taken)
            right.append((number + 1 in {one.post_id for one in found}) == (number % 2 == 1))
        print(f"| {name} | {middle_and_end(times)} | {100 * np.mean(right):.1f} % |", flush=True)


def middle_and_end(times: list[list[float]]) -> str:
    """Four cells: median and 95th percentile on the clock, and of what was computed."""
    return " | ".join(f"{np.percentile(side, share):.1f}" for side in zip(*times, strict=True) for share in (50, 95))


def drawn(generator: np.random.Generator, count: int) -> np.ndarray:
    """Hashes `(count, 32)` bytes of made-up pictures: a gradient, a head and a body near the middle in two of three,
    and boxes and soft blobs anywhere. Each is a product of a row and a column, so that its waves are one, too."""
    places = (np.arange(64) + 0.5) / 64
    waves = np.cos(np.pi * np.arange(1, 17)[:, None] * places[None, :])
    middle = generator.random((count, SHAPES, 2))
    figure = generator.random(count) < 2 / 3
    for shape, (x, y, loose) in enumerate([(0.5, 0.35, 0.06), (0.5, 0.8, 0.06)]):
        middle[figure, shape] = generator.normal((x, y), loose, (int(figure.sum()), 2))
    reach = generator.uniform(0.03, 0.3, (count, SHAPES, 2))
    away = (places - middle[..., None]) / reach[..., None]
    soft = np.exp(-(away**2))
    hard = (np.abs(away) < 1).astype(float)
    lines = np.where((generator.random((count, SHAPES)) < 0.5)[..., None, None], soft, hard).astype(np.float32)
    strength = generator.normal(0, 1, (count, SHAPES))
    across, down = (lines[:, :, side] @ waves.T.astype(np.float32) for side in (0, 1))
    total = np.einsum("ns,nsi,nsj->nij", strength.astype(np.float32), down, across)
    total[:, 0, :] += generator.normal(0, 3, (count, 16)) / np.arange(1, 17) ** 2
    total += generator.normal(0, 0.3, total.shape)
    flat = total.reshape(count, 256)
    return np.packbits(flat > np.median(flat, axis=1, keepdims=True), axis=1)


def connection_rows(copy: psycopg.Copy, hashes: np.ndarray) -> None:
    """One row a hash; the mirrored one is of no use here."""
    for number, row in enumerate(hashes, 1):
        bits = f"{int.from_bytes(row.tobytes(), 'big'):0256b}"
        copy.write_row((number, bits, bits, 100))


def changed(generator: np.random.Generator, row: np.ndarray, distance: int) -> int:
    """The hash as a number with `distance` of its bits turned over."""
    bits = int.from_bytes(row.tobytes(), "big")
    for place in generator.choice(256, distance, replace=False):
        bits ^= 1 << int(place)
    return bits


def inserts(connection: psycopg.Connection, generator: np.random.Generator, last: int, rows: int = 500) -> float:
    """Milliseconds for one more hash, the mean of `rows`, which are taken away again."""
    new = drawn(generator, rows)
    began = time.perf_counter()
    with connection.transaction():
        for number, row in enumerate(new, last + 1):
            bits = f"B'{int.from_bytes(row.tobytes(), 'big'):0256b}'"
            connection.execute(f"INSERT INTO gallery_assethash VALUES ({number}, {bits}, {bits}, 100)")
        took = time.perf_counter() - began
        connection.execute("DELETE FROM gallery_assethash WHERE asset_id > %s", [last])
    return took * 1e3 / rows


def size(connection: psycopg.Connection, name: str) -> str:
    """Megabytes of an index."""
    row = connection.execute("SELECT pg_relation_size(to_regclass(%s)) / 1048576", [name]).fetchone()
    return f"{row[0]} MB" if row and row[0] is not None else ""


def seconds(call: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.monotonic()
    call()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
