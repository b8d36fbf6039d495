"""A query tree as a condition on `Post`, the viewer's visibility included, in time linear in the tree."""

import re
from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from gallery.errors import Invalid
from gallery.models import PostGeneration, User
from gallery.models.post import PostStatus
from gallery.visibility import Viewer, visible_posts
from tagging.edit import resolve_tags
from tagging.models import Tag
from tagging.names import normalise_tag
from tagging.query import And, Everything, Metatag, Node, Not, Or, Wildcard, leaves, registry
from tagging.query import Tag as TagNode
from tagging.query.values import Choices, Numbers, Text, UserName

NOTHING = Q(pk__in=[])
ALL = ~NOTHING
WILDCARD_TAGS = 100
MAX_WILDCARDS = 10
_HASH_START = re.compile("[0-9a-fA-F]{6,64}")


def compile_query(tree: Node, viewer: Viewer) -> Q:
    """What `tree` matches among the posts that `viewer`'s lists may hold.

    Only active posts, unless the query names a status. Tag names are resolved here, aliases included: one query
    for all tags and one for each wildcard. `order:` is not part of `tree` (`tagging.query.split_order`).
    Raises Invalid for too many wildcards.
    """
    found = list(leaves(tree))
    if sum(isinstance(leaf, Wildcard) for leaf in found) > MAX_WILDCARDS:
        raise Invalid("too_many_wildcards", limit=MAX_WILDCARDS)
    tags = resolve_tags(normalise_tag(leaf.name) for leaf in found if isinstance(leaf, TagNode))
    ids = {name: tag.pk for name, tag in tags.items()}
    names_status = any(isinstance(leaf, Metatag) and leaf.name == "status" for leaf in found)
    return visible_posts(viewer, any_status=names_status) & _condition(tree, ids)


def _condition(node: Node, ids: dict[str, int]) -> Q:
    match node:
        case Everything():
            return ALL
        case TagNode(name):
            tag_id = ids.get(normalise_tag(name))
            return NOTHING if tag_id is None else Q(tag_ids__contains=[tag_id])
        case Wildcard(pattern):
            return _any_tag(_matching_tags(pattern))
        case Metatag(name):
            return METATAGS[name](registry.read(node))
        case Not(child):
            return ~_condition(child, ids)
        case And(children):
            return reduce(and_, _merged(children, ids, all_of=True))
        case Or(children):
            return reduce(or_, _merged(children, ids, all_of=False))


def _merged(children: tuple[Node, ...], ids: dict[str, int], *, all_of: bool) -> list[Q]:
    """The conditions of siblings, their plain tags as one array condition: one look into the index for all."""
    tags = [ids.get(normalise_tag(child.name)) for child in children if isinstance(child, TagNode)]
    known = sorted({tag_id for tag_id in tags if tag_id is not None})
    result = [_condition(child, ids) for child in children if not isinstance(child, TagNode)]
    if all_of and None in tags:
        return [NOTHING]
    if all_of and known:
        result.insert(0, Q(tag_ids__contains=known))
    elif tags:
        result.insert(0, _any_tag(known))
    return result


def _any_tag(tag_ids: list[int]) -> Q:
    return Q(tag_ids__overlap=tag_ids) if tag_ids else NOTHING


def _matching_tags(pattern: str) -> list[int]:
    """The largest tags that fit, a hundred at most (Danbooru's limit)."""
    fitting = Tag.objects.filter(name__regex=_anchored(normalise_tag(pattern)))
    matching = fitting.order_by("-general_count", "-post_count", "name")
    return sorted(matching.values_list("pk", flat=True)[:WILDCARD_TAGS])


def _anchored(pattern: str) -> str:
    return "^" + ".*".join(map(_escaped, pattern.split("*"))) + "$"


def _escaped(text: str) -> str:
    """`text` as a PostgreSQL regular expression that matches it alone."""
    return "".join(char if char.isalnum() or char in "_ " or ord(char) > 127 else "\\" + char for char in text)


def _rating(value: Choices) -> Q:
    return Q(rating__in=sorted(value.values))


def _status(value: Choices) -> Q:
    if "any" in value.values:
        return ALL
    return Q(status__in=[PostStatus(word) for word in sorted(value.values)])


def _user(value: UserName) -> Q:
    # Names are unique in any case (a constraint), so this is one account or none.
    author = User.objects.filter(username__iexact=value.name).values_list("pk", flat=True).first()
    return NOTHING if author is None else Q(author_id=author)


def _id(value: Numbers) -> Q:
    parts = [Q(pk__in=sorted(value.points))] if value.points else []
    for interval in value.intervals:
        part = ALL
        if interval.low is not None:
            part &= Q(**{"pk__gt" if interval.low_open else "pk__gte": interval.low})
        if interval.high is not None:
            part &= Q(**{"pk__lt" if interval.high_open else "pk__lte": interval.high})
        parts.append(part)
    return reduce(or_, parts)


def _model(value: Text) -> Q:
    """By name (any case, `*` for any text) or by the beginning of the file's SHA-256."""
    text = value.text.replace("\x00", "")
    if value.is_pattern:
        condition = Q(model_name__iregex=_anchored(text))
    else:
        condition = Q(model_name__iexact=text)
        if not value.literal and _HASH_START.fullmatch(text):
            condition |= Q(model_hash__istartswith=text)
    # A semi-join: right under NOT and OR, where a join would multiply rows or lose them.
    return Q(pk__in=PostGeneration.objects.filter(condition).values("pk"))


# The registry's reader of each name gives a value of the type that its function takes.
METATAGS: dict[str, Callable[[Any], Q]] = {
    "rating": _rating,
    "status": _status,
    "user": _user,
    "id": _id,
    "model": _model,
}
