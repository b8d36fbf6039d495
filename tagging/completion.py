"""Tags for the box at the caret, while somebody types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from tagging import completion_rows
from tagging.completion_rows import Among, Row
from tagging.names import BAD_START, MAX_LENGTH, normalise_tag
from tagging.other_names import fold_name, is_other_name
from tagging.suggest import misspelt

EVERY_TAG = Among()


class Match(StrEnum):
    """How a tag came into the list."""

    NAME = "name"
    ALIAS = "alias"
    OTHER_NAME = "other_name"
    INITIALS = "initials"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Completion:
    """One line of the list: a tag, and the old or other name that was typed (`antecedent`) if one led to it.

    `post_count` is of the posts that everybody may see (`Tag.general_count`).
    """

    name: str
    category: int
    post_count: int
    antecedent: str | None = None
    match: Match = Match.NAME
    is_deprecated: bool = False


def complete(typed: str, limit: int = 10, *, among: Among = EVERY_TAG) -> list[Completion]:
    """Up to `limit` tags for what was typed so far (normalised here); nothing for blanks.

    By the shape of the text, as on Danbooru: `/lh` are initials, `*` stands for anything, a name that is not ASCII is
    another name, and else all its words are looked for in any order, the last one as a beginning. Exact names come
    first, then those with the text as it was typed, then the others, each time the largest first; deprecated tags are
    last. Only where nothing is found, names that are spelled alike. A tag that is not `among` those that may come has
    no influence on the rest. Nothing is found for a pattern without two signs in a row that aren't `*`.
    """
    name = normalise_tag(typed)
    if not name or len(name) > MAX_LENGTH or limit < 1:
        return []
    if is_other_name(name):
        return _by_other_name(fold_name(typed), limit, among)
    if not all("!" <= character <= "~" for character in name):
        return []
    if name.startswith("/") and re.fullmatch(r"/[a-z0-9]+", name):
        rows = completion_rows.by_initials(name[1:], among)
        return _lines(rows, limit, lambda row: (row.initials != name[1:],), Match.INITIALS)
    if "*" in name:
        # With less to go by, all names would be read.
        rows = completion_rows.by_pattern(name, among) if max(map(len, name.split("*"))) >= 2 else []
        return _lines(rows, limit, lambda row: (), Match.NAME)
    rows = _by_name(name, among)
    if not rows:
        alike = completion_rows.by_likeness(name, among)
        return _lines(misspelt(name, alike), limit, None, Match.FUZZY)
    as_typed = re.compile(rf"(?<![a-z0-9]){re.escape(name)}" if name[0].isalnum() else re.escape(name))

    def rank(row: Row) -> tuple[bool, ...]:
        vocabulary = among.vocabulary_first and not row.in_vocabulary
        return (row.found != name, vocabulary, not as_typed.search(row.found))

    return _lines(rows, limit, rank, Match.NAME, begins=name)


def _by_name(name: str, among: Among) -> list[Row]:
    if name[0] in BAD_START:
        return []
    words = re.findall("[a-z0-9]+", name)
    # One letter begins a word in a tenth of all names, so it is only looked for at their beginning.
    if max(map(len, words), default=0) < 2:
        return completion_rows.by_beginning(name, among)
    return completion_rows.by_words(words, not name[-1].isalnum(), name, among)


def _by_other_name(folded: str, limit: int, among: Among) -> list[Completion]:
    rows = completion_rows.by_other_name(folded, among)
    if len({row.name for row in rows}) < limit:
        # 髪 finds 黒髪 too; there is no index for it, so only where the list isn't full.
        rows += completion_rows.by_other_name(folded, among, inside=True)

    def rank(row: Row) -> tuple[bool, ...]:
        found = fold_name(row.found)
        vocabulary = among.vocabulary_first and not row.in_vocabulary
        return (found != folded, vocabulary, not found.startswith(folded))

    return _lines(rows, limit, rank, Match.OTHER_NAME)


def _lines(
    rows: Iterable[Row],
    limit: int,
    rank: Callable[[Row], tuple[bool, ...]] | None,
    match: Match,
    *,
    begins: str = "",
) -> list[Completion]:
    """The rows in their order (as they are without `rank`), each tag once, under its own name if that ranks alike."""
    if rank is not None:
        rows = sorted(
            rows,
            key=lambda row: (
                *rank(row),
                -row.post_count,
                not row.found.startswith(begins),
                row.antecedent is not None,
                row.found,
            ),
        )
    found: dict[str, Completion] = {}
    for row in sorted(rows, key=lambda row: row.is_deprecated):
        how = Match.ALIAS if row.antecedent is not None and match is Match.NAME else match
        found.setdefault(
            row.name,
            Completion(row.name, row.category, row.post_count, row.antecedent, how, row.is_deprecated),
        )
    return list(found.values())[:limit]
