"""Old names and implications: what keeps them sound, whoever changes them.

An alias leads one level, never to another alias; an implication closes no circle, says nothing that others say already
and has no old name for an end. The database refuses what would break that (migrations 0001 and 0003); here changes
are made so that it needn't, and what cannot be made is a `RelationError`. One lock makes writers wait for each other,
the same one as the triggers take: two edges that are harmless alone can close a circle together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tagging.edit import ensure_tags
from tagging.models import Tag, TagAlias, TagImplication
from tagging.names import normalise_tag, validate_tag

# Upwards: what follows from the tags %s. Downwards: what they follow from. Neither holds the tags themselves, unless
# they follow from each other.
_FOLLOWING = """
WITH RECURSIVE following(id) AS (
    SELECT consequent_id FROM tagging_tagimplication WHERE antecedent_id = ANY(%s)
    UNION
    SELECT i.consequent_id FROM tagging_tagimplication i JOIN following f ON i.antecedent_id = f.id
) SELECT id FROM following
"""
_LEADING = """
WITH RECURSIVE leading_to(id) AS (
    SELECT antecedent_id FROM tagging_tagimplication WHERE consequent_id = ANY(%s)
    UNION
    SELECT i.antecedent_id FROM tagging_tagimplication i JOIN leading_to l ON i.consequent_id = l.id
) SELECT id FROM leading_to
"""

# What the database calls its refusals, and what they are here.
_REFUSALS = {
    "tagging_alias_not_to_itself": "alias_to_itself",
    "tagging_alias_no_chain": "alias_chain",
    "tagging_alias_without_implications": "alias_has_implications",
    "tagging_implication_no_circle": "implication_circle",
    "tagging_implication_of_real_tags": "implication_of_old_name",
    "tagging_implication_not_to_itself": "implication_to_itself",
    "tagging_implication_once": "implication_exists",
}


class RelationError(Exception):
    """A relation between two tags that cannot be.

    `params` always has `antecedent` and `consequent` (names). Codes: alias_to_itself, alias_exists, alias_taken
    (current), alias_to_old_name (current), alias_chain, alias_has_implications, no_alias, implication_to_itself,
    implication_exists, implication_known, implication_circle, implication_of_old_name (old, current),
    implication_of_deprecated (name), no_implication.
    """

    def __init__(self, code: str, antecedent: str, consequent: str, **params: Any) -> None:
        self.code = code
        self.params: dict[str, Any] = {"antecedent": antecedent, "consequent": consequent, **params}
        super().__init__(f"{code}: {self.params}")


def implied_tags(tags: Iterable[Tag]) -> set[Tag]:
    """All that follows from any of `tags`, through any number of steps; one of them only if it follows from another."""
    return set(Tag.objects.filter(pk__in=RawSQL(_FOLLOWING, [[tag.pk for tag in tags]])))  # noqa: S611 (parameters)


def implying_tags(tags: Iterable[Tag]) -> set[Tag]:
    """All from which any of `tags` follows, through any number of steps."""
    return set(Tag.objects.filter(pk__in=RawSQL(_LEADING, [[tag.pk for tag in tags]])))  # noqa: S611 (parameters)


@transaction.atomic
def create_alias(antecedent: str, consequent: str) -> TagAlias:
    """Make `antecedent` an old name of `consequent`; the tag `consequent` is made where it is missing.

    Old names of `antecedent` lead to `consequent` from then on, and its implications become the other's as far as
    they are sound there. An alias the other way round is turned. Posts, pages and searches are left as they are
    (`gallery.bulk_updates` moves them). Raises RelationError and TagNameError.
    """
    old, new = normalise_tag(antecedent), normalise_tag(consequent)
    with _change(old, new):
        check_alias(old, new)
        TagAlias.objects.filter(antecedent=new, consequent__name=old).delete()
        (target,) = ensure_tags([new])
        edges = _move_aliases(old, target)
        alias = TagAlias.objects.create(antecedent=old, consequent=target)
        _move_implications(edges, old, target)
    return alias


@transaction.atomic
def move_relations(antecedent: str, consequent: str) -> Tag:
    """What `create_alias` does to old names and implications, without making an alias: for a tag that gets another
    name and shall not be found by its first one. Returns the tag `consequent`. Raises RelationError and TagNameError.
    """
    old, new = normalise_tag(antecedent), normalise_tag(consequent)
    with _change(old, new):
        check_alias(old, new)
        TagAlias.objects.filter(antecedent=new, consequent__name=old).delete()
        (target,) = ensure_tags([new])
        _move_implications(_move_aliases(old, target), old, target)
    return target


def check_alias(antecedent: str, consequent: str) -> None:
    """Raises RelationError or TagNameError if no alias can be made of these names as things stand now."""
    old, new = normalise_tag(antecedent), normalise_tag(consequent)
    if not Tag.objects.filter(name=old).exists():
        validate_tag(old)
    validate_tag(new)
    if old == new:
        raise RelationError("alias_to_itself", old, new)
    leads_to = alias_target(old)
    if leads_to is not None:
        raise RelationError("alias_exists" if leads_to == new else "alias_taken", old, new, current=leads_to)
    behind = alias_target(new)
    if behind is not None and behind != old:
        raise RelationError("alias_to_old_name", old, new, current=behind)


@transaction.atomic
def remove_alias(antecedent: str, consequent: str) -> None:
    """The name stands for itself again. Posts that were moved stay moved. Raises RelationError (no such alias)."""
    old, new = normalise_tag(antecedent), normalise_tag(consequent)
    with _change(old, new):
        if not TagAlias.objects.filter(antecedent=old, consequent__name=new).delete()[0]:
            raise RelationError("no_alias", old, new)


def alias_target(name: str) -> str | None:
    """The name of the tag that the old name `name` stands for; None if it is no old name."""
    return TagAlias.objects.filter(antecedent=name).values_list("consequent__name", flat=True).first()


@transaction.atomic
def create_implication(antecedent: str, consequent: str) -> TagImplication:
    """`antecedent` ⇒ `consequent`; both tags are made where they are missing.

    Implications that say nothing new beside it are removed. Posts are left as they are. Raises RelationError and
    TagNameError.
    """
    child, parent = normalise_tag(antecedent), normalise_tag(consequent)
    with _change(child, parent):
        check_implication(child, parent)
        (first,), (second,) = ensure_tags([child]), ensure_tags([parent])
        return _add_implication(first.pk, second.pk)


def check_implication(antecedent: str, consequent: str) -> None:
    """Raises RelationError or TagNameError if no such implication can be made as things stand now."""
    child, parent = normalise_tag(antecedent), normalise_tag(consequent)
    for name in (child, parent):
        validate_tag(name)
    if child == parent:
        raise RelationError("implication_to_itself", child, parent)
    for name in (child, parent):
        current = alias_target(name)
        if current is not None:
            raise RelationError("implication_of_old_name", child, parent, old=name, current=current)
    ends = {tag.name: tag for tag in Tag.objects.filter(name__in=[child, parent])}
    for tag in ends.values():
        if tag.is_deprecated:
            raise RelationError("implication_of_deprecated", child, parent, name=tag.name)
    if len(ends) < 2:
        return
    if TagImplication.objects.filter(antecedent=ends[child], consequent=ends[parent]).exists():
        raise RelationError("implication_exists", child, parent)
    if _follows(ends[child].pk, ends[parent].pk):
        raise RelationError("implication_known", child, parent)
    if _follows(ends[parent].pk, ends[child].pk):
        raise RelationError("implication_circle", child, parent)


@transaction.atomic
def remove_implication(antecedent: str, consequent: str) -> None:
    """Nothing follows from here any more. Posts keep the tags they got. Raises RelationError (no such implication)."""
    child, parent = normalise_tag(antecedent), normalise_tag(consequent)
    with _change(child, parent):
        found = TagImplication.objects.filter(antecedent__name=child, consequent__name=parent)
        if not found.delete()[0]:
            raise RelationError("no_implication", child, parent)


@transaction.atomic
def drop_implications(tag: Tag) -> int:
    """Removes all implications from and to `tag`, as for one that becomes deprecated; returns how many."""
    with _change(tag.name, tag.name):
        return len(_take_implications(tag.name))


def lock_relations() -> None:
    """Relations are changed by nobody else until this transaction ends. Tags and posts are locked after it, not before:
    the other way round two people could wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tagging_relations'))")


@contextmanager
def _change(antecedent: str, consequent: str) -> Iterator[None]:
    """One change of relations at a time, until its transaction ends; the database's refusals as RelationErrors."""
    lock_relations()
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        code = _REFUSALS.get(getattr(diagnosis, "constraint_name", None) or "")
        if code is None:
            raise
        raise RelationError(code, antecedent, consequent, old=antecedent, current=consequent) from error


def _follows(antecedent_id: int, consequent_id: int) -> bool:
    following = RawSQL(_FOLLOWING, [[antecedent_id]])  # noqa: S611 (parameters)
    return Tag.objects.filter(pk=consequent_id, pk__in=following).exists()


def _take_implications(name: str) -> list[TagImplication]:
    """Removes the implications from and to the tag `name` and returns what they were."""
    touching = TagImplication.objects.filter(Q(antecedent__name=name) | Q(consequent__name=name))
    edges = list(touching.select_related("antecedent", "consequent").order_by("pk"))
    TagImplication.objects.filter(pk__in=[edge.pk for edge in edges]).delete()
    return edges


def _move_aliases(old: str, target: Tag) -> list[TagImplication]:
    """Points old names of `old` to `target`, and takes the implications of `old` away; returns what they were."""
    for alias in TagAlias.objects.filter(consequent__name=old):
        alias.consequent = target
        alias.save(update_fields=["consequent"])
    return _take_implications(old)


def _move_implications(edges: list[TagImplication], old: str, target: Tag) -> None:
    """Makes those of the removed `edges` again with `target` in place of `old` that are sound and say something new."""
    for edge in edges:
        first, second = (target.pk if end.name == old else end.pk for end in (edge.antecedent, edge.consequent))
        if first != second and not _follows(first, second) and not _follows(second, first):
            _add_implication(first, second)


def _add_implication(antecedent_id: int, consequent_id: int) -> TagImplication:
    """The new edge, without those that it makes superfluous: from anything before it to anything behind it."""
    edge = TagImplication.objects.create(antecedent_id=antecedent_id, consequent_id=consequent_id)
    before = Q(antecedent_id=antecedent_id) | Q(antecedent__in=RawSQL(_LEADING, [[antecedent_id]]))  # noqa: S611
    behind = Q(consequent_id=consequent_id) | Q(consequent__in=RawSQL(_FOLLOWING, [[consequent_id]]))  # noqa: S611
    TagImplication.objects.filter(before & behind).exclude(pk=edge.pk).delete()
    return edge
