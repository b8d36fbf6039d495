"""Tokens in Valkey: who takes them at the same moment, how they come back, what is left behind."""

import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.embedded.site import BASE_DIR
from gallery.limits import buckets as module
from gallery.limits.acts import Rate
from gallery.limits.buckets import Bucket, Buckets, store_url
from tests.gallery.limits.given import Clock, client_of

TEN = Bucket("ten", Rate(1.0, 10))

OTHER_PROCESS = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from redis import Redis
from gallery.limits.acts import Rate
from gallery.limits.buckets import Bucket, Buckets
mine = Buckets(Redis.from_url(sys.argv[1], decode_responses=True), lambda: 1.8e9)
sys.stdin.readline()
print(sum(mine.take([Bucket("shared", Rate(0.001, 50))]).wait == 0 for _ in range(60)))
"""


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def mine(broker, clock):
    return Buckets(client_of(broker), clock)


def test_a_full_bucket_is_given_out_and_then_refuses_with_the_time_to_wait(mine):
    taken = [mine.take([TEN]) for _ in range(12)]
    assert [answer.wait for answer in taken] == [0] * 10 + [1, 1]
    assert [answer.left[0] for answer in taken] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]


def test_tokens_come_back_by_and_by_fractions_included_and_never_more_than_there_were(mine, clock):
    mine.take([TEN], 10)
    for _ in range(9):
        clock.now += 0.1
        assert mine.take([TEN]).wait > 0
    clock.now += 0.1
    assert mine.take([TEN]).wait == 0
    assert mine.take([TEN]).wait == pytest.approx(1)
    clock.now += 1_000_000
    assert mine.take([TEN], 0).left == (10,)


def test_a_slow_bucket_loses_no_fraction_to_those_who_take_often(mine, clock):
    slow = Bucket("slow", Rate(0.25, 100))
    mine.take([slow], 50)
    for _ in range(40):  # a token every second, a quarter of one back
        clock.now += 1
        assert mine.take([slow]).wait == 0
    assert mine.take([slow], 0).left[0] == pytest.approx(50 - 40 + 10)


def test_a_clock_that_goes_back_takes_nothing_away_and_gives_nothing(mine, clock):
    mine.take([TEN], 4)
    clock.now -= 3600
    assert mine.take([TEN], 0).left == (6,)


def test_of_several_buckets_all_give_or_none(mine):
    small, large = Bucket("small", Rate(1, 2)), Bucket("large", Rate(1, 100))
    assert [mine.take([large, small]).wait for _ in range(3)] == [0, 0, 1]
    assert mine.take([large], 0).left == (98,)


def test_what_costs_more_than_a_bucket_holds_costs_all_of_it(mine):
    assert mine.take([TEN], 500).wait == 0
    assert mine.take([TEN], 500).wait == 10


def test_threads_at_the_same_moment_never_take_one_token_twice(broker):
    def take(_number):
        return Buckets(client_of(broker), lambda: 1.8e9).take([Bucket("crowd", Rate(0.001, 25))]).wait == 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(80))) == 25


def test_two_processes_at_the_same_moment_share_one_bucket(broker):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OTHER_PROCESS, store_url("", broker)],
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=60)[0]) for process in started) == 50


def test_valkeys_own_clock_counts_where_none_is_given(broker):
    quick = Buckets(client_of(broker))
    bucket = Bucket("quick", Rate(20, 1))
    assert quick.take([bucket]).wait == 0
    assert 0 < quick.take([bucket]).wait <= 0.05
    time.sleep(0.2)
    assert quick.take([bucket]).wait == 0


def test_nothing_stays_of_who_is_gone_and_no_name_is_kept(mine, broker):
    mine.take([Bucket("write account 8.8.8.8", Rate(1, 10))], 3)
    with client_of(broker) as client:
        (key,) = client.keys("*")
        assert "8.8.8.8" not in key
        assert 3000 < client.pttl(key) <= 4000


def test_a_valkey_that_is_gone_turns_nobody_away_and_is_told_of_once(tmp_path, caplog, monkeypatch):
    gone = Buckets(module._client_at(f"unix://{tmp_path}/nobody.sock"))
    with caplog.at_level(logging.WARNING):
        assert [gone.take([TEN]) for _ in range(3)] == [None] * 3
        monkeypatch.setattr(module.time, "monotonic", lambda: 1e9)
        assert gone.take([TEN]) is None
    assert len(caplog.records) == 1


def test_it_is_asked_again_after_a_rest(mine, caplog, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    there = mine._script

    def silence(**_arguments):
        raise ConnectionError("nobody answers")

    mine._script = silence
    assert mine.take([TEN]) is None
    mine._script = there
    assert mine.take([TEN]) is None
    now[0] += module.REST
    with caplog.at_level(logging.WARNING):
        assert mine.take([TEN]).wait == 0
    assert "answers again" in caplog.text


@pytest.mark.parametrize(
    ("cache", "broker_url", "found"),
    [
        ("redis://cache/1", "amqp://x", "redis://cache/1"),
        ("", "redis+socket:///run/v.sock", "unix:///run/v.sock"),
        ("", "redis://broker/0", "redis://broker/0"),
        ("", "amqp://user@host//", ""),
    ],
    ids=["cache", "socket", "broker", "none"],
)
def test_buckets_stand_beside_the_cache_else_beside_the_messages(cache, broker_url, found):
    assert store_url(cache, broker_url) == found
