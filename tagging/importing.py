"""Vocabularies from elsewhere: CSV files as they are exchanged for Danbooru's tags.

Three kinds are read: lists for autocompletion (`name,category,post_count,"alias1,alias2"`, with or without a heading),
exports of tags (a heading with `name` and `category`), and exports of aliases or implications (a heading with
`antecedent_name` and `consequent_name`). Imported tags are `in_vocabulary`. Numbers of other sites' posts are not ours
and are left out. What cannot be taken is listed, not fatal; doing it again changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, islice
from typing import TextIO

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from tagging.messages import explain_name
from tagging.models import Category, Tag, TagAlias, TagImplication, TagVersion
from tagging.names import TagNameError, normalise_tag, validate_tag

BATCH = 5000
LONGEST_FIELD = 1 << 20
INACTIVE = frozenset({"deleted", "retired", "pending", "processing", "queued"})
_CATEGORIES = {word: category for category in Category for word in (str(category.value), category.name.lower())}
TRUE = frozenset({"t", "true", "1"})


class Kind(StrEnum):
    """What a file holds."""

    TAGS = "tags"
    ALIASES = "aliases"
    IMPLICATIONS = "implications"


class UnreadableFile(Exception):  # noqa: N818 - the name is read as a sentence
    """The file is of no kind that is known; the message says what would be right."""


@dataclass(frozen=True)
class Row:
    """One tag of a file, or one relation (`name` is the antecedent, `others` holds the consequent); names are in
    canonical spelling, not checked."""

    line: int
    name: str
    category: str = "0"
    others: tuple[str, ...] = ()
    deprecated: bool = False


@dataclass
class Report:
    """What an import did. `refused`: line, name and why for all that could not be taken."""

    rows: int = 0
    tags_made: int = 0
    tags_known: int = 0
    aliases_made: int = 0
    aliases_known: int = 0
    implications_made: int = 0
    implications_known: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def refuse(self, row: Row, name: str, why: str) -> None:
        """Note what could not be taken."""
        self.refused.append((row.line, name[:200], why))


def import_tags(
    file: TextIO, kind: Kind | None = None, *, dry_run: bool = False, progress: Callable[[int], None] | None = None
) -> Report:
    """Takes over what `file` holds, all of it or, where something breaks, nothing. `kind` is asked for only where the
    heading does not tell; `progress` hears of the rows done. Raises UnreadableFile.
    """
    report = Report()
    kind, rows = read_rows(file, kind)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tagging_relations'))")
        if kind is Kind.TAGS:
            _import_tags(rows, report, progress)
        elif kind is Kind.ALIASES:
            with_target = ((row, row.name, row.others[0]) for row in _counted(rows, report, progress))
            _import_aliases(with_target, frozenset(), report)
        else:
            _import_implications(_counted(rows, report, progress), report)
        if dry_run:
            transaction.set_rollback(True)
    return report


def read_rows(file: TextIO, kind: Kind | None = None) -> tuple[Kind, Iterator[Row]]:
    """What the file is, and its rows; lines that are no rows are left out. Raises UnreadableFile."""
    csv.field_size_limit(LONGEST_FIELD)
    lines = csv.reader(file)
    first = next(lines, None)
    if first is None:
        raise UnreadableFile(_("The file is empty."))
    heading = [cell.strip().lower().removeprefix("\ufeff") for cell in first]
    if "antecedent_name" in heading and "consequent_name" in heading:
        if kind not in (Kind.ALIASES, Kind.IMPLICATIONS):
            raise UnreadableFile(
                _("The heading does not tell aliases from implications; say --kind aliases or --kind implications.")
            )
        return kind, _relations(lines, heading)
    if "name" in heading:
        return Kind.TAGS, _tags_with_heading(lines, heading)
    if len(first) >= 2 and first[1].strip().isdecimal():
        first[0] = first[0].removeprefix("\ufeff")
        return Kind.TAGS, _tags_of_list(chain([first], lines))
    raise UnreadableFile(
        _(
            "This is no list of tags: its first line should be a heading with “name”, or with “antecedent_name” and "
            "“consequent_name”, or a row such as 1girl,0,5000000."
        )
    )


def _tags_of_list(lines: Iterable[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=1):
        if len(cells) >= 2 and cells[0].strip():
            aliases = _names_in(cells[3]) if len(cells) > 3 else ()
            yield Row(number, normalise_tag(cells[0]), cells[1].strip(), aliases)


def _names_in(cell: str) -> tuple[str, ...]:
    return tuple(normalise_tag(name) for name in cell.split(",") if name.strip())


def _tags_with_heading(lines: Iterable[list[str]], heading: list[str]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        named = dict(zip(heading, cells, strict=False))
        if named.get("name", "").strip():
            aliases = _names_in(named.get("aliases", ""))
            deprecated = named.get("is_deprecated", "").strip().lower() in TRUE
            yield Row(
                number, normalise_tag(named["name"]), named.get("category", "").strip() or "0", aliases, deprecated
            )


def _relations(lines: Iterable[list[str]], heading: list[str]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        named = dict(zip(heading, cells, strict=False))
        ends = named.get("antecedent_name", "").strip(), named.get("consequent_name", "").strip()
        if all(ends) and named.get("status", "active").strip().lower() not in INACTIVE:
            yield Row(number, normalise_tag(ends[0]), others=(normalise_tag(ends[1]),))


def _counted(rows: Iterable[Row], report: Report, progress: Callable[[int], None] | None) -> Iterator[Row]:
    for row in rows:
        report.rows += 1
        if progress and report.rows % BATCH == 0:
            progress(report.rows)
        yield row


def _import_tags(rows: Iterable[Row], report: Report, progress: Callable[[int], None] | None) -> None:
    aliases: list[tuple[Row, str, str]] = []
    listed: set[str] = set()
    waiting = _counted(rows, report, progress)
    while batch := list(islice(waiting, BATCH)):
        wanted: dict[str, tuple[Category, bool]] = {}
        for row in batch:
            name, category = _name(row, row.name, report), _category(row, report)
            if name is None or category is None:
                continue
            wanted.setdefault(name, (category, row.deprecated))
            aliases.extend((row, other, name) for other in row.others)
        old = dict(TagAlias.objects.filter(antecedent__in=_array(wanted)).values_list("antecedent", "consequent__name"))
        for row in batch:
            if row.name in old and wanted.pop(row.name, None) is not None:
                report.refuse(row, row.name, _("It is an old name of “%(current)s” here.") % {"current": old[row.name]})
        listed.update(wanted)
        _make_tags(wanted, report)
    _import_aliases(aliases, listed, report)


def _make_tags(wanted: dict[str, tuple[Category, bool]], report: Report) -> None:
    has_versions = Exists(TagVersion.objects.filter(tag=OuterRef("pk")))
    known = set()
    by_category: dict[Category, list[str]] = {}
    found = Tag.objects.filter(name__in=_array(wanted)).values_list(
        "name", "category", "post_count", "in_vocabulary", has_versions
    )
    for name, category, post_count, in_vocabulary, changed_by_people in found:
        known.add(name)
        imported = wanted[name][0]
        # What people or posts have made of a tag stays; one that nobody has used yet takes the category.
        keeps = category != Category.GENERAL or post_count > 0 or changed_by_people or imported == category
        if not (keeps and in_vocabulary):
            by_category.setdefault(Category(category) if keeps else imported, []).append(name)
    for category, names in by_category.items():
        Tag.objects.filter(name__in=_array(names)).update(category=category, in_vocabulary=True)
    new = [
        Tag(name=name, category=wanted[name][0], is_deprecated=wanted[name][1], in_vocabulary=True)
        for name in sorted(wanted.keys() - known)
    ]
    Tag.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    report.tags_made += len(new)
    report.tags_known += len(known)


def _array(names: Iterable[str]) -> RawSQL:
    """Names as one parameter of a statement instead of thousands, which take longer to read than to look up."""
    return RawSQL("SELECT unnest(%s::text[])", [list(names)])


def _import_aliases(rows: Iterable[tuple[Row, str, str]], listed: frozenset[str] | set[str], report: Report) -> None:
    """`rows` are (row, antecedent, consequent); an antecedent that is `listed` as a tag of its own stays one."""
    leads_to = dict(TagAlias.objects.values_list("antecedent", "consequent__name"))
    targets = set(leads_to.values())
    edges = TagImplication.objects.values_list("antecedent__name", "consequent__name")
    implied = {name for edge in edges for name in edge}
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        names = {name for _row, *pair in batch for name in pair}
        _ensure(sorted(names - leads_to.keys()), batch, report)
        asked = _array(names | {leads_to.get(name, name) for name in names})
        tags = {tag.name: tag for tag in Tag.objects.filter(name__in=asked).only("name", "post_count")}
        new = []
        for row, antecedent, consequent in batch:
            target_name = leads_to.get(consequent, consequent)
            old, target = _name(row, antecedent, report), tags.get(target_name)
            if old is None or target is None or old == target_name:
                continue
            if leads_to.get(old) == target_name:
                report.aliases_known += 1
                continue
            why = _no_alias(old, leads_to, targets, listed, tags, implied)
            if why:
                report.refuse(row, old, why)
                continue
            leads_to[old] = target_name
            targets.add(target_name)
            new.append(TagAlias(antecedent=old, consequent=target))
        TagAlias.objects.bulk_create(new, batch_size=BATCH)
        report.aliases_made += len(new)


def _no_alias(
    old: str,
    leads_to: dict[str, str],
    targets: set[str],
    listed: frozenset[str] | set[str],
    tags: dict[str, Tag],
    implied: set[str],
) -> str:
    """Why `old` cannot become an old name; empty if it can."""
    if old in leads_to:
        return _("It is an old name of “%(current)s” here.") % {"current": leads_to[old]}
    if old in listed:
        return _("It is a tag of its own in this file.")
    if old in targets:
        return _("Other names lead to it.")
    if old in implied:
        return _("It has implications.")
    if old in tags and tags[old].post_count:
        return _("Posts have it as a tag; ask for the alias in a bulk update.")
    return ""


def _ensure(names: list[str], batch: list[tuple[Row, str, str]], report: Report) -> None:
    """Makes the consequents of a batch of aliases that don't exist yet."""
    wanted = {consequent: row for row, _antecedent, consequent in batch}
    _make_missing([name for name in names if name in wanted], wanted, report)


def _make_missing(names: Iterable[str], rows: dict[str, Row], report: Report) -> None:
    known = set(Tag.objects.filter(name__in=_array(names)).values_list("name", flat=True))
    new = [
        Tag(name=name, in_vocabulary=True) for name in names if name not in known and _name(rows[name], name, report)
    ]
    Tag.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    report.tags_made += len(new)


def _import_implications(rows: Iterable[Row], report: Report) -> None:
    leads_to = dict(TagAlias.objects.values_list("antecedent", "consequent__name"))
    graph = _Graph(TagImplication.objects.values_list("antecedent__name", "consequent__name"))
    before = set(graph.edges())
    ends: dict[str, Row] = {}
    for row in rows:
        child, parent = (leads_to.get(name, name) for name in (row.name, row.others[0]))
        if _name(row, child, report) is None or _name(row, parent, report) is None:
            continue
        if child == parent or graph.follows(child, parent):
            report.implications_known += 1
        elif graph.follows(parent, child):
            report.refuse(row, child, _("“%(name)s” implies it, so it would close a circle.") % {"name": parent})
        else:
            graph.add(child, parent)
            ends.setdefault(child, row)
            ends.setdefault(parent, row)
    after = set(graph.edges())
    gone, new = before - after, sorted(after - before)
    _make_missing(sorted(ends), ends, report)
    tags = {tag.name: tag for tag in Tag.objects.filter(name__in=_array({name for edge in new for name in edge}))}
    usable = [(a, b) for a, b in new if not (tags[a].is_deprecated or tags[b].is_deprecated)]
    for child, parent in gone:
        TagImplication.objects.filter(antecedent__name=child, consequent__name=parent).delete()
    TagImplication.objects.bulk_create(
        [TagImplication(antecedent=tags[child], consequent=tags[parent]) for child, parent in usable], batch_size=BATCH
    )
    report.implications_made += len(usable)
    for child, parent in set(new) - set(usable):
        report.refuse(ends[child], child, _("It or “%(name)s” is deprecated.") % {"name": parent})


class _Graph:
    """Implications by name, without circles and without edges that say what others say."""

    def __init__(self, edges: Iterable[tuple[str, str]]) -> None:
        self.up: dict[str, set[str]] = {}
        self.down: dict[str, set[str]] = {}
        for child, parent in edges:
            self._put(child, parent)

    def edges(self) -> Iterator[tuple[str, str]]:
        return ((child, parent) for child, parents in self.up.items() for parent in parents)

    def follows(self, child: str, parent: str) -> bool:
        return parent in self._reached(child, self.up)

    def add(self, child: str, parent: str) -> None:
        before = {child, *self._reached(child, self.down)}
        behind = {parent, *self._reached(parent, self.up)}
        for first in before:
            for second in self.up.get(first, set()) & behind:
                self.up[first].discard(second)
                self.down[second].discard(first)
        self._put(child, parent)

    def _put(self, child: str, parent: str) -> None:
        self.up.setdefault(child, set()).add(parent)
        self.down.setdefault(parent, set()).add(child)

    def _reached(self, start: str, edges: dict[str, set[str]]) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            new = edges.get(waiting.pop(), set()) - found
            found |= new
            waiting.extend(new)
        return found


def _name(row: Row, name: str, report: Report) -> str | None:
    try:
        validate_tag(name)
    except TagNameError as error:
        report.refuse(row, name, explain_name(error))
        return None
    return name


def _category(row: Row, report: Report) -> Category | None:
    category = _CATEGORIES.get(row.category.lower())
    if category is not None:
        return category
    report.refuse(row, row.name, _("There is no category “%(category)s” here.") % {"category": row.category})
    return None
