"""The one place where tags come into being and where their counters change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F

from tagging.models import Category, Tag, TagAlias
from tagging.names import normalise_tag, validate_tag
from tagging.other_names import tags_by_other_name


def ensure_tags(names: Iterable[str], category: Category | Mapping[str, Category] = Category.GENERAL) -> list[Tag]:
    """The tags with these names, made where they are missing; aliases and other names (`青い目`) resolved, in input
    order, each tag once.

    `names` are normalised; `category` (one for all, or by normalised name) is given to new tags only. Raises
    TagNameError for the first name that no tag may have, before anything is written. Safe against others doing the
    same at the same moment.
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
        kinds = category if isinstance(category, Mapping) else dict.fromkeys(missing, category)
        Tag.objects.bulk_create([Tag(name=name, category=kinds[name]) for name in missing], ignore_conflicts=True)
        known.update((tag.name, tag) for tag in Tag.objects.filter(name__in=missing))
    found = [aliases[name] if name in aliases else known[name] for name in wanted]
    return list({tag.pk: tag for tag in found}.values())


def resolve_tags(names: Iterable[str]) -> dict[str, Tag]:
    """Existing tags by the name asked for (canonical spelling); unknown names are left out.

    Aliases are followed. A name outside ASCII is looked for among the other names on wiki pages, where the largest tag
    wins. One statement for tags, one for aliases, and two more only if there are such names.
    """
    wanted = set(names)
    return {tag.name: tag for tag in Tag.objects.filter(name__in=wanted)} | _aliases(wanted)


def change_post_counts(changes: Mapping[int, int], general_changes: Mapping[int, int] | None = None) -> None:
    """Adds `changes` (tag id → how many posts more or fewer) to `post_count` and `general_changes` to
    `general_count`. Call it inside the transaction that changes the posts.

    Raises IntegrityError if a counter would fall below zero, or the general one rise above the other.
    """
    general = general_changes or {}
    by_amounts: dict[tuple[int, int], list[int]] = {}
    for tag_id in changes.keys() | general.keys():
        amounts = (changes.get(tag_id, 0), general.get(tag_id, 0))
        if any(amounts):
            by_amounts.setdefault(amounts, []).append(tag_id)
    if not by_amounts:
        return
    # Locked in one order first: two posts with the same tags must not wait for each other in a circle.
    changing = [tag_id for tag_ids in by_amounts.values() for tag_id in tag_ids]
    locked = Tag.objects.select_for_update(no_key=True).filter(pk__in=changing).order_by("pk")
    list(locked.values_list("pk", flat=True))
    for (amount, general_amount), tag_ids in by_amounts.items():
        Tag.objects.filter(pk__in=tag_ids).update(
            post_count=F("post_count") + amount, general_count=F("general_count") + general_amount
        )


@dataclass(frozen=True)
class Counted:
    """The tags of one post in whose counters it stands: in all of them, and in the ones for everybody."""

    tag_ids: frozenset[int] = frozenset()
    general: bool = False


def move_post_counts(before: Counted, after: Counted) -> None:
    """Counters for one post that was counted as `before` and is as `after` now."""
    changes, general_changes = Counter(after.tag_ids), Counter(after.tag_ids if after.general else ())
    changes.subtract(before.tag_ids)
    general_changes.subtract(before.tag_ids if before.general else ())
    change_post_counts(changes, general_changes)


def _aliases(names: Iterable[str]) -> dict[str, Tag]:
    """What the names stand for that aren't names of tags themselves."""
    asked = list(names)
    found = TagAlias.objects.filter(antecedent__in=asked).select_related("consequent")
    return {alias.antecedent: alias.consequent for alias in found} | tags_by_other_name(asked)
