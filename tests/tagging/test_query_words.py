"""Words, names, digests and ids, with `any` and `none` where a value may be missing."""

from __future__ import annotations

import pytest

from tagging.query import Metatag, QueryError, parse
from tagging.query.values import Choices, Numbers, Presence, Text, UserName
from tests.tagging.every_kind import every_kind

DIGEST = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("evidence:C2PA", Choices(frozenset({"c2pa"}))),
        ("evidence:c2pa,site_job", Choices(frozenset({"c2pa", "site_job"}))),
        ("evidence:none", Presence(False)),
        ("evidence:ANY", Presence(True)),
        ("evidence:c2pa,none", None),
        ("status:any", Choices(frozenset({"any"}))),  # a word like any other where no value can be missing
        ("prompt:none", Presence(False)),
        ('prompt:"none"', Text("none", literal=True)),
        ("prompt:a*", Text("a*")),
        ("prompt:a\\ b", Text("a b")),
        ("approver:any", Presence(True)),
        ("approver:'any'", UserName("any")),
        ("user:any", UserName("any")),
        (f"md:{DIGEST.upper()}", Choices(frozenset({DIGEST}))),
        (f"md5:{DIGEST},{DIGEST[::-1]}", Choices(frozenset({DIGEST, DIGEST[::-1]}))),
        (f"md:{DIGEST}0", None),
        (f"md:{DIGEST[1:]}g", None),
        ("modelhash:0123ab", Choices(frozenset({"0123ab"}))),
        ("modelhash:0123a", None),
        ("parent:5", Numbers(frozenset({5}))),
        ("parent:none", Presence(False)),
        ("parent:REMOVED", Choices(frozenset({"removed"}))),
        ("parent:5,removed", None),
        ("favgroup:5", Numbers(frozenset({5}))),
        ('favgroup:"5"', Text("5", literal=True)),
        ("favgroup:any", Presence(True)),
        ("favgroup:my\\ list", Text("my list")),
        ("favgroup:99999999999999999999", Text("99999999999999999999")),
    ],
)
def test_a_word_is_read_as_this(query: str, expected: object) -> None:
    if expected is None:
        with pytest.raises(QueryError, match="bad_value"):
            parse(query, every_kind)
        return
    tree = parse(query, every_kind)
    assert isinstance(tree, Metatag)
    assert every_kind.read(tree) == expected
