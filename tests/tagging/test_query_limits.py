"""The work that a query makes grows with its length, and no nesting exhausts the stack."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tagging.query import MAX_DEPTH, MAX_TERMS, And, Metatag, MetatagKind, Node, Not, Or, Registry, parse
from tagging.query.tokens import tokens
from tagging.query.values import Clock, Text, Value
from tests.tagging.every_kind import every_kind

SPARE_FRAMES = 25  # what parsing one plain tag needs, and a little more


@contextmanager
def a_shallow_stack() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + SPARE_FRAMES)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def size(tree: Node) -> int:
    count, waiting = 0, [tree]
    while waiting:
        node = waiting.pop()
        count += 1
        match node:
            case And(children) | Or(children):
                waiting.extend(children)
            case Not(child):
                waiting.append(child)
    return count


def test_the_deepest_query_is_parsed_without_recursion() -> None:
    deep = "-(a or " * MAX_DEPTH + "b" + ")" * MAX_DEPTH
    parse(deep, every_kind)  # whatever is loaded or compiled at first use
    with a_shallow_stack():
        tree = parse(deep, every_kind)
    assert size(tree) == 3 * MAX_DEPTH + 1


def test_a_choice_of_groups_is_not_multiplied_out() -> None:
    """In conjunctive normal form this would have 5 ** 50 clauses."""
    tree = parse(" or ".join(["(a b c d e)"] * (MAX_TERMS // 5)), every_kind)
    assert size(tree) == 1 + MAX_TERMS // 5 + MAX_TERMS


def test_each_token_is_made_once() -> None:
    query = "(~a ~b) -c or " * 60 + "d"
    assert len(list(tokens(query, every_kind))) == 60 * 9 + 1


def test_each_value_is_read_once() -> None:
    read: list[str] = []

    def reader(text: str, quoted: bool, clock: Clock) -> Value:
        read.append(text)
        return Text(text)

    registry = Registry()
    registry.register(MetatagKind("word", reader))
    tree = parse(" ".join(f"(word:{number} or a)" for number in range(100)), registry)
    assert read == [str(number) for number in range(100)]
    assert isinstance(tree, And)


def test_all_values_of_a_query_are_read_by_one_clock() -> None:
    clocks: list[Clock] = []

    def reader(text: str, quoted: bool, clock: Clock) -> Value:
        clocks.append(clock)
        return Text(text)

    registry = Registry()
    registry.register(MetatagKind("word", reader))
    parse("word:a word:b", registry)
    assert clocks[0] is clocks[1]
    clock = Clock.utc()
    registry.read(Metatag("word", "c"), clock)
    assert clocks[2] is clock


WORST = {
    "an age with blanks to share out": """'1y' + ' ' * 3990 + '!'""",
    "an age of units and blanks": """('1y 2mo 3w 4d 5h 6m 7s ' * 200)[:3990] + '!'""",
    "many such ages": """('1y' + ' ' * 60 + '!,') * 60""",
    "digits": """'1' * 3990 + '!'""",
    "dots": """'.' * 3990 + '!'""",
    "commas": """',' * 3990""",
    "comparisons and blanks": """'>' + ' ' * 3900 + '!'""",
    "backslashes": """'\\\\' * 1990 + '!'""",
}


@pytest.mark.parametrize("value", WORST.values(), ids=WORST)
def test_no_value_keeps_a_reader_busy(value: str) -> None:
    """With work that doubles with each blank this would end with the universe; the time allowed is for slow machines.

    In a process of its own, since nothing interrupts a pattern that is being matched.
    """
    reading = f"""
from datetime import UTC, datetime
from tagging.query import readers
from tagging.query.values import BadValue, Clock

made = [readers.integers(), readers.decimals(), readers.megapixels(), readers.ratios(), readers.file_sizes(),
        readers.dates(), readers.ages(), readers.user_name(), readers.hex_digests(64)]
for read in made:
    try:
        read({value}, True, Clock(datetime.now(UTC)))
    except BadValue:
        pass
"""
    subprocess.run([sys.executable, "-c", reading], check=True, timeout=20)
