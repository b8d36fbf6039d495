"""Parents and children, as far as this viewer may see them: a hidden one is as if it were not there."""

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.utils.translation import gettext_lazy as _

from gallery.errors import Invalid
from gallery.models import Post
from gallery.models.post import STANDING
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
# So many posts whose families one `lineage:` names.
MAX_STARTS = 20

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
    return _counted(value, compilation.relatives.filter(status__in=STANDING))


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
    if value.intervals or len(value.points) > MAX_STARTS:
        raise Invalid("lineage_needs_ids", limit=MAX_STARTS)
    try:
        seen, params = compilation.relatives.order_by().values_list("id", "parent_id").query.sql_with_params()
    except EmptyResultSet:
        return NOTHING
    limits = [MAX_GENERATIONS, MAX_LINEAGE] * 2
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY.format(seen=seen), [*params, sorted(value.points), *limits])
        return Q(pk__in=[post_id for (post_id,) in cursor.fetchall()])


# Generation by generation, siblings by number: where a family is too large, the same part of it is found every time.
# LIMIT ends the walk, since rows of a recursion are made as they are read.
_FAMILY = """
WITH RECURSIVE seen (id, parent_id) AS NOT MATERIALIZED ({seen}),
start AS MATERIALIZED (SELECT id, parent_id FROM seen WHERE id = ANY(%s) ORDER BY id),
above (id, parent_id, generation) AS (
    SELECT id, parent_id, 0 FROM start
    UNION
    SELECT parent.id, parent.parent_id, above.generation + 1
    FROM above CROSS JOIN LATERAL (SELECT * FROM seen WHERE seen.id = above.parent_id LIMIT 1) AS parent
    WHERE above.generation < %s
),
some_above AS (SELECT id FROM above LIMIT %s),
below (id, generation) AS (
    SELECT id, 0 FROM start
    UNION
    SELECT child.id, below.generation + 1
    FROM below CROSS JOIN LATERAL (
        SELECT id FROM seen WHERE seen.parent_id = below.id ORDER BY id
    ) AS child
    WHERE below.generation < %s
),
some_below AS (SELECT id FROM below LIMIT %s)
SELECT id FROM some_above UNION SELECT id FROM some_below ORDER BY id
"""


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
