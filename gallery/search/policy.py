"""Which way to the rows of a search is the short one.

There are two. A *walk* goes through the posts in the order that was asked for and stops as soon as the page is full:
short if matches are frequent there. *Matching* finds all matches first, by the index on tags, and sorts them: short if
there are few. PostgreSQL chooses between them as if the posts of a tag lay evenly over time and tags went together by
chance. It then walks through every post there is for two large tags that exclude each other, for a franchise that
nobody draws any more, for three tags that hardly meet. So the choice is made here, from what the counters of tags tell,
and a walk only goes so far before all is matched.

With n matches among N posts, spread evenly, a page of k takes a walk of k·N/n posts, and matching takes n. Looking at
one match costs about as much as `STEPS_PER_MATCH` steps of a walk (it lies anywhere, a step is a neighbour), so both
are equal at n = √(k·N/STEPS_PER_MATCH): up to there tags are rare. A walk for so many matches takes n·STEPS_PER_MATCH
steps; after `PATIENCE` times that, matches lie elsewhere. At a million posts and 40 a page that makes 4,500 matches and
18,000 steps, about 20 ms; at ten million 14,000 and 57,000, where the best fixed number was 60,000 when measured.

How many matches several tags have together no counter tells: as many as the rarest has if one brings the other, and
far fewer if they meet by chance. The middle of both (on a scale of factors) is the guess. Where it says rare, and the
rarest tag rules out a disaster, the walk is not even tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any

from gallery.search.budget import Budget
from gallery.search.compile import Compiled
from gallery.search.places import Place
from gallery.search.statements import Stretch, horizon_of, match_all, walk

STEPS_PER_MATCH = 2.0
PATIENCE = 2.0
# So much more than thought a search may match at worst: 45,000 of a million, a tenth of a second.
WORST_TIMES = 10.0
# So few posts are looked at in no time, whichever way.
SMALL_SITE = 5_000
# A step that reads a prompt or counts children takes about so many plain ones.
COSTLY_STEP = 8
# Tags on more than this part of all posts are met so often on a walk that their index is the longer way.
DENSE = 1 / 4
# More matches than this are not kept in memory to be sorted by an order without an index; the best ones are kept.
MANY = 100_000

# A walk is a walk: no bitmap of all matches, no hash of a whole table for a test that a few rows need.
WALKING: Mapping[str, str] = {
    "enable_bitmapscan": "off",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
# The planner's guess at the number of matches is worth nothing for tags that go together, so that it may read the
# whole table where the index on tags would find three posts.
MATCHING: Mapping[str, str] = {"enable_seqscan": "off"}
# Posts that nearly all match are read one after another.
PASSING: Mapping[str, str] = {"enable_bitmapscan": "off"}


@dataclass(frozen=True)
class Found:
    """Rows `(id, key)` in the order of the stretch; `total` is the number of all matches where the way told it.

    `way` is what was done: "walk" (the planner's choice), "probe" (a walk that was long enough), "match" (all matches
    at once), "sort" (an order without an index over many matches), "nothing" (no post can match).
    """

    rows: list[tuple[int, Any]]
    way: str
    total: int | None = None


def find(budget: Budget, compiled: Compiled, stretch: Stretch) -> Found:
    """The rows of a stretch, by the way that is short. Raises SearchTimeout."""
    ordering = stretch.ordering
    posts = newest_id(budget)
    rare = sqrt(stretch.needed * max(posts, 1) / STEPS_PER_MATCH)
    indexed = compiled.by_index or ordering.few
    if ordering.few or (indexed and (compiled.at_most <= rare or _rarely_together(compiled, posts, rare))):
        return _match(budget, compiled, stretch, indexed)
    if ordering.table is None:
        if compiled.at_most <= MANY:
            return _match(budget, compiled, stretch, indexed)
        return _walk(budget, compiled, stretch, "sort", counting(compiled, posts))
    if posts <= SMALL_SITE:
        return _walk(budget, compiled, stretch, "walk")
    steps = int(PATIENCE * STEPS_PER_MATCH * rare / (COSTLY_STEP if compiled.costly else 1))
    horizon, found_end = _horizon(budget, compiled, stretch, steps, posts)
    found = _walk(budget, compiled, stretch, "probe", WALKING, horizon)
    if found_end or len(found.rows) == stretch.size:
        return found
    return _match(budget, compiled, stretch, indexed)


def counting(compiled: Compiled, posts: int) -> Mapping[str, str] | None:
    """The settings for a statement that has to meet every match, or very many of them, among `posts`."""
    if not compiled.by_index:
        return None
    return PASSING if compiled.at_most > posts * DENSE else MATCHING


def _rarely_together(compiled: Compiled, posts: int, rare: float) -> bool:
    """Whether tags of which each has many posts are thought to have few in common."""
    if len(compiled.together) < 2 or compiled.at_most > WORST_TIMES * rare:
        return False
    by_chance = posts * prod(min(1.0, count / max(posts, 1)) for count in compiled.together)
    return sqrt(compiled.at_most * by_chance) <= rare


def newest_id(budget: Budget) -> int:
    """About the number of posts: ids are counted up, and few are ever deleted."""
    return int(budget.run('SELECT coalesce(max(id), 0) FROM "gallery_post"', [])[0][0])


def _horizon(
    budget: Budget, compiled: Compiled, stretch: Stretch, steps: int, newest: int
) -> tuple[Place | None, bool]:
    """The place that a walk of so many steps does not go past; None, and True, if the order ends before."""
    if stretch.ordering.by_id and "id" not in compiled.windows:
        return _id_horizon(stretch, steps, newest)
    statement = horizon_of(compiled, stretch, steps)
    rows = budget.run(*statement, {"enable_seqscan": "off"}) if statement else []
    if not rows:
        return None, True
    key, post_id = rows[0]
    return Place(not stretch.ascending, post_id, key), False


def _id_horizon(stretch: Stretch, steps: int, newest: int) -> tuple[Place | None, bool]:
    """Ids are counted without looking; where some are missing, the walk is a little shorter."""
    place = stretch.place
    if stretch.ascending:
        end = (place.id if place else 0) + steps
        return (None, True) if end > newest else (Place(False, end, end), False)
    end = min(place.id if place else newest + 1, newest + 1) - steps
    return (None, True) if end <= 0 else (Place(True, end, end), False)


def _walk(
    budget: Budget,
    compiled: Compiled,
    stretch: Stretch,
    way: str,
    planner: Mapping[str, str] | None = None,
    horizon: Place | None = None,
) -> Found:
    statement = walk(compiled, stretch, horizon)
    if statement is None:
        return Found([], "nothing", 0)
    return Found([(row[0], row[1]) for row in budget.run(*statement, planner)], way)


def _match(budget: Budget, compiled: Compiled, stretch: Stretch, indexed: bool) -> Found:
    statement = match_all(compiled, stretch)
    if statement is None:
        return Found([], "nothing", 0)
    ((total, ids, keys),) = budget.run(*statement, MATCHING if indexed else None)
    return Found(list(zip(ids, keys, strict=True)), "match", total)
