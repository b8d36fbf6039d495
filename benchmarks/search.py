"""How fast searches are on a large site: fifteen kinds, against two other designs over the same posts in the same run.

Ids of a page, the count and the whole HTML page. `make bench-search` takes about a quarter of an hour for a million
posts on two cores: six minutes to make the site and the other designs' tables, which `--keep FOLDER` saves the next
time. Prints Markdown for docs/performance.md.
"""

import argparse
import os
import platform
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from benchmarks.corpus.database import Corpus, corpus, migrate
from benchmarks.searches import designs
from benchmarks.searches.asked import Asked
from benchmarks.searches.classes import searches
from benchmarks.searches.measure import Statements
from benchmarks.searches.report import Report, short_plan

POSTS, EACH, RUNS, OTHERS_RUNS = 1_000_000, 4, 5, 2
LIMIT_MS = 5000  # where another design's statement is cut off
KNOWN_COUNT_MS = 1000  # how long Danbooru counts before it gives up


def main() -> None:
    """Make or reuse the corpus, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--tags", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=EACH, help="searches of every kind")
    parser.add_argument("--keep", type=Path, help="a folder for the database, reused the next time")
    parser.add_argument("--kinds", default="", help="only these, by their numbers: 11,12")
    parser.add_argument("--alone", action="store_true", help="without the other designs")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="irodori-bench-")))
        print(f"A site of {asked.posts:,} posts; a million take six minutes to make and ten to ask, on two idle cores.")
        began = time.monotonic()
        made = stack.enter_context(corpus(folder, posts=asked.posts, tags=asked.tags, seed=asked.seed))
        migrate(made.url)
        if not asked.alone:
            with psycopg.connect(made.url, autocommit=True) as connection:
                designs.build(connection)
        print(f"the site is made: {time.monotonic() - began:.0f} s\n", flush=True)
        set_django_up(made.url)
        measure(made, asked.each, asked.kinds, alone=asked.alone)


def set_django_up(url: str) -> None:
    """This process becomes a site on that database which shows every rating to members who want it."""
    import django

    os.environ |= {"DATABASE_URL": url, "IRODORI_MAX_RATING": "explicit", "DJANGO_SETTINGS_MODULE": "config.settings"}
    django.setup()


def measure(made: Corpus, each: int, kinds: str, *, alone: bool) -> None:
    """Ask everything and print the tables."""
    from benchmarks.searches.site import Site

    site, report = Site(), Report()
    statements = Statements(made.url, LIMIT_MS)
    found = searches(statements.connection, made.vocabulary, made.posts, made.seed, each)
    found = [asked for asked in found if asked.kind[:2] in (kinds or asked.kind[:2]).split(",")]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    for asked in found:
        (ids, way), taken = site.ids(asked, RUNS)
        report.add("ids", asked, taken, way)
        count, taken = site.count(asked, RUNS)
        report.add("count", asked, taken)
        _response, taken = site.page(asked, RUNS)
        report.add("page", asked, taken)
        if not alone:
            compare(asked, ids, count, statements, report)
        print(report.line(asked), flush=True)
    print(
        f"\n\n{made.posts:,} posts, {len(found)} searches, PostgreSQL and site on {os.cpu_count()} × "
        f"{platform.machine()}, load average at the start {load:.1f}\n"
    )
    print("On the clock:", report.table(), "Computed:", report.table(computed=True), report.summary(), sep="\n\n")
    print("\nSlowest of the site:\n\n" + report.slowest(8))
    for asked in found:
        if asked.name:
            plan = short_plan(site.explain(asked))
            print(f"\n**{asked.name}**, `{asked.text()}`\n\n```\n{plan}\n```")
    print("\n" + ("\n".join(report.notes) or "All designs found the same posts in the same order where they finished."))


def compare(asked: Asked, ids: list[int], count: tuple[int, bool], statements: Statements, report: Report) -> None:
    """The other two designs, and whether they found the same."""
    counted, taken = statements.time(*designs.text_count(asked), OTHERS_RUNS)
    report.add("text count", asked, taken)
    # Danbooru counts first, keeps the count, and forces the index for what it knows to be small.
    known = counted[0] if counted and taken.wall <= KNOWN_COUNT_MS else None
    forced = known is not None and known <= designs.SMALL_SEARCH and not asked.by_score
    with statements.connection.transaction() if forced else ExitStack():
        if forced:
            statements.connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        text, taken = statements.time(*designs.text_ids(asked), OTHERS_RUNS)
    report.add("text ids", asked, taken)
    joined, taken = statements.time(*designs.join_ids(asked), OTHERS_RUNS)
    report.add("join ids", asked, taken)
    join_counted, taken = statements.time(*designs.join_count(asked), OTHERS_RUNS)
    report.add("join count", asked, taken)
    for name, others in (("Danbooru's SQL", text), ("the plain join", joined)):
        if others is not None and others != ids:
            report.notes.append(f"OTHER POSTS than {name}: {asked.viewer}, `{asked.text()}`: {ids[:5]}, {others[:5]}")
    for others in (counted, join_counted):
        right = others is None or (others[0] == count[0] if count[1] else others[0] >= count[0])
        if not right:
            report.notes.append(f"OTHER COUNT: {asked.viewer}, `{asked.text()}`: {count}, {others}")


if __name__ == "__main__":
    main()
