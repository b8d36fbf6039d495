"""What the filter in force hides of one search, rule by rule: counted among so many of the newest posts it hides."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from gallery.errors import SearchTimeout
from gallery.filters.in_force import InForce, in_force, in_force_whole, said_by
from gallery.filters.lifting import MUTED, rule_name
from gallery.filters.resolving import tag_of, tags_by_name
from gallery.filters.spec import HIDE, Said
from gallery.filters.visitors import visitors_filter
from gallery.labels.zones import names_level
from gallery.models import Post, User, ViewFilter
from gallery.ratings import Rating
from gallery.search.budget import COUNT_MS, time_budget
from gallery.search.compilation import Compilation
from gallery.search.compile import compile_search
from gallery.search.options import take_apart
from gallery.search.orders import by_id
from gallery.search.policy import find
from gallery.search.rules import conditions, look_up
from gallery.search.statements import Stretch
from gallery.visibility import Viewer, effective_ratings
from tagging.models import Tag, TagAlias
from tagging.query import parse
from tagging.query.values import Clock

MOST = 500
"""Posts that are looked at; of more the page says “more than”."""
LINES = 12


@dataclass(frozen=True)
class HiddenBy:
    """One rule and how many posts of the search it hides. `kind` is `rule`, `rating`, `muted` or `broken`; `name` lifts
    it for one page. A post that two rules hide counts for both."""

    kind: str
    text: str
    count: int
    name: str


@dataclass(frozen=True)
class HiddenPosts:
    """What a filter hides of a search: so many posts, without `exact` at least so many.

    `more_rules`: how many rules stand in no line.
    """

    filter_name: str
    row_id: int | None
    count: int
    exact: bool
    lines: list[HiddenBy]
    more_rules: int = 0
    broken: tuple[str, ...] = ()


def hidden_by_filter(query_text: str, viewer: Viewer) -> HiddenPosts | None:
    """None where nothing is hidden. Raises QueryError, Invalid and NotAllowed as the search itself does."""
    force = in_force(viewer)
    if not force.hides_any:
        return None
    tree = parse(query_text)
    compilation = Compilation(viewer, Clock(timezone.localtime()), any_zone=names_level(tree), any_filter=True)
    try:
        with time_budget(COUNT_MS) as budget:
            compiled = compile_search(take_apart(tree, compilation).rest, compilation)
            outside = replace(compiled, condition=compiled.condition & _hidden(force, viewer), only_tag=None)
            ids = [pk for pk, _key in find(budget, outside, Stretch(by_id(), None, MOST + 1)).rows]
    except SearchTimeout:
        return HiddenPosts(force.name, force.row_id, 0, False, [], broken=force.broken)
    if not ids and not force.broken:
        return None
    said, scope = _said(viewer, force)
    try:
        with time_budget(COUNT_MS):
            lines = _lines(ids[:MOST], said, scope, viewer) if ids else []
    except SearchTimeout:
        lines = []
    exact = len(ids) <= MOST
    return HiddenPosts(
        force.name, force.row_id, min(len(ids), MOST), exact, lines[:LINES], max(0, len(lines) - LINES), force.broken
    )


def lifted_among(viewer: Viewer, ids: list[int]) -> list[int]:
    """Those of the posts that the filter would hide if this request lifted nothing, and that it doesn't blur."""
    force = in_force_whole(viewer)
    hidden = Q(rating__in=sorted(force.hidden_ratings))
    if force.hides is not None:
        hidden |= force.hides
    posts = Post.objects.filter(hidden, pk__in=ids)
    blurs = in_force(viewer).blurs
    return list((posts if blurs is None else posts.exclude(blurs)).values_list("pk", flat=True))


def _hidden(force: InForce, viewer: Viewer) -> Q:
    """What the rules hide, and the ratings that the filter takes from those let in."""
    ratings = set(effective_ratings(viewer, any_filter=True)) & force.hidden_ratings
    by_rating = Q(rating__in=sorted(ratings))
    return by_rating if force.hides is None else by_rating | force.hides


def _said(viewer: Viewer, force: InForce) -> tuple[Said, str]:
    if isinstance(viewer, User) and force.row_id is not None:
        row = ViewFilter.objects.get(pk=force.row_id)
        return said_by(row), f"filter {row.pk}"
    kept = visitors_filter(viewer)
    return (kept.said, kept.scope) if kept else (Said(), "")


def _lines(ids: list[int], said: Said, scope: str, viewer: Viewer) -> list[HiddenBy]:
    """The rules that hide any of the posts, those that hide most of them first."""
    posts = Post.objects.filter(pk__in=ids)
    rows = list(posts.values_list("rating", "author_id", "tag_ids"))
    tags = Counter(tag for _rating, _author, tag_ids in rows for tag in tag_ids)
    found: list[HiddenBy] = []
    for rating in said.hidden_ratings:
        if number := sum(one == rating.value for one, _author, _tags in rows):
            lifts = rule_name(scope, "rating", rating.value)
            found.append(HiddenBy("rating", str(Rating(rating).label), number, lifts))
    muted = set(said.muted)
    if number := sum(author in muted for _rating, author, _tags in rows):
        found.append(HiddenBy("muted", "", number, rule_name(scope, MUTED)))
    plain = {rule: name for rule in said.rules.hide if (name := tag_of(rule)) is not None}
    keys = tags_by_name(_called(tags, plain.values()))
    for rule, name in plain.items():
        meant = keys.get(name, set())
        if len(meant) == 1:
            number = tags[next(iter(meant))]
        else:
            number = sum(not meant.isdisjoint(tag_ids) for _rating, _author, tag_ids in rows) if meant else 0
        # Names are digests: those of five thousand rules that hide nothing here would take longer than all the rest.
        if number:
            found.append(HiddenBy("rule", rule, number, rule_name(scope, HIDE, rule)))
    found += _by_queries([rule for rule in said.rules.hide if rule not in plain], posts, len(ids), scope, viewer)
    return sorted(found, key=lambda line: (-line.count, line.text))


def _called(tags: Iterable[int], names: Iterable[str]) -> set[str]:
    """Those of the names that may stand for one of the tags: of five thousand rules few have to be looked up."""
    called = set(Tag.objects.filter(pk__in=list(tags)).values_list("name", flat=True))
    called.update(TagAlias.objects.filter(consequent__in=list(tags)).values_list("antecedent", flat=True))
    return {name for name in names if name in called or not name.isascii()}


def _by_queries(queries: list[str], posts: QuerySet[Post], hidden: int, scope: str, viewer: Viewer) -> list[HiddenBy]:
    made = conditions(queries, look_up(queries), viewer)
    sums = {f"r{place}": Count("pk", filter=one) for place, one in enumerate(made) if one is not None}
    counted = posts.aggregate(**sums) if sums else {}
    lines = []
    for place, (query, one) in enumerate(zip(queries, made, strict=True)):
        # One that can't be read hides whatever there is.
        kind, number = ("broken", hidden) if one is None else ("rule", counted[f"r{place}"])
        if number:
            lines.append(HiddenBy(kind, query, number, rule_name(scope, HIDE, query)))
    return lines
