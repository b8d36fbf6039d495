"""What people type is read as A1111 and NovelAI read it, and nothing they type is an error."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.engine.prompt_schedule import texts_by_step
from generation.engine.prompt_syntax import Network, Problem, Prompt, Span, Syntax, parse, written

SIGNS = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    "::",
    "1.3",
    "-2",
    "\\",
    "_",
    "<",
    ">",
    "<lora:x:1>",
    "BREAK",
    "|",
    " ",
    "a",
]
typed = st.lists(st.sampled_from(SIGNS) | st.text(max_size=3), max_size=30).map("".join)


def spans(text: str, syntax: Syntax = "a1111") -> list[tuple[str, float]]:
    (chunk,) = parse(text, syntax).chunks
    return [(span.text, round(span.weight, 6)) for span in chunk]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red hair", [("red hair", 1)]),
        ("", []),
        ("a (b) c", [("a ", 1), ("b", 1.1), (" c", 1)]),
        ("((b))", [("b", 1.21)]),
        ("[b]", [("b", 0.909091)]),
        ("(b:1.3)", [("b", 1.3)]),
        ("(b: 1.3 )", [("b", 1.3)]),
        ("(b:-.5)", [("b", -0.5)]),
        ("(a (b:1.5):2)", [("a ", 2), ("b", 3)]),
        (r"\(b\) \[c\] \\", [("(b) [c] \\", 1)]),
        (r"a\b", [("ab", 1)]),
        ("(a", [("a", 1.1)]),
        ("a) b] c", [("a) b] c", 1)]),
        ("(a [b) c]", [("a ", 1.1), ("b", 1), (" c", 0.909091)]),
        ("(a:1.2.3)", [("a:1.2.3", 1.1)]),
        ("a:1.3)", [("a:1.3)", 1)]),
        ("saber_(fate), (red)", [("saber_(fate), ", 1), ("red", 1.1)]),
        ("(saber_(fate):1.3)", [("saber_(fate)", 1.3)]),
        ("x_(a:1.3)", [("x_", 1), ("a", 1.3)]),
        ("{a} 1.5::b::", [("{a} 1.5::b::", 1)]),
    ],
)
def test_a1111(text: str, expected: list[tuple[str, float]]) -> None:
    assert spans(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{b}", [("b", 1.05)]),
        ("[b]", [("b", 0.952381)]),
        ("{{b}", [("b", 1.1025)]),
        ("(b:1.3)", [("(b:1.3)", 1)]),
        ("1.5::rain, night::, day", [("rain, night", 1.5), (", day", 1)]),
        ("-1::hat::", [("hat", -1)]),
        ("2::a 0.5::b", [("a ", 2), ("b", 0.5)]),
        ("2::{a}::", [("a", 2.1)]),
        ("a::b", [("a::b", 1)]),
        ("mk2::b", [("mk2::b", 1)]),
        (r"\{a\}", [("{a}", 1)]),
    ],
)
def test_novelai(text: str, expected: list[tuple[str, float]]) -> None:
    assert spans(text, "novelai") == expected


def test_plain_text_is_left_alone() -> None:
    text = r"(a:1.3) {b} BREAK <lora:x:1> \("
    assert parse(text, "plain") == Prompt(((Span(text),),))


@pytest.mark.parametrize("syntax", ["a1111", "novelai"])
def test_break_begins_a_chunk(syntax: Syntax) -> None:
    chunks = parse("BREAK a BREAK b, xBREAK BREAK", syntax).chunks
    assert [[span.text for span in chunk] for chunk in chunks] == [[], ["a"], ["b, xBREAK"], []]


def test_weights_reach_across_a_break() -> None:
    assert parse("(a BREAK b:1.2)", "a1111").chunks == ((Span("a", 1.2),), (Span("b", 1.2),))


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("<lora:a>", Network("a", None, None, 1)),
        ("<lora:a b:0.8>", Network("a b", 0.8, 0.8, 1)),
        ("x <lyco:a:0.5:0.8>", Network("a", 0.8, 0.5, 3)),
        ("<lora:a:te=0.5:unet=-1>", Network("a", -1, 0.5, 1)),
        ("<lora:a:0.5:unet=1>", Network("a", 1, 0.5, 1)),
    ],
)
def test_loras_are_taken_out_of_the_text(text: str, network: Network) -> None:
    parsed = parse(text, "a1111")
    assert parsed.networks == (network,)
    assert "<" not in "".join(span.text for span in parsed.chunks[0])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a, (x:1000)", Problem("weight_out_of_range", 6, ":1000)")),
        ("(" * 30 + "x", Problem("weight_out_of_range", 30, "(")),
        ("x <lora:a:11>", Problem("weight_out_of_range", 3, "<lora:a:11>")),
        ("<lora::1>", Problem("bad_network", 1, "<lora::1>")),
        ("<lora:a:much>", Problem("bad_network", 1, "<lora:a:much>")),
        ("<lora:a:nan>", Problem("bad_network", 1, "<lora:a:nan>")),
        ("<lora:a:1:lbw=x>", Problem("bad_network", 1, "<lora:a:1:lbw=x>")),
        ("<hypernet:a:1>", Problem("hypernetwork", 1, "<hypernet:a:1>")),
    ],
)
def test_what_cannot_be_done_is_told_with_its_column(text: str, problem: Problem) -> None:
    assert parse(text, "a1111").problems == (problem,)


def test_a_weight_out_of_range_is_clamped() -> None:
    assert spans("(x:1000) (y:-99)") == [("x", 10), (" ", 1), ("y", -10)]
    assert parse("-50::x", "novelai").problems[0].column == 1


@given(typed, st.sampled_from(["a1111", "novelai", "plain"]))
def test_nothing_that_is_typed_is_an_error_and_weights_stay_in_bounds(text: str, syntax: Syntax) -> None:
    parsed = parse(text, syntax)
    for chunk in parsed.chunks:
        assert all(span.text and -10 <= span.weight <= 10 for span in chunk)
        assert all(one.weight != other.weight for one, other in pairwise(chunk))
    assert all(1 <= problem.column <= len(text) for problem in parsed.problems)
    assert texts_by_step(text, 4)[-1][0] == 4


@given(typed, st.sampled_from(["a1111", "novelai"]), st.sampled_from(["a1111", "novelai"]))
def test_writing_a_parsed_prompt_and_reading_it_gives_the_same(text: str, syntax: Syntax, other: Syntax) -> None:
    parsed = parse(text, syntax)
    again = parse(written(parsed, other), other)
    assert again.chunks == parsed.chunks
    names = [(network.name, network.weight, network.text_weight) for network in parsed.networks]
    assert [(network.name, network.weight, network.text_weight) for network in again.networks] == names


@given(st.text("()[]a", max_size=40))
def test_brackets_count_as_in_the_description(text: str) -> None:
    """Letter by letter, the slow way: each bracket's effect reaches to its partner, or to the end."""
    reach: dict[int, int] = {}
    waiting: dict[str, list[int]] = {"(": [], "[": []}
    literal = set()
    for place, sign in enumerate(text):
        if sign in "([":
            waiting[sign].append(place)
            reach[place] = len(text)
        elif sign in ")]":
            partners = waiting["(" if sign == ")" else "["]
            if partners:
                reach[partners.pop()] = place
            else:
                literal.add(place)
    expected = []
    for place, sign in enumerate(text):
        if sign == "a" or place in literal:
            inside = [text[start] for start, end in reach.items() if start < place < end]
            expected.append((sign, 1.1 ** (inside.count("(") - inside.count("["))))
    found = [(sign, span.weight) for span in parse(text, "a1111").chunks[0] for sign in span.text]
    assert [sign for sign, _ in found] == [sign for sign, _ in expected]
    for (_, one), (_, other) in zip(found, expected, strict=True):
        assert one == pytest.approx(min(other, 10))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", ["(", "([", "(1", "(:1.0", "_(", "[a:", "[|", "{", "1::", "<lora:", "\\", "BREAK "])
def test_a_hundred_thousand_characters_take_no_more_than_a_moment(unit: str) -> None:
    """Anything but linear time would take minutes, and the deadline would end the test."""
    text = unit * (100_000 // len(unit))
    for syntax in ("a1111", "novelai"):
        written(parse(text, syntax), syntax)
    texts_by_step(text + "1]" * 20_000, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, b", ((6, "a, b"),)),
        ("[a:b:0.5]", ((3, "a"), (6, "b"))),
        ("[a:b:2]", ((2, "a"), (6, "b"))),
        ("x [b:4]", ((4, "x "), (6, "x b"))),
        ("[b::4]", ((4, "b"), (6, ""))),
        ("[a:b:99]", ((6, "a"),)),
        ("[a:b:0]", ((6, "b"),)),
        ("[a|b]", ((1, "a"), (2, "b"), (3, "a"), (4, "b"), (5, "a"), (6, "b"))),
        ("[a|]c", ((1, "ac"), (2, "c"), (3, "ac"), (4, "c"), (5, "ac"), (6, "c"))),
        ("[(a:1.2):[b:c:5]:1]", ((1, "(a:1.2)"), (5, "b"), (6, "c"))),
        ("([a:b:1]:1.3)", ((1, "(a:1.3)"), (6, "(b:1.3)"))),
        ("[a] [b:c] (d:1.2)", ((6, "[a] [b:c] (d:1.2)"),)),
        ("[<lora:x:1>:2]", ((2, ""), (6, "<lora:x:1>"))),
        (r"\[a:b:2\]", ((6, r"\[a:b:2\]"),)),
        ("[a_(b:c):2]", ((2, ""), (6, "a_(b:c)"))),
        ("[(a:b:2]", ((6, "[(a:b:2]"),)),
    ],
)
def test_prompts_that_change_while_drawing(text: str, expected: tuple[tuple[int, str], ...]) -> None:
    assert texts_by_step(text, 6) == expected
