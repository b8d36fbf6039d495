"""Two prompts word by word: what is told of a change, and that nothing of either is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.remix.common import common
from generation.remix.diff import Kind, compare_prompts
from generation.remix.words import words_of

TERMS = (
    "1girl", "red hair", "(red hair:1.2)", "((smile))", "[hat]", "{{sea}}", "1.3::sky::", "<lora:ink:0.8>",
    "<lora:ink>", "saber_(fate)", "BREAK", "赤い髪の少女", "カタカナ語", "\\(x\\)", "(", ")", ":1.2)", "::", "__hair__",
)  # fmt: skip
a_prompt = st.one_of(
    st.text(),
    st.builds(str.join, st.sampled_from([", ", ",", " ", "、", "\n"]), st.lists(st.sampled_from(TERMS))),
)


def told(before: str, after: str) -> list[tuple[str, str]]:
    """Every change: how, and of which words."""
    pieces = compare_prompts(before, after)
    return [(piece.kind.value, piece.text) for piece in pieces if piece.kind != Kind.SAME]


@given(a_prompt, a_prompt)
def test_the_two_sides_are_the_two_prompts(before: str, after: str) -> None:
    pieces = compare_prompts(before, after)
    assert "".join(piece.before for piece in pieces) == before
    assert "".join(piece.after for piece in pieces) == after
    for piece in pieces:
        assert piece.before or piece.after
        assert piece.text + piece.gap == (piece.after or piece.before)
        assert (piece.kind == Kind.ADDED) == (not piece.before), piece
        assert (piece.kind == Kind.REMOVED) == (not piece.after), piece
        assert (piece.kind == Kind.WEIGHT) == (piece.weights is not None), piece


@given(a_prompt)
def test_a_prompt_does_not_differ_from_itself(prompt: str) -> None:
    assert told(prompt, prompt) == []


@given(a_prompt)
def test_the_words_of_a_prompt_are_the_prompt(prompt: str) -> None:
    assert "".join(word.raw for word in words_of(prompt)) == prompt


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("1girl, smile", "1girl, hat, smile", [("added", "hat")]),
        ("1girl, hat, smile", "1girl, smile", [("removed", "hat")]),
        ("long red hair", "long blue hair", [("removed", "red"), ("added", "blue")]),
        ("1girl, smile", "1girl,smile", []),
        ("1girl, smile", "1girl,\nsmile ", []),
        ("赤い髪の少女、空", "青い髪の少女、空", [("removed", "赤"), ("added", "青")]),
        ("", "cat", [("added", "cat")]),
        ("cat", "", [("removed", "cat")]),
        ("saber_(fate)", "saber", [("removed", "saber_(fate)"), ("added", "saber")]),
        ("a cat, a dog, a cow", "a cow", [("removed", "a cat, a dog")]),
    ],
    ids=["added", "removed", "a word of a term", "spaces", "line", "japanese", "from nothing", "to nothing",
         "brackets of a tag", "whole terms"],
)  # fmt: skip
def test_changed_words(before: str, after: str, changes: list[tuple[str, str]]) -> None:
    assert told(before, after) == changes


@pytest.mark.parametrize(
    ("before", "after", "weights"),
    [
        ("red hair", "(red hair:1.2)", (1.0, 1.2)),
        ("(red hair:1.2)", "(red hair:0.8)", (1.2, 0.8)),
        ("(red hair:1.2)", "red hair", (1.2, 1.0)),
        ("((red hair))", "red hair", (1.21, 1.0)),
        ("red hair", "[red hair]", (1.0, 0.909)),
        ("red hair", "{red hair}", (1.0, 1.05)),
        ("red hair", "1.5::red hair::", (1.0, 1.5)),
        ("<lora:ink:0.8>", "<lora:ink:1>", (0.8, 1.0)),
        ("<lora:ink>", "<lora:ink:0.5>", (1.0, 0.5)),
        ("red hair", "(red hair", (1.0, 1.1)),
    ],
)
def test_another_weight_is_no_other_word(before: str, after: str, weights: tuple[float, float]) -> None:
    pieces = compare_prompts(f"1girl, {before}", f"1girl, {after}")
    changed = [(piece.kind, piece.weights) for piece in pieces if piece.kind != Kind.SAME]
    assert changed == [(Kind.WEIGHT, weights)]


def test_the_same_weight_written_in_another_way_is_no_change() -> None:
    assert told("((sky))", "(sky:1.21)") == []


@given(st.lists(st.sampled_from("abc"), max_size=9), st.lists(st.sampled_from("abc"), max_size=9))
def test_what_lists_share_is_as_much_as_can_be(before: list[str], after: list[str]) -> None:
    pairs = common(before, after)
    assert all(before[one] == after[other] for one, other in pairs)
    for places in zip(*pairs, strict=True):
        assert list(places) == sorted(set(places))
    assert len(pairs) == _longest(before, after)


def _longest(before: list[str], after: list[str]) -> int:
    """By the table that every textbook has."""
    row = [0] * (len(after) + 1)
    for one in before:
        above = row[:]
        for place, other in enumerate(after, 1):
            row[place] = above[place - 1] + 1 if one == other else max(above[place], row[place - 1])
    return row[-1]


LONG = 20_000


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("before", "after"),
    [("a,", "b,"), ("a,", "a, a,"), ("か亜", "亜か"), ("(", ")"), ("(a", "a)"), ("1.2::", "::"), ("[", "(a]"),
     ("\\", "<lora:"), ("a b c d e f g ", "g f e d c b a ")],
)  # fmt: skip
def test_the_longest_prompts_end(before: str, after: str) -> None:
    one, other = (before * LONG)[:LONG], (after * LONG)[:LONG]
    pieces = compare_prompts(one, other)
    assert "".join(piece.before for piece in pieces) == one
    assert "".join(piece.after for piece in pieces) == other
