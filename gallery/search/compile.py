"""A query tree as a condition on `Post`, the viewer's visibility included, in time linear in the tree."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from gallery.errors import SearchTimeout, UserFacingError
from gallery.models.post import STANDING
from gallery.search.budget import check_time
from gallery.search.compilation import Compilation
from gallery.search.expressions import ALL, NOTHING
from gallery.search.metatags import METATAGS
from gallery.search.metatags.files import in_pixels
from gallery.search.metatags.states import EVERY_STATUS, STATUSES
from gallery.search.metatags.times import BY_TIME
from gallery.search.names import Names, check_wildcards, resolve
from gallery.search.saved import check_lineages, fold, saved_trees
from gallery.visibility import Viewer
from tagging.query import And, Everything, Metatag, Node, Not, Or, QueryError, Wildcard, leaves, registry
from tagging.query import Tag as TagNode
from tagging.query.values import Numbers

UNKNOWN = float("inf")
# What a metatag that says it matches few posts is taken for.
FEW = 500.0
# The orders by what a metatag speaks of.
BOUNDS = {name: name for name in ("id", "score", "favcount", "views", "filesize", "tagcount", "mpixels")}
BOUNDS |= dict.fromkeys(BY_TIME, "created_at")


@dataclass(frozen=True)
class Compiled:
    """A search as SQL, and what is known beforehand of its result.

    `at_most` posts match, as far as the counters of tags tell (infinite where they tell nothing; it is a guess, since
    they count active posts). `by_index`: an index that is not on the order finds them. `windows`: by the name of an
    order, what the search says of its key, so that a walk through it begins where matches may be. `only_tag`: it is
    this one tag. `costly`: whether one post matches takes long to see. `together`: how many posts each of the tags has
    that a match needs all of.
    """

    condition: Q
    at_most: float = UNKNOWN
    by_index: bool = False
    windows: dict[str, list[Numbers]] = field(default_factory=dict)
    only_tag: int | None = None
    costly: bool = False
    together: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Part:
    condition: Q
    at_most: float = UNKNOWN
    by_index: bool = False


def compile_query(tree: Node, viewer: Viewer) -> Q:
    """What `tree` matches among the posts that `viewer`'s lists may hold: `compile_search` without the hints."""
    return compile_search(tree, Compilation.of(tree, viewer)).condition


def compile_search(tree: Node, compilation: Compilation) -> Compiled:
    """What `tree` matches among the posts that the viewer's lists may hold.

    Only active posts, unless the query names a status. What rules the whole search is not part of `tree`
    (`gallery.search.options`). Raises QueryError and the errors of single metatags (UserFacingError).
    """
    check_wildcards(tree)
    check_lineages(tree)
    saved = saved_trees(tree, compilation)
    names = resolve([tree, *(other for trees in saved.values() for other in trees)])
    any_status = names_status(tree)
    compiler = _Compiler(names, compilation, saved, any_status)
    part = compiler.part(tree)
    top = tree.children if isinstance(tree, And) else (tree,)
    windows: dict[str, list[Numbers]] = {}
    for node in top:
        if isinstance(node, Metatag) and node.name in BOUNDS:
            value = registry.read(node, compilation.clock)
            if isinstance(value, Numbers):
                in_units = in_pixels(value) if node.name == "mpixels" else value
                windows.setdefault(BOUNDS[node.name], []).append(in_units)
    needed = [names.tag(node.name) for node in top if isinstance(node, TagNode)]
    only = needed[0] if isinstance(tree, TagNode) else None
    return Compiled(
        condition=compilation.seen(any_status=any_status) & part.condition,
        at_most=part.at_most,
        by_index=part.by_index,
        windows=windows,
        only_tag=only.id if only else None,
        costly=any(METATAGS[leaf.name].costly for leaf in leaves(tree) if isinstance(leaf, Metatag)),
        together=tuple(tag.posts for tag in needed if tag is not None),
    )


def condition_alone(tree: Node, compilation: Compilation, names: Names) -> Q:
    """What `tree` matches among all posts, whoever may see them: for what is laid over a search. `names`: of all that
    the tree names. Raises QueryError and the errors of single metatags."""
    return _Compiler(names, compilation, {}, any_status=True).part(tree).condition


def names_status(tree: Node) -> bool:
    """Whether the search asks for posts by their state, which lifts the limit to active ones."""
    known = STATUSES.keys() | EVERY_STATUS.keys()
    for leaf in leaves(tree):
        if not isinstance(leaf, Metatag):
            continue
        words = {word.strip().lower() for word in leaf.value.split(",")}
        if leaf.name == "status" or (leaf.name == "is" and words & known):
            return True
    return False


class _Compiler:
    def __init__(self, names: Names, compilation: Compilation, saved: dict[str, list[Node]], any_status: bool) -> None:
        self.names = names
        self.compilation = compilation
        self.saved = saved
        self.any_status = any_status

    def part(self, node: Node) -> _Part:
        check_time()
        match node:
            case Everything():
                return _Part(ALL)
            case TagNode(name):
                tag = self.names.tag(name)
                return _Part(NOTHING, 0, True) if tag is None else _any_tag([(tag.id, tag.posts)])
            case Wildcard(pattern):
                return _any_tag([(tag.id, tag.posts) for tag in self.names.patterns[pattern]])
            case Metatag("search", value):
                return self._saved(fold(value))
            case Metatag(name):
                return self._metatag(node)
            case Not(child):
                return _Part(~self.part(child).condition)
            case And(children):
                return _all(self._siblings(children, all_of=True))
            case Or(children):
                return _any(self._siblings(children, all_of=False))

    def _metatag(self, node: Metatag) -> _Part:
        row = METATAGS[node.name]
        if row.compile is None:
            raise ValueError(f"{node.name}: rules the whole search and has no condition")
        value = registry.read(node, self.compilation.clock)
        few = row.few(value)
        return _Part(row.compile(value, self.compilation), FEW if few else UNKNOWN, few)

    def _saved(self, label: str) -> _Part:
        """Any of the saved searches; one that is not allowed any more is left out."""
        parts = []
        for tree in self.saved[label]:
            try:
                part = self.part(tree)
            except SearchTimeout:
                raise
            except (UserFacingError, QueryError):
                # A text that was a search when it was saved need not be one now: "today" moves, and so do calendars.
                continue
            if self.any_status and not names_status(tree):
                part = _all([part, _Part(Q(status__in=STANDING))])
            parts.append(part)
        return _any(parts) if parts else _Part(NOTHING, 0, True)

    def _siblings(self, children: tuple[Node, ...], *, all_of: bool) -> list[_Part]:
        """The parts of siblings, their plain tags as one array condition: one look into the index for all."""
        parts = [self.part(child) for child in children if not isinstance(child, TagNode)]
        tags = [self.names.tag(child.name) for child in children if isinstance(child, TagNode)]
        known = sorted({(tag.id, tag.posts) for tag in tags if tag is not None})
        if all_of and None in tags:
            return [_Part(NOTHING, 0, True)]
        if all_of and known:
            contained = Q(tag_ids__contains=[tag_id for tag_id, _posts in known])
            parts.insert(0, _Part(contained, min(posts for _tag_id, posts in known), True))
        elif tags:
            parts.insert(0, _any_tag(known))
        return parts


def _any_tag(tags: list[tuple[int, int]]) -> _Part:
    if not tags:
        return _Part(NOTHING, 0, True)
    ids = sorted(tag_id for tag_id, _posts in tags)
    condition = Q(tag_ids__contains=ids) if len(ids) == 1 else Q(tag_ids__overlap=ids)
    return _Part(condition, sum(posts for _tag_id, posts in tags), True)


def _all(parts: Iterable[_Part]) -> _Part:
    listed = list(parts)
    return _Part(
        reduce(and_, (part.condition for part in listed)),
        min(part.at_most for part in listed),
        any(part.by_index for part in listed),
    )


def _any(parts: Iterable[_Part]) -> _Part:
    listed = list(parts)
    return _Part(
        reduce(or_, (part.condition for part in listed)),
        sum(part.at_most for part in listed),
        all(part.by_index for part in listed),
    )
