"""Tags for the box at the caret, while somebody types."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from tagging.models import Tag, TagAlias
from tagging.names import MAX_LENGTH, normalise_tag

EVERY_TAG = Q()


@dataclass(frozen=True, slots=True)
class Completion:
    """One line of the list: a tag, and the old name that was typed (`antecedent`) if an alias led to it.

    `post_count` is of the posts that everybody may see (`Tag.general_count`).
    """

    name: str
    category: int
    post_count: int
    antecedent: str | None = None


def complete(prefix: str, limit: int = 10, *, among: Q = EVERY_TAG) -> list[Completion]:
    """Up to `limit` tags that fit `among`, for what was typed so far (normalised here).

    The tag of just that name comes first, then names and old names that begin so, largest first, then names in which
    a later word begins so (`hair` finds `long_hair`). Nothing for an empty prefix.
    """
    typed = normalise_tag(prefix)
    # Names are ASCII: anything else can't begin one, and no control character may reach the database.
    if not typed or len(typed) > MAX_LENGTH or limit < 1 or not all("!" <= character <= "~" for character in typed):
        return []
    tags = Tag.objects.filter(among).order_by("-general_count", "name")
    found: dict[str, Completion] = {}
    for tag in tags.filter(name=typed):
        found[tag.name] = Completion(tag.name, tag.category, tag.general_count)

    beginning = [
        Completion(tag.name, tag.category, tag.general_count) for tag in tags.filter(name__startswith=typed)[:limit]
    ]
    aliases = TagAlias.objects.filter(antecedent__startswith=typed).select_related("consequent")
    # A subquery, since `among` is a condition on tags.
    aliases = aliases.filter(consequent__in=tags.order_by()) if among else aliases
    for alias in aliases.order_by("-consequent__general_count", "antecedent")[:limit]:
        tag = alias.consequent
        line = Completion(tag.name, tag.category, tag.general_count, alias.antecedent)
        if alias.antecedent == typed:
            found.setdefault(tag.name, line)
        else:
            beginning.append(line)
    # By name before by alias where both lead to the same tag: the shorter explanation.
    for line in sorted(beginning, key=lambda line: (-line.post_count, line.antecedent is not None, line.name)):
        found.setdefault(line.name, line)

    if len(found) < limit:
        inside = Q(name__contains=f"_{typed}") | Q(name__contains=f"({typed}") | Q(name__contains=f"-{typed}")
        for tag in tags.filter(inside).exclude(name__in=found)[: limit - len(found)]:
            found[tag.name] = Completion(tag.name, tag.category, tag.general_count)
    return list(found.values())[:limit]
