"""Parents and children, as far as this viewer may see them: a hidden one is as if it were not there."""

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.utils.translation import gettext_lazy as _

from gallery.models import Post
from gallery.models.post import PostStatus
from gallery.search.compilation import Compilation
from gallery.search.expressions import NOTHING, within
from gallery.search.metatags.kinds import always, metatag
from gallery.search.metatags.numbers import listed
from gallery.search.metatags.states import STATUSES
from tagging.query.readers import id_or_presence, integers
from tagging.query.values import Choices, Numbers, Presence

# A family that is larger is shown in part; nobody looks through it post by post.
MAX_LINEAGE = 5000
MAX_GENERATIONS = 200

Relation = Numbers | Choices | Presence


def children_count(compilation: Compilation) -> Case:
    """The number of children of a post that this viewer may see, as an expression. Only parents are counted for: that a
    post is none shows in one look into a table of all parents."""
    children = compilation.relatives.filter(parent=OuterRef("pk")).order_by().values("parent")
    number = Subquery(children.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    parents = compilation.relatives.filter(parent__isnull=False).order_by().values("parent")
    return Case(When(pk__in=parents, then=number), default=0, output_field=IntegerField())


def _child_count(value: Numbers, compilation: Compilation) -> Q:
    return _counted(value, compilation.relatives)


def _active_children(value: Numbers, compilation: Compilation) -> Q:
    return _counted(value, compilation.relatives.filter(status=PostStatus.ACTIVE))


def _counted(value: Numbers, children: QuerySet[Post]) -> Q:
    """Posts with so many of these children: all parents are counted at once, since few posts are parents."""
    childless = ~Q(Exists(children.filter(parent=OuterRef("pk"))))
    if value == Numbers(frozenset({0})):
        return childless
    parents = children.filter(parent__isnull=False).order_by().values("parent").annotate(number=Count("pk"))
    result = Q(pk__in=parents.filter(within("number", value)).values("parent"))
    return result | childless if value.contains(0) else result


def _parent(value: Relation, compilation: Compilation) -> Q:
    parents = compilation.relatives.filter(pk=OuterRef("parent_id"))
    match value:
        case Presence(present):
            return Q(Exists(parents)) if present else ~Q(Exists(parents))
        case Choices(words):
            return Q(Exists(parents.filter(status__in=sorted(words))))
        case _:
            known = Q(pk__in=compilation.relatives.filter(within("id", value)).values("pk"))
            return known | (within("parent_id", value) & Q(Exists(parents)))


def _child(value: Relation, compilation: Compilation) -> Q:
    children = compilation.relatives.filter(parent=OuterRef("pk"))
    match value:
        case Presence(present):
            return Q(Exists(children)) if present else ~Q(Exists(children))
        case Choices(words):
            return Q(Exists(children.filter(status__in=sorted(words))))
        case _:
            return Q(Exists(children.filter(within("id", value))))


def _lineage(value: Numbers, compilation: Compilation) -> Q:
    """The posts themselves, what they were made from and what was made from them, each link seen by the viewer."""
    start = list(compilation.relatives.filter(within("id", value)).values_list("pk", flat=True)[: MAX_LINEAGE + 1])
    if not start:
        return NOTHING
    return Q(pk__in=sorted(_ancestors(start, compilation) | _descendants(start, compilation) | set(start)))


def _ancestors(start: list[int], compilation: Compilation) -> set[int]:
    found: set[int] = set()
    edge = set(start)
    for _generation in range(MAX_GENERATIONS):
        parents = compilation.relatives.filter(children__in=edge).values_list("pk", flat=True)
        edge = set(parents.distinct()[:MAX_LINEAGE]) - found
        found |= edge
        if not edge or len(found) > MAX_LINEAGE:
            break
    return found


def _descendants(start: list[int], compilation: Compilation) -> set[int]:
    found: set[int] = set()
    edge = set(start)
    for _generation in range(MAX_GENERATIONS):
        children = compilation.relatives.filter(parent__in=edge).values_list("pk", flat=True)
        edge = set(children[:MAX_LINEAGE]) - found
        found |= edge
        if not edge or len(found) > MAX_LINEAGE:
            break
    return found


metatag(
    "parent",
    id_or_presence(STATUSES),
    _parent,
    section="family",
    few=listed,
    summary=_("A post and its children; any and none ask whether there is a parent, a state asks for the parent's."),
    examples=("parent:1234", "parent:none", "parent:removed"),
    values=("any", "none", *STATUSES),
)
metatag(
    "child",
    id_or_presence(STATUSES),
    _child,
    section="family",
    few=listed,
    summary=_("The parent of a post; any and none ask whether there are children, a state asks for one in it."),
    examples=("child:any", "child:none"),
    values=("any", "none", *STATUSES),
)
metatag(
    "lineage",
    integers(),
    _lineage,
    section="family",
    few=always,
    summary=_("A post with all it was made from and all that was made from it."),
    examples=("lineage:1234",),
)
metatag(
    "child_count",
    integers(),
    _child_count,
    section="family",
    aliases=("children",),
    summary=_("How many posts were made from it."),
    examples=("child_count:>2",),
)
metatag(
    "active_children",
    integers(),
    _active_children,
    section="family",
    aliases=("active_child_count",),
    summary=_("How many active posts were made from it."),
    examples=("active_children:0",),
)
