"""Saved searches follow a tag to its new name."""

from gallery.models import SavedSearch
from tagging.names import normalise_tag
from tagging.query import And, Node, Not, Or, QueryError, Tag, conjunction, disjunction, parse, print_query

MAX_LABELS = 20
LONGEST = 4000


def rewrite_saved_searches(old: str, new: str) -> None:
    """Puts the tag `new` in place of `old` in every saved search that names it.

    Where somebody has the rewritten search already, its labels are joined and the older look at it counts.
    """
    naming = SavedSearch.objects.filter(query__icontains=old).order_by("pk").select_for_update()
    for saved in naming.iterator(chunk_size=500):
        query = renamed(saved.query, old, new)
        if query == saved.query or len(query) > LONGEST:
            continue
        same = SavedSearch.objects.filter(user=saved.user_id, query=query).first()
        if same is not None:
            same.labels = list(dict.fromkeys([*same.labels, *saved.labels]))[:MAX_LABELS]
            same.seen_id = min(same.seen_id, saved.seen_id)
            same.save(update_fields=["labels", "seen_id"])
            saved.delete()
        else:
            saved.query = query
            saved.save(update_fields=["query"])


def renamed(query: str, old: str, new: str) -> str:
    """`query` in canonical text with the tag `new` for `old`; as it is where it cannot be read or lacks the tag."""
    try:
        tree = parse(query)
        changed = _with_name(tree, old, new)
        return query if changed == tree else print_query(changed)
    except QueryError:
        return query


def _with_name(node: Node, old: str, new: str) -> Node:
    match node:
        case Tag(name) if normalise_tag(name) == old:
            return Tag(new, node.column)
        case Not(child):
            return Not(_with_name(child, old, new))
        case And(children):
            return conjunction(_with_name(child, old, new) for child in children)
        case Or(children):
            return disjunction(_with_name(child, old, new) for child in children)
        case _:
            return node
