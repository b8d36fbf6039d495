"""Query → tree, case by case. Trees are written as s-expressions: (and a b), (or a b), (not a), (* a*), user:ann."""

from __future__ import annotations

import pytest

from tagging.query import And, Everything, Metatag, Node, Not, Or, Tag, Wildcard, print_query
from tagging.query import parse as parse_with
from tests.tagging.every_kind import every_kind


def parse(text: str) -> Node:
    return parse_with(text, every_kind)


def sexp(tree: Node) -> str:
    match tree:
        case Everything():
            return "all"
        case Tag(name):
            return name
        case Wildcard(pattern):
            return f"(* {pattern})"
        case Metatag(name, value, quoted):
            return f"{name}:{value!r}" if quoted else f"{name}:{value}"
        case Not(child):
            return f"(not {sexp(child)})"
        case And(children):
            return f"(and {' '.join(map(sexp, children))})"
        case Or(children):
            return f"(or {' '.join(map(sexp, children))})"


CASES = [
    # nothing
    ("", "all"),
    ("   ", "all"),
    ("\t\u3000\n", "all"),
    # tags
    ("a", "a"),
    ("A", "a"),
    (" a ", "a"),
    ("1girl", "1girl"),
    (":3", ":3"),
    (">_<", ">_<"),
    ("foo:bar", "foo:bar"),
    ("a-b", "a-b"),
    ("a~b", "a~b"),
    ("nota", "nota"),
    ("or_else", "or_else"),
    ("and", None),
    # brackets that belong to a tag
    ("foo_(bar)", "foo_(bar)"),
    ("(foo_(bar))", "foo_(bar)"),
    ("( foo_(bar) )", "foo_(bar)"),
    ("foo_(bar_(baz))", "foo_(bar_(baz))"),
    ("(foo_(bar_(baz)))", "foo_(bar_(baz))"),
    ("-(foo_(bar))", "(not foo_(bar))"),
    ("(a (b c_(d)))", "(and a b c_(d))"),
    (":)", ":)"),
    (";)", ";)"),
    (">:(", ">:("),
    ("a :(", "(and a :()"),
    ("(a :))", "(and a :))"),
    ("(a or :( )", "(or a :()"),
    ("(9)", "9"),
    # groups
    ("(a)", "a"),
    ("((a))", "a"),
    (" ( ( a ) ) ", "a"),
    ("(a)(b)", "(and a b)"),
    ("(a)b", "(and a b)"),
    ("(a)-(b)", "(and a (not b))"),
    ("(:)) a", "(and :) a)"),
    ("a(b)", "a(b)"),
    # juxtaposition, and, or
    ("a b", "(and a b)"),
    ("a\u3000b", "(and a b)"),
    ("a b c", "(and a b c)"),
    ("a (b c)", "(and a b c)"),
    ("((a) (b) (c))", "(and a b c)"),
    ("a and b", "(and a b)"),
    ("a AND b and c", "(and a b c)"),
    ("a or b", "(or a b)"),
    ("a OR b", "(or a b)"),
    ("a or b or c", "(or a b c)"),
    ("(a or b) or (c or d)", "(or a b c d)"),
    ("a or(b c)", "(or a (and b c))"),
    ("a b or c d", "(or (and a b) (and c d))"),
    ("a and b or c", "(or (and a b) c)"),
    ("a or b and c", "(or a (and b c))"),
    ("a b and c d or e", "(or (and a b c d) e)"),
    ("a (b or c)", "(and a (or b c))"),
    ("(a b) or (c d) or (e f)", "(or (and a b) (and c d) (and e f))"),
    # negation
    ("-a", "(not a)"),
    ("a -b", "(and a (not b))"),
    ("- a", "(not a)"),
    ("-(a b)", "(not (and a b))"),
    ("-(a or b)", "(not (or a b))"),
    ("-(-a)", "(not (not a))"),
    ("not a", "(not a)"),
    ("NOT a b", "(and (not a) b)"),
    ("not (a b)", "(not (and a b))"),
    ("not(a b)", "(not (and a b))"),
    ("a and not b", "(and a (not b))"),
    ("a or not b c", "(or a (and (not b) c))"),
    # "~"
    ("~a", "a"),
    ("~a ~b", "(or a b)"),
    ("~a ~b ~c", "(or a b c)"),
    ("~a ~b c", "(and (or a b) c)"),
    ("a ~b c ~d", "(and a (or b d) c)"),
    ("a ~b", "(and a b)"),
    ("~(a b)", "(and a b)"),
    ("~(a b) ~(c d)", "(or (and a b) (and c d))"),
    ("(~a ~b) (~c ~d)", "(and (or a b) (or c d))"),
    ("~a ~b and ~c ~d", "(and (or a b) (or c d))"),
    ("~a ~b or ~c ~d", "(or a b c d)"),
    ("~a and ~b", "(and a b)"),
    ("~a or ~b", "(or a b)"),
    ("(~a) ~b ~c", "(and a (or b c))"),
    ("~a (~b ~c)", "(and a (or b c))"),
    ("-(~a)", "(not a)"),
    ("~(-a)", "(not a)"),
    ("~(-a) ~b", "(or (not a) b)"),
    # wildcards
    ("a**b***", "(* a*b*)"),
    ("/abc", "/abc"),
    ("-/abc (/de)", "(and (not /abc) /de)"),
    ("*_HAIR", "(* *_hair)"),
    ("a*b", "(* a*b)"),
    ("a -b*", "(and a (not (* b*)))"),
    ("~a ~*b", "(or a (* *b))"),
    ("foo_(*", "(* foo_(*)"),
    ("foo_(*)", "(* foo_(*))"),
    ("(*_(cosplay))", "(* *_(cosplay))"),
    # metatags
    ("rating:g", "rating:g"),
    ("RATING:Q,Explicit", "rating:Q,Explicit"),
    ("-rating:e", "(not rating:e)"),
    ("~rating:g ~user:ann", "(or rating:g user:ann)"),
    ("user:Ann", "user:Ann"),
    (r"user:a\ b c", "(and user:a b c)"),
    ("user:“a b” c", "(and user:'a b' c)"),
    ("model:”a ＂", "model:'a '"),
    ("model:“say \\” x”", "model:'say ” x'"),
    ('model:"a“b"', "model:'a“b'"),
    ("model:a“b c", "(and model:a“b c)"),
    ('model:"👩\u200d🎨"', r"model:'👩\u200d🎨'"),
    (r"user:a\\", "user:a\\"),
    ("user:a\\", "user:a\\"),
    ('user:"a b" c', "(and user:'a b' c)"),
    ("user:'a b'", "user:'a b'"),
    (r'model:"say \"x\""', "model:'say \"x\"'"),
    ('(a model:"b)c")', "(and a model:'b)c')"),
    ("(a or user:b)", "(or a user:b)"),
    ("(user:foo_(bar))", "user:foo_(bar)"),
    ("user:(a)", "user:(a)"),
    ('model:foo"bar', 'model:foo"bar'),
    ("id:5,7..9,>20", "id:5,7..9,>20"),
    ("order:id_desc a", "(and order:id_desc a)"),
    ("ratio:16:9", "ratio:16:9"),
    ("(date:2026/01..2026/02)", "date:2026/01..2026/02"),
    ("~age:<1w ~age:>1y", "(or age:<1w age:>1y)"),
    ("order:random:7 a", "(and order:random:7 a)"),
    ("limit:5 (ordfav:ann a)", "(and limit:5 ordfav:ann a)"),
    ("(a (order:created_at))", "(and a order:created_at)"),
    # typed with a Japanese input method in full-width mode
    ("１ｇｉｒｌ　－ｃａｔ", "(and 1girl (not cat))"),
    ("（ａ　ｏｒ　ｂ）　ｒａｔｉｎｇ：ｇ", "(and (or a b) rating:g)"),
    ("猫耳", "猫耳"),
    ('model:"ＡＢ（＂"', "model:'ＡＢ（＂'"),
]


@pytest.mark.parametrize(("query", "expected"), [case for case in CASES if case[1] is not None])
def test_a_query_has_this_tree(query: str, expected: str) -> None:
    assert sexp(parse(query)) == expected


@pytest.mark.parametrize("query", [query for query, expected in CASES if expected is not None])
def test_its_canonical_text_has_the_same_tree(query: str) -> None:
    tree = parse(query)
    assert parse(print_query(tree)) == tree


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("  A   and (b)", "a b"),
        ("~a ~b c", "(a or b) c"),
        ("(a b) or c", "a b or c"),
        ("not (a or b)", "-(a or b)"),
        ("-(-a)", "-(-a)"),
        ("a (b or c_(d))", "a (b or c_(d))"),
        ("(:( or a) b", "(:( or a) b"),
        ("(a or :( ) b", "(a or :( ) b"),
        ("(a or : ) b", "(a or : ) b"),
        (r"user:a\ b", r"user:a\ b"),
        ("model:'x y'", 'model:"x y"'),
        ("", ""),
    ],
)
def test_canonical_text(query: str, canonical: str) -> None:
    assert print_query(parse(query)) == canonical


def test_leaves_know_their_columns() -> None:
    tree = parse("a  -(user:b or c*)")
    assert isinstance(tree, And)
    assert isinstance(tree.children[1], Not)
    inner = tree.children[1].child
    assert isinstance(inner, Or)
    assert [leaf.column for leaf in (tree.children[0], *inner.children)] == [1, 6, 16]


def test_nodes_refuse_what_the_language_cannot_say() -> None:
    with pytest.raises(ValueError, match="two children"):
        And((Tag("a"),))
    with pytest.raises(ValueError, match="two children"):
        Or((Tag("a"), Everything()))
    with pytest.raises(ValueError, match="nothing"):
        Not(Everything())
