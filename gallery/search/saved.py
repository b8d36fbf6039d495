"""`search:`: the viewer's saved searches, put in the place of their label."""

from gallery.errors import Invalid, NotAllowed
from gallery.models import SavedSearch
from gallery.search.compilation import Compilation
from gallery.search.metatags import METATAGS
from gallery.search.names import MAX_WILDCARDS
from tagging.query import And, Metatag, Node, QueryError, Wildcard, conjunction, leaves, parse

# All that `search:` may add to one search; what is over stays out, the newest first.
MAX_TERMS, MAX_PATTERNS, MAX_CHARACTERS = 1000, 3 * MAX_WILDCARDS, 16_000
# Each walks through a family: so many in one search, saved ones included.
MAX_LINEAGES = 5


def check_lineages(tree: Node) -> None:
    """Raises Invalid for more lineage: than one search can walk through."""
    if _lineages(tree) > MAX_LINEAGES:
        raise Invalid("too_many_lineages", limit=MAX_LINEAGES)


def saved_trees(tree: Node, compilation: Compilation) -> dict[str, list[Node]]:
    """For each label in `tree` (folded), the trees of the saved searches with it.

    One that cannot be read any more, or that names saved searches itself, is left out; so is what only rules its order.
    Raises NotAllowed for who has no account.
    """
    labels = {fold(leaf.value) for leaf in leaves(tree) if isinstance(leaf, Metatag) and leaf.name == "search"}
    if not labels:
        return {}
    if compilation.member is None:
        raise NotAllowed("saved_searches_need_account")
    result: dict[str, list[Node]] = {label: [] for label in labels}
    terms = patterns = characters = 0
    lineages = _lineages(tree)
    for saved in SavedSearch.objects.filter(user=compilation.member).order_by("-pk"):
        wanted = [label for label in labels if label == "all" or label in map(fold, saved.labels)]
        found = _tree(saved.query) if wanted else None
        if found is None:
            continue
        words = list(leaves(found))
        terms += len(words)
        patterns += sum(isinstance(word, Wildcard) for word in words)
        characters += len(saved.query)
        lineages += _lineages(found)
        if terms > MAX_TERMS or patterns > MAX_PATTERNS or characters > MAX_CHARACTERS or lineages > MAX_LINEAGES:
            break
        for label in wanted:
            result[label].append(found)
    return result


def fold(label: str) -> str:
    """Labels are the same in any case, with `_` for a blank."""
    return label.strip().casefold().replace(" ", "_")


def _lineages(tree: Node) -> int:
    return sum(isinstance(leaf, Metatag) and leaf.name == "lineage" for leaf in leaves(tree))


def _tree(query: str) -> Node | None:
    try:
        tree = parse(query)
    except QueryError:
        return None
    top = tree.children if isinstance(tree, And) else (tree,)
    rest = conjunction(node for node in top if not (isinstance(node, Metatag) and _rules(node)))
    nested = any(isinstance(leaf, Metatag) and leaf.name == "search" for leaf in leaves(rest))
    return None if nested else rest


def _rules(node: Metatag) -> bool:
    """Whether it rules a whole search."""
    return node.name == "order" or (node.name in METATAGS and METATAGS[node.name].compile is None)
