"""The filter that is in force for a viewer, as conditions on `Post`: what `gallery.visibility` lays over everything.

A rule that is no search any more hides everything until its owner mended or lifted it: what it was meant to hide
nobody knows, and the worst a filter can do is to show it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, F, Func, Q

from gallery.filters.lifting import lifted_by, without_lifted
from gallery.filters.resolving import NEWEST, refresh, resolve_rules
from gallery.filters.spec import Resolved, Rules, Said
from gallery.filters.visitors import visitors_filter
from gallery.models.user import User
from gallery.models.view_filter import ViewFilter
from gallery.ratings import Rating

# Past so many tags each of a post's is looked up in a hash, where the operator would compare every pair.
MANY_TAGS = 60
EVERYTHING = Q(pk__isnull=False)
_CACHED = "_filter_in_force"


@dataclass(frozen=True)
class InForce:
    """`hides`, `blurs`: None for nothing. `hidden_ratings` aren't part of `hides`, they are ratings not shown.

    `muted`: the people whose posts are part of `hides`; their comments are folded.
    `broken`: rules that are no searches any more. `token` tells any two filters apart, for what is kept in caches.
    """

    name: str = ""
    hides: Q | None = None
    blurs: Q | None = None
    hidden_ratings: frozenset[Rating] = frozenset()
    broken: tuple[str, ...] = ()
    token: str = ""
    row_id: int | None = None
    muted: tuple[int, ...] = ()

    @property
    def hides_any(self) -> bool:
        """Whether anything can be hidden by it."""
        return self.hides is not None or bool(self.hidden_ratings)


NONE = InForce()


def in_force(viewer: User | AnonymousUser) -> InForce:
    """Made once for each viewer and request."""
    key = (getattr(viewer, "active_filter_id", None), lifted_by(viewer))
    kept = getattr(viewer, _CACHED, None)
    if kept is not None and kept[0] == key:
        made: InForce = kept[1]
        return made
    made = _in_force(viewer, lifted_by(viewer))
    setattr(viewer, _CACHED, (key, made))
    return made


def in_force_whole(viewer: User | AnonymousUser) -> InForce:
    """The filter with the rules that this request lifts."""
    return _in_force(viewer, frozenset())


def forget(viewer: User | AnonymousUser) -> None:
    """After a change of the filter by this very viewer."""
    if hasattr(viewer, _CACHED):
        delattr(viewer, _CACHED)


def lets_in(viewer: User | AnonymousUser) -> frozenset[str]:
    """The ratings that an account has turned on, or a visitor by a click; a filter takes from them."""
    if isinstance(viewer, User):
        return frozenset(viewer.shown_ratings) if viewer.is_active else frozenset({Rating.GENERAL.value})
    kept = visitors_filter(viewer)
    more = {Rating.SENSITIVE.value} if kept is not None and kept.sensitive else set()
    return frozenset({Rating.GENERAL.value, *more})


def said_by(row: ViewFilter) -> Said:
    """What a row says."""
    return Said(
        hidden_ratings=frozenset(map(Rating, row.hidden_ratings)),
        blurred_ratings=frozenset(map(Rating, row.blurred_ratings)),
        rules=Rules(tuple(row.hide_rules), tuple(row.blur_rules)),
        muted=tuple(row.muted_ids),
    )


def condition_on_tags(keys: list[int]) -> Q | None:
    """Posts with any of the tags; None for no tags."""
    if not keys:
        return None
    return Q(tag_ids__overlap=keys) if len(keys) <= MANY_TAGS else Q(_HasAny(keys))


def _in_force(viewer: User | AnonymousUser, lifted: frozenset[str]) -> InForce:
    if isinstance(viewer, User):
        if not viewer.is_active or viewer.active_filter_id is None:
            return NONE
        rows = ViewFilter.objects.filter(pk=viewer.active_filter_id).annotate(**NEWEST)
        # Five thousand rules are not read for what they come to.
        row = (rows if lifted else rows.defer("hide_rules", "blur_rules")).first()
        if row is None:
            return NONE
        refresh(row)
        token = f"{row.pk}.{row.version}.{row.resolved_at}.{'.'.join(sorted(lifted))}"
        if lifted:
            said = without_lifted(said_by(row), lifted, f"filter {row.pk}")
            return _compiled(viewer, row.name, said, resolve_rules(said.rules), token, row.pk)
        said = Said(
            frozenset(map(Rating, row.hidden_ratings)),
            frozenset(map(Rating, row.blurred_ratings)),
            muted=tuple(row.muted_ids),
        )
        resolved = Resolved(row.hide_tags, row.hide_queries, row.blur_tags, row.blur_queries, row.names)
        return _compiled(viewer, row.name, said, resolved, token, row.pk)
    kept = visitors_filter(viewer)
    if kept is None:
        return NONE
    said = without_lifted(kept.said, lifted, kept.scope) if lifted else kept.said
    return _compiled(viewer, "", said, resolve_rules(said.rules), f"{kept.scope}.{'.'.join(sorted(lifted))}", None)


def _compiled(
    viewer: User | AnonymousUser, name: str, said: Said, resolved: Resolved, token: str, row_id: int | None
) -> InForce:
    queries = [*resolved.hide_queries, *resolved.blur_queries]
    made: list[Q | None] = []
    if queries:
        # Here, not above: gallery.search asks gallery.visibility, which asks for the filter.
        from gallery.search.rules import conditions

        made = conditions(queries, resolved.names, viewer)
    broken = tuple(query for query, condition in zip(queries, made, strict=True) if condition is None)
    cut = len(resolved.hide_queries)
    hides = [condition_on_tags(resolved.hide_tags), *(EVERYTHING if one is None else one for one in made[:cut])]
    if said.muted:
        hides.append(Q(author_id__in=said.muted))
    blurs = [condition_on_tags(resolved.blur_tags), *(EVERYTHING if one is None else one for one in made[cut:])]
    if said.blurred_ratings:
        blurs.append(Q(rating__in=sorted(said.blurred_ratings)))
    return InForce(name, _any(hides), _any(blurs), said.hidden_ratings, broken, token, row_id, said.muted)


def _any(parts: Iterable[Q | None]) -> Q | None:
    result: Q | None = None
    for part in parts:
        if part is not None:
            result = part if result is None else result | part
    return result


class _HasAny(Func):
    """Whether a post has any of very many tags. PostgreSQL hashes the list once for the whole statement."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, keys: list[int]) -> None:
        super().__init__(F("tag_ids"))
        self.keys = keys

    def as_sql(self, compiler: Any, connection: Any, *_args: Any, **_extra: Any) -> Any:
        """The list as one parameter: Django's own arrays look at each of five thousand numbers several times."""
        column, params = compiler.compile(self.source_expressions[0])
        listed = "{" + ",".join(map(str, self.keys)) + "}"
        test = "had.id = ANY(%s::integer[])"
        return f"EXISTS (SELECT 1 FROM unnest({column}) AS had(id) WHERE {test})", [*params, listed]  # noqa: S608
