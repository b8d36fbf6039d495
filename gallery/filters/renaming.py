"""The rules of filters follow a tag to its new name."""

from collections.abc import Callable

from django.db.models import CharField, F, Func, Q, QuerySet, Value

from gallery.filters.resolving import keep_resolved
from gallery.models import ViewFilter


def rewrite_rules(old: str, renamed: Callable[[str], str], *, keep_old: bool = False) -> None:
    """Puts `renamed(rule)` in the place of every rule that may name the tag `old`, or beside it (`keep_old`).

    Whoever has the form of such a filter open is told, when they save, that it was changed.
    """
    for row in _naming(old).order_by("pk").select_for_update().iterator(chunk_size=100):
        hide, blur = (
            list(dict.fromkeys([*(rules if keep_old else ()), *map(renamed, rules)]))
            for rules in (row.hide_rules, row.blur_rules)
        )
        if (hide, blur) == (row.hide_rules, row.blur_rules):
            continue
        row.hide_rules, row.blur_rules = hide, [rule for rule in blur if rule not in hide]
        row.version += 1
        keep_resolved(row)
        row.save()


def _naming(old: str) -> QuerySet[ViewFilter]:
    said = {
        f"{kind}_text": Func(F(f"{kind}_rules"), Value("\n"), function="array_to_string", output_field=CharField())
        for kind in ("hide", "blur")
    }
    return ViewFilter.objects.alias(**said).filter(Q(hide_text__icontains=old) | Q(blur_text__icontains=old))
