"""What the rules of a filter come to: the tags that plain names stand for now, kept on the row and looked up anew when
names change their meaning."""

import re
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Max
from django.db.models.expressions import RawSQL
from django.utils import timezone

from gallery.filters.spec import Resolved, Rules
from gallery.models import ViewFilter
from tagging.edit import resolve_tags
from tagging.models import Tag, TagAlias
from tagging.names import normalise_tag
from tagging.query import QueryError, parse
from tagging.query import Tag as TagNode

OLDEST = timedelta(minutes=5)
"""Names on wiki pages and removed aliases are noticed after so long, new tags and aliases at once."""
_PLAIN = re.compile("[a-z0-9][a-z0-9_]*", re.ASCII)
_WORDS = frozenset({"and", "or", "not"})
NEWEST = {
    "newest_tag_now": RawSQL("(SELECT coalesce(max(id), 0) FROM tagging_tag)", ()),
    "newest_alias_now": RawSQL("(SELECT coalesce(max(id), 0) FROM tagging_tagalias)", ()),
}
"""Loaded beside a row, they say whether names may have changed their meaning, without a query of its own."""


def tag_of(rule: str) -> str | None:
    """The name of the tag that a rule in canonical text is; None for any other search, and for what is none."""
    if _PLAIN.fullmatch(rule) and rule not in _WORDS:
        return rule
    try:
        tree = parse(rule)
    except QueryError:
        return None
    return normalise_tag(tree.name) if isinstance(tree, TagNode) else None


def tags_by_name(names: Iterable[str]) -> dict[str, set[int]]:
    """The keys of all tags that each name may stand for. Of an old name that is the old tag as well: while posts are
    being moved to the new one, some still have it."""
    wanted = set(names)
    found: dict[str, set[int]] = {name: {tag.pk} for name, tag in resolve_tags(wanted).items()}
    for name, pk in Tag.objects.filter(name__in=wanted).values_list("name", "pk"):
        found.setdefault(name, set()).add(pk)
    return found


def resolve_rules(rules: Rules) -> Resolved:
    """Two queries for all plain tags, and those of `gallery.search.names` for the rest."""
    # Here, not above: gallery.search asks gallery.visibility, which asks for the filter.
    from gallery.search.rules import look_up

    names = {rule: tag_of(rule) for rule in (*rules.hide, *rules.blur)}
    plain = {name for name in names.values() if name is not None}
    found = tags_by_name(plain)
    queries = [rule for rule, name in names.items() if name is None]
    looked_up = look_up(queries) if queries else {}

    def keys(listed: tuple[str, ...]) -> list[int]:
        return sorted({pk for rule in listed if (name := names[rule]) for pk in found.get(name, ())})

    def rest(listed: tuple[str, ...]) -> list[str]:
        return [rule for rule in listed if names[rule] is None]

    return Resolved(
        hide_tags=keys(rules.hide),
        hide_queries=rest(rules.hide),
        blur_tags=keys(rules.blur),
        blur_queries=rest(rules.blur),
        names=looked_up,
        watches_new_tags=bool(queries) or len(found) < len(plain),
    )


def keep_resolved(row: ViewFilter) -> None:
    """Writes onto the object what its rules come to now; the caller saves it."""
    row.newest_tag, row.newest_alias = newest_names()
    resolved = resolve_rules(Rules(tuple(row.hide_rules), tuple(row.blur_rules)))
    for name in RESOLVED:
        setattr(row, name, getattr(resolved, name))
    row.resolved_at = timezone.now()


def refresh(row: ViewFilter) -> None:
    """Looks the names up anew where they may mean something else by now; `row` was loaded with NEWEST."""
    newest_tag, newest_alias = row.newest_tag_now, row.newest_alias_now  # type: ignore[attr-defined]
    old = row.resolved_at is None or row.resolved_at < timezone.now() - OLDEST
    if not old and newest_alias == row.newest_alias and not (row.watches_new_tags and newest_tag != row.newest_tag):
        return
    keep_resolved(row)
    # Not over the words of somebody who saves at this moment.
    fresh = {name: getattr(row, name) for name in (*RESOLVED, "resolved_at", "newest_tag", "newest_alias")}
    ViewFilter.objects.filter(pk=row.pk, version=row.version).update(**fresh)


def newest_names() -> tuple[int, int]:
    """The keys of the newest tag and the newest alias."""
    newest = (model.objects.aggregate(newest=Max("pk"))["newest"] or 0 for model in (Tag, TagAlias))
    tag, alias = newest
    return tag, alias


RESOLVED = ("hide_tags", "hide_queries", "blur_tags", "blur_queries", "names", "watches_new_tags")
