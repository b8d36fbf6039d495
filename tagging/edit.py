"""The one place where tags come into being and where their counters change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db.models import F

from tagging.models import Category, Tag, TagAlias
from tagging.names import normalise_tag, validate_tag


def ensure_tags(names: Iterable[str], category: Category = Category.GENERAL) -> list[Tag]:
    """The tags with these names, made where they are missing; aliases resolved, in input order, each tag once.

    `names` are normalised; `category` is given to new tags only. Raises TagNameError for the first name that no tag
    may have, before anything is written. Safe against others doing the same at the same moment.
    """
    wanted = list(dict.fromkeys(normalise_tag(name) for name in names))
    aliases = _aliases(wanted)
    missing: list[str] = []
    for name in wanted:
        if name not in aliases:
            validate_tag(name)
            missing.append(name)
    known = {tag.name: tag for tag in Tag.objects.filter(name__in=missing)}
    missing = sorted(name for name in missing if name not in known)
    if missing:
        # Sorted, so that two writers who add the same names wait for each other instead of locking up.
        Tag.objects.bulk_create([Tag(name=name, category=category) for name in missing], ignore_conflicts=True)
        known.update((tag.name, tag) for tag in Tag.objects.filter(name__in=missing))
    found = [aliases[name] if name in aliases else known[name] for name in wanted]
    return list({tag.pk: tag for tag in found}.values())


def resolve_tags(names: Iterable[str]) -> dict[str, Tag]:
    """Existing tags by the name asked for (canonical spelling), aliases followed; unknown names are left out."""
    wanted = set(names)
    return {tag.name: tag for tag in Tag.objects.filter(name__in=wanted)} | _aliases(wanted)


def change_post_counts(changes: Mapping[int, int]) -> None:
    """Adds `changes` (tag id → how many posts more or fewer) to the counters. Call it inside the transaction that
    changes the posts.

    Raises IntegrityError if a counter would fall below zero.
    """
    by_amount: dict[int, list[int]] = {}
    for tag_id, amount in changes.items():
        if amount:
            by_amount.setdefault(amount, []).append(tag_id)
    if not by_amount:
        return
    # Locked in one order first: two posts with the same tags must not wait for each other in a circle.
    locked = Tag.objects.select_for_update(no_key=True).filter(pk__in=changes).order_by("pk")
    list(locked.values_list("pk", flat=True))
    for amount, tag_ids in by_amount.items():
        Tag.objects.filter(pk__in=tag_ids).update(post_count=F("post_count") + amount)


def move_post_counts(before: Iterable[int], after: Iterable[int]) -> None:
    """Counters for one post whose tag ids were `before` and are `after` now."""
    changes = Counter(set(after))
    changes.subtract(set(before))
    change_post_counts(changes)


def _aliases(names: Iterable[str]) -> dict[str, Tag]:
    found = TagAlias.objects.filter(antecedent__in=list(names)).select_related("consequent")
    return {alias.antecedent: alias.consequent for alias in found}
