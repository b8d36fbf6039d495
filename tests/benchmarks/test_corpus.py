"""What docs/performance.md rests on: the made-up site is like a real one, and all designs find the same posts."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpus.franchises import DEAD, make_franchises
from benchmarks.corpus.posts import Painter
from benchmarks.corpus.vocabulary import COPYRIGHT, make_vocabulary
from config.embedded.site import BASE_DIR

POSTS = 20_000


def drawn(seed: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, and for each pair the number of its post (from 0) and the place of its tag."""
    vocabulary = make_vocabulary(seed, 10_000)
    painter = Painter(seed, vocabulary, make_franchises(seed, vocabulary))
    pairs = [(chunk.pairs[:, 0] + chunk.first - 1, chunk.pairs[:, 1]) for chunk in painter.chunks(POSTS)]
    post, tag = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return vocabulary.names, post, tag


def test_a_seed_makes_one_site_and_another_seed_another():
    _names, post, tag = drawn(3)
    _names, again_post, again_tag = drawn(3)
    assert np.array_equal(post, again_post)
    assert np.array_equal(tag, again_tag)
    _names, _post, other = drawn(4)
    assert not np.array_equal(tag, other)


def test_tags_have_the_shares_that_they_have_on_danbooru():
    names, _post, tag = drawn(3)
    shares = np.bincount(tag, minlength=len(names)) / POSTS
    share = dict(zip(names, shares, strict=True))
    assert 28 < shares.sum() < 36  # tags a post
    assert 0.74 < share["highres"] < 0.78
    assert 0.58 < share["1girl"] < 0.62
    assert 0.45 < share["solo"] < 0.60
    ranked = np.sort(shares)[::-1]
    assert 0.03 < ranked[99] < 0.055
    assert 0.0025 < ranked[999] < 0.006


def test_what_seldom_meets_seldom_meets_and_a_dead_franchise_stays_dead():
    names, post, tag = drawn(3)
    with_tag = {name: set(post[tag == names.index(name)].tolist()) for name in ("1girl", "no_humans")}
    assert len(with_tag["no_humans"]) > POSTS / 20
    assert len(with_tag["1girl"] & with_tag["no_humans"]) < 10
    vocabulary = make_vocabulary(3, 10_000)
    dead = post[tag == vocabulary.first(COPYRIGHT) + DEAD]
    assert len(dead) > 20
    assert dead.max() < POSTS / 5


@pytest.mark.slow
def test_the_site_finds_the_same_posts_as_two_other_designs_in_every_kind_of_search(tmp_path: Path):
    """The benchmark on a small site: what it loads fits the tables, and every comparison holds."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.search", "--posts", "3000", "--tags", "3000", "--each", "2"],
        cwd=BASE_DIR,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"TMPDIR": "/tmp"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "All designs found the same posts in the same order" in done.stdout, done.stdout[-3000:]
