"""Typed rules, one a line: what they are, or what is wrong with which line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gallery.errors import Invalid, UserFacingError
from gallery.filters.resolving import tag_of
from gallery.filters.spec import BLUR, HIDE, MAX_QUERY_RULES, MAX_TAG_RULES, Rules
from gallery.search.names import MAX_WILDCARDS
from gallery.search.rules import check_meaning, read_rule, wildcards_in
from gallery.visibility import Viewer
from tagging.messages import explain
from tagging.query import MAX_TERMS, Node, QueryError, leaves, print_query

LONGEST_RULE = 1000
# Of a text with a thousand wrong lines nobody reads every sentence.
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Problem:
    """A line that is no rule: where it stands (`field` is `hide` or `blur`, `line` and, if known, `column` from 1), and
    a sentence."""

    field: str
    line: int
    text: str
    sentence: str
    column: int | None = None

    @property
    def before(self) -> str:
        """The line as far as the wrong place."""
        return self.text[: self.column - 1] if self.column else ""

    @property
    def at(self) -> str:
        """The wrong place."""
        return self.text[self.column - 1 : self.column] or " " if self.column else self.text

    @property
    def after(self) -> str:
        """The rest of the line."""
        return self.text[self.column :] if self.column else ""


class RulesUnreadable(Invalid):
    """Lines that are no rules; nothing is saved."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("filter_rules_unreadable")
        self.problems = problems


def read_rules(
    hide: str,
    blur: str,
    viewer: Viewer,
    *,
    max_tags: int = MAX_TAG_RULES,
    max_queries: int = MAX_QUERY_RULES,
    longest: int = LONGEST_RULE,
) -> Rules:
    """The rules in canonical text. A rule that hides needs not blur too.

    Raises RulesUnreadable with every wrong line, and Invalid for too many rules.
    """
    problems: list[Problem] = []
    read: dict[str, dict[str, Node]] = {HIDE: {}, BLUR: {}}
    places: dict[str, tuple[str, int, str]] = {}
    for field, typed in ((HIDE, hide), (BLUR, blur)):
        lines = list(_lines(typed))
        # Before anything is read: a million lines are refused as quickly as ten thousand.
        if len(lines) > max_tags + max_queries:
            raise Invalid("filter_too_many_tags", count=len(lines), limit=max_tags)
        for number, text in lines:
            with _noting(problems, field, number, text, longest):
                tree = _tree(text, longest)
                rule = print_query(tree)
                read[field][rule] = tree
                places.setdefault(rule, (field, number, text))
    hides, blurs = read[HIDE], {rule: tree for rule, tree in read[BLUR].items() if rule not in read[HIDE]}
    queries = {rule: tree for rule, tree in (hides | blurs).items() if tag_of(rule) is None}
    tags = len(hides) + len(blurs) - len(queries)
    # What a rule means is asked of the database, so only where there are not too many of them.
    wildcards = sum(map(wildcards_in, queries.values()))
    # All of them are part of every search and of every file's answer, so they hold no more than one search does.
    terms = sum(len(list(leaves(tree))) for tree in queries.values())
    if len(queries) <= max_queries and wildcards <= MAX_WILDCARDS and terms <= MAX_TERMS:
        for rule, tree in queries.items():
            with _noting(problems, *places[rule], longest):
                check_meaning(tree, viewer)
    if problems:
        raise RulesUnreadable(sorted(problems, key=lambda problem: (problem.field != HIDE, problem.line)))
    if tags > max_tags:
        raise Invalid("filter_too_many_tags", count=tags, limit=max_tags)
    if len(queries) > max_queries:
        raise Invalid("filter_too_many_queries", count=len(queries), limit=max_queries)
    if terms > MAX_TERMS:
        raise Invalid("filter_too_many_terms", count=terms, limit=MAX_TERMS)
    if wildcards > MAX_WILDCARDS:
        raise Invalid("filter_too_many_wildcards", count=wildcards, limit=MAX_WILDCARDS)
    return Rules(tuple(hides), tuple(blurs))


@contextmanager
def _noting(problems: list[Problem], field: str, number: int, text: str, longest: int) -> Iterator[None]:
    """What is wrong with a line joins the problems."""
    try:
        yield
    except QueryError as error:
        problems.append(Problem(field, number, text, explain(error), error.column))
    except UserFacingError as error:
        problems.append(Problem(field, number, text[:longest], error.message))


def _lines(typed: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(typed.replace("\x00", "").splitlines(), 1):
        if text := line.strip():
            yield number, text


def _tree(text: str, longest: int) -> Node:
    """The line as a search."""
    if len(text) > longest:
        raise Invalid("filter_rule_too_long", length=len(text), limit=longest)
    return read_rule(text)
