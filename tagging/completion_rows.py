"""What the database finds for the box at the caret: rows to choose from, each by one statement.

Every condition is served by an index of `tagging.models`: the words of names (GIN), their beginnings (btree), their
initials (btree), any part of them and how alike they are (trigrams), and beginnings of other names (btree).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

CANDIDATES = 100  # of those that the reader may be told of
OTHER_NAMES = 1000  # the shortest ones, before it is known which tags they are of


@dataclass(frozen=True, slots=True)
class Row:
    """A tag, and what was found: its own name, or the alias or other name `antecedent` that leads to it.

    `post_count` is of the posts that everybody may see.
    """

    name: str
    category: int
    post_count: int
    is_deprecated: bool
    in_vocabulary: bool
    initials: str
    antecedent: str | None

    @property
    def found(self) -> str:
        """The name that was looked for."""
        return self.antecedent or self.name


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL over `t`, a row of `tagging_tag`, and its parameters."""

    sql: str
    params: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Among:
    """Which tags may come, decided by the database before any is counted, and which of them are looked at first.

    `known_to_all`: those that anybody may be told of, and beside them only those for which `others` holds.
    """

    known_to_all: bool = False
    deprecated: bool = True
    vocabulary_first: bool = False
    others: Condition | None = None

    @property
    def condition(self) -> str:
        """As SQL over `t`, to follow another condition; it takes the parameters `params`."""
        others = f" OR {self.others.sql}" if self.others else ""
        known = f" AND (t.general_count > 0 OR t.in_vocabulary{others})" if self.known_to_all else ""
        return known + ("" if self.deprecated else " AND NOT t.is_deprecated")

    @property
    def params(self) -> list[Any]:
        """What `condition` takes, each time that it stands in a statement."""
        return list(self.others.params) if self.known_to_all and self.others else []

    @property
    def order(self) -> str:
        """As SQL over `t`: the first hundred in this order are looked at."""
        return ("t.in_vocabulary DESC, " if self.vocabulary_first else "") + "t.general_count DESC, t.name"


_COLUMNS = "t.name, t.category, t.general_count, t.is_deprecated, t.in_vocabulary, t.initials"


def by_words(words: list[str], last_is_whole: bool, typed: str, among: Among) -> list[Row]:
    """Names and aliases that have all of `words` (letters and digits alone) in any order, the last as a beginning."""
    *whole, last = (f"'{word}'" for word in words)
    query = " & ".join([*whole, last if last_is_whole else f"{last}:*"])
    having_them = "words @@ %s::tsquery"
    if typed in words and len(typed) < 3:
        # Two letters begin a word of very many aliases: only those are looked at that begin so themselves.
        return _names_and_aliases((having_them, query), ("antecedent LIKE %s", f"{_escaped(typed)}%"), typed, among)
    return _names_and_aliases((having_them, query), (having_them, query), typed, among)


def by_beginning(typed: str, among: Among) -> list[Row]:
    """Names and aliases that begin with `typed`."""
    pattern = f"{_escaped(typed)}%"
    return _names_and_aliases(("name LIKE %s", pattern), ("antecedent LIKE %s", pattern), typed, among)


def by_pattern(pattern: str, among: Among) -> list[Row]:
    """Names and aliases that fit `pattern`, in which `*` stands for anything."""
    pattern = "%".join(map(_escaped, pattern.split("*")))
    return _names_and_aliases(("name LIKE %s", pattern), ("antecedent LIKE %s", pattern), "", among)


def by_initials(initials: str, among: Among) -> list[Row]:
    """Names whose words begin with these letters, and maybe more words after."""
    # Whole ones first: `/lh` means long_hair before long_hair_between_eyes.
    return _rows(
        f"""
        SELECT {_COLUMNS}, NULL FROM tagging_tag t WHERE t.initials LIKE %s{among.condition}
        ORDER BY t.initials <> %s, {among.order} LIMIT {CANDIDATES}
        """,  # noqa: S608 - see _rows
        [f"{_escaped(initials)}%", *among.params, initials],
    )


def by_likeness(typed: str, among: Among) -> list[Row]:
    """Names and aliases that share many trigrams with `typed`, the likest first; none for less than three letters,
    for which the index of trigrams would be read from one end to the other."""
    if not re.search("[a-z0-9]{3}", typed):
        return []
    return _rows(
        f"""
        SELECT {_COLUMNS}, c.antecedent
        FROM (
            (SELECT t.id, NULL AS antecedent, similarity(t.name, %s) AS likeness
             FROM tagging_tag t WHERE t.name %% %s{among.condition}
             ORDER BY likeness DESC, {among.order} LIMIT {CANDIDATES})
            UNION ALL
            (SELECT t.id, a.antecedent, similarity(a.antecedent, %s) AS likeness
             FROM tagging_tagalias a JOIN tagging_tag t ON t.id = a.consequent_id
             WHERE a.antecedent %% %s{among.condition}
             ORDER BY likeness DESC, {among.order} LIMIT {CANDIDATES})
        ) c JOIN tagging_tag t USING (id)
        ORDER BY c.likeness DESC, {among.order}
        """,  # noqa: S608 - see _rows
        [typed, typed, *among.params] * 2,
    )


def by_other_name(folded: str, among: Among, *, inside: bool = False) -> list[Row]:
    """Tags with an other name that begins with `folded` (`tagging.other_names.fold_name`), or has it anywhere."""
    pattern = f"{'%' if inside else ''}{_escaped(folded)}%"
    return _rows(
        f"""
        SELECT {_COLUMNS}, o.name
        FROM (
            SELECT page_id, name, position FROM tagging_othername
            WHERE folded LIKE %s ORDER BY length(folded), folded LIMIT {OTHER_NAMES}
        ) o
        JOIN tagging_wikipage w ON w.id = o.page_id AND NOT w.is_deleted
        LEFT JOIN tagging_tagalias a ON a.antecedent = w.title
        LEFT JOIN tagging_tag own ON own.name = w.title
        JOIN tagging_tag t ON t.id = COALESCE(a.consequent_id, own.id)
        WHERE TRUE{among.condition}
        ORDER BY {among.order}, o.position LIMIT {CANDIDATES}
        """,  # noqa: S608 - see _rows
        [pattern, *among.params],
    )


def japanese_names(names: list[str]) -> dict[str, str]:
    """The first other name in Japanese script of each of these tags that has one."""
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_JAPANESE, [names])
        return dict(cursor.fetchall())


_JAPANESE = """
SELECT DISTINCT ON (w.title) w.title, o.name
FROM tagging_wikipage w JOIN tagging_othername o ON o.page_id = w.id
WHERE w.title = ANY(%s) AND NOT w.is_deleted AND o.name ~ '[\u3041-\u30ff\u3400-\u9fff]'
ORDER BY w.title, o.position, o.id
"""


def _names_and_aliases(of_name: tuple[str, str], of_alias: tuple[str, str], exact: str, among: Among) -> list[Row]:
    """The largest tags by name and by alias, and in any case those called `exact`, which need not be large.

    `of_name` and `of_alias` are conditions with their parameter. Aliases are found before their tags (OFFSET 0 keeps
    the planner from walking through all tags in search of one with such an alias).
    """
    return _rows(
        f"""
        SELECT {_COLUMNS}, c.antecedent
        FROM (
            (SELECT t.id, NULL AS antecedent FROM tagging_tag t
             WHERE t.{of_name[0]}{among.condition} ORDER BY {among.order} LIMIT {CANDIDATES})
            UNION ALL
            (SELECT t.id, a.antecedent
             FROM (SELECT consequent_id, antecedent FROM tagging_tagalias WHERE {of_alias[0]} OFFSET 0) a
             JOIN tagging_tag t ON t.id = a.consequent_id
             WHERE TRUE{among.condition} ORDER BY {among.order} LIMIT {CANDIDATES})
            UNION ALL
            (SELECT t.id, NULL FROM tagging_tag t WHERE t.name = %s{among.condition})
            UNION ALL
            (SELECT t.id, a.antecedent FROM tagging_tagalias a JOIN tagging_tag t ON t.id = a.consequent_id
             WHERE a.antecedent = %s{among.condition})
        ) c JOIN tagging_tag t USING (id)
        """,  # noqa: S608 - see _rows
        [part for text in (of_name[1], of_alias[1], exact, exact) for part in (text, *among.params)],
    )


def _rows(statement: str, parameters: list[Any]) -> list[Row]:
    """Statements are put together from constants of this module alone; whatever somebody typed is a parameter."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Row(*columns) for columns in cursor.fetchall()]


def _escaped(text: str) -> str:
    """`text` as the part of a LIKE pattern that matches it alone."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
