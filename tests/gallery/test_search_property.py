"""Any search over any posts for any viewer in any order, page by page both ways, is what a plain loop finds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Asset, Favourite, Post, PostGeneration, PostStats
from gallery.models.post import STANDING
from gallery.provenance import searchable
from gallery.search import iterate_ids, neighbours, policy, search, tags_of_page
from tagging.models import Tag as TagRow
from tagging.query import And, Metatag, Or, Tag, Wildcard, conjunction, leaves, parse, print_query
from tests.factories import make_user
from tests.tagging.brute_force import matches
from tests.tagging.query_strategies import trees

TAGS = ["ant", "bee", "cat", "cat_ear", "dog"]
MODELS = ["tiny", "Tiny", "other model", ""]
NAMES = ["ann", "bob", "mod"]
START = datetime(2026, 1, 1, tzinfo=UTC)
SEED = 7

a_post = st.fixed_dictionaries(
    {
        "tags": st.sets(st.sampled_from(TAGS)),
        "rating": st.sampled_from("ggsqe"),
        "status": st.sampled_from(["active", "active", "active", "removed", "withdrawn", "flagged", "quarantined"]),
        "user": st.sampled_from(NAMES),
        "model": st.sampled_from(MODELS),
        "hour": st.integers(0, 4),  # ties are the point
        "up": st.integers(0, 2),
        "down": st.integers(0, 2),
        "views": st.integers(0, 2),
        "size": st.sampled_from([(1, 1), (2000, 1000), (1000, 2000)]),
        "prompt": st.sampled_from(["", "red hair", "long red hair sea", "sea red"]),
        "prompt_hidden": st.booleans(),
        "steps": st.sampled_from([None, 20, 30]),
        "cfg": st.sampled_from([None, 7.0, 7.5]),
        "above": st.none() | st.integers(1, 12),
        "fav": st.sets(st.sampled_from(NAMES), max_size=2),
        "level": st.sampled_from(["generated", "human", "composite", "assisted", "unknown"]),
    }
)
VALUES = {
    "rating": ["g", "s,q", "explicit", "g,e"],
    "status": ["active", "removed", "any", "flagged,withdrawn"],
    "user": ["ann", "BOB", "nobody"],
    "model": ["tiny", "other_model", "none"],
    "id": ["1..3", ">2", "<=4", "2,4,6..", "9223372036854775807"],
    "score": ["0", ">0", "-2..-1", "<=1"],
    "upvotes": ["1..", "0"],
    "downvotes": [">1"],
    "favcount": ["0", ">=1"],
    "views": ["1,2"],
    "tagcount": ["0", "1..2", ">2"],
    "width": [">=1000", "1"],
    "mpixels": [">1", "2"],
    "ratio": ["2:1", "<1", "1"],
    "prompt": ["red", "red_hair", "sea", "re*", "*ea", "red_*_sea", "any", "none", "nothing"],
    "steps": ["20", ">20", "none", "any"],
    "cfg": ["7", "7..7.2", "none"],
    "seed": ["42", "none", "any"],
    "is": ["sfw", "explicit", "human", "parent", "child", "removed", "generated,human", "assisted", "human,sfw"],
    "has": ["parent", "children", "prompt", "tags", "metadata"],
    "parent": ["any", "none", "1", "2..4"],
    "child": ["any", "none", "2", "3..9"],
    "lineage": ["1", "3"],
    "child_count": ["0", "1", ">1"],
    "fav": ["ann", "bob", "nobody"],
    "date": ["2026-01-01T01:00..2026-01-01T03:00", "<2026-01-01T02:30"],
}
a_leaf = st.one_of(
    st.sampled_from([*TAGS, "unknown"]).map(Tag),
    st.sampled_from(["*a*", "c*t", "cat*", "x*"]).map(Wildcard),
    st.sampled_from([Metatag(name, value) for name, values in VALUES.items() for value in values]),
)
# How each order's key reads in the dictionary above; the bare order is descending unless it is named in ASCENDING.
KEYS = {
    "id": lambda post: 0,
    "created_at": lambda post: post["hour"],
    "change": lambda post: -post["hour"],
    "score": lambda post: post["score"],
    "upvotes": lambda post: post["up"],
    "downvotes": lambda post: post["down"],
    "favcount": lambda post: post["favcount"],
    "views": lambda post: post["views"],
    "mpixels": lambda post: post["mpixels"],
    "filesize": lambda post: post["hour"] * 10,
    "tagcount": lambda post: len(post["tags"]),
    "gentags": lambda post: len(post["tags"]),
    "portrait": lambda post: post["height"] / post["width"],
    "landscape": lambda post: post["width"] / post["height"],
    "child_count": lambda post: post["child_count"],
    "none": lambda post: 0,
}
ASCENDING = {"id"}
ONE_WAY = {"portrait", "landscape", "none"}
ORDERS = [f"{key}{end}" for key in KEYS for end in ("", "_asc", "_desc") if not end or key not in ONE_WAY]
an_order = st.sampled_from([None, None, f"random:{SEED}", *ORDERS])
a_viewer = st.fixed_dictionaries(
    {
        "name": st.sampled_from([None, *NAMES]),
        "shown": st.sets(st.sampled_from("gsqe"), min_size=1),
        "zone": st.sampled_from(["both", "ai", "human"]),
    }
)
IN_ZONE = {"both": {"generated", "composite", "unknown", "human", "assisted"}, "human": {"human", "assisted"}}
IN_ZONE["ai"] = IN_ZONE["both"] - IN_ZONE["human"]
# The same answer by each way: as it comes, a walk of a few steps and then all matches, all matches wherever possible.
WAYS = {
    "as it comes": {},
    "short walks": {"SMALL_SITE": 0, "STEPS_PER_MATCH": 1e6, "PATIENCE": 5e-4},
    "all matches": {"SMALL_SITE": 0, "STEPS_PER_MATCH": 1e-6},
}


def make_posts(users, wanted):
    """The rows, without files; post n has the id n."""
    tag_ids = dict(TagRow.objects.values_list("name", "pk"))
    assets = Asset.objects.bulk_create(
        Asset(owner=users[post["user"]], width=1, height=1, dominant_color="#000000") for post in wanted
    )
    rows = Post.objects.bulk_create(
        Post(
            pk=number,
            asset=asset,
            author=users[post["user"]],
            rating=post["rating"],
            status=post["status"],
            ai_level=post["level"],
            ai_evidence="declared",
            prompt_visibility="hidden" if post["prompt_hidden"] else "visible",
            tag_ids=sorted(tag_ids[name] for name in post["tags"]),
            tag_count=len(post["tags"]),
            general_tags=len(post["tags"]),
            width=post["size"][0],
            height=post["size"][1],
            file_size=post["hour"] * 10,
        )
        for number, (asset, post) in enumerate(zip(assets, wanted, strict=True), 1)
    )
    for row, post in zip(rows, wanted, strict=True):
        row.created_at = START + timedelta(hours=post["hour"])
        row.updated_at = START - timedelta(hours=post["hour"])
        row.parent_id = parent_of(post, row.pk)
    Post.objects.bulk_update(rows, ["created_at", "updated_at", "parent"])
    PostGeneration.objects.bulk_create(
        PostGeneration(
            post=row,
            model_name=post["model"],
            prompt=post["prompt"],
            prompt_words=searchable(post["prompt"]),
            steps=post["steps"],
            cfg=post["cfg"],
            seed=42 if post["prompt"] else None,
        )
        for row, post in zip(rows, wanted, strict=True)
    )
    PostStats.objects.bulk_create(
        PostStats(
            post=row,
            score=post["up"] - post["down"],
            up_score=post["up"],
            down_score=post["down"],
            fav_count=len(post["fav"]),
            views=post["views"],
        )
        for row, post in zip(rows, wanted, strict=True)
    )
    Favourite.objects.bulk_create(
        Favourite(post=row, user=users[name])
        for row, post in zip(rows, wanted, strict=True)
        for name in sorted(post["fav"])
    )


def parent_of(post, number):
    """A post with a lower number, so that there is no circle."""
    return post["above"] if post["above"] is not None and post["above"] < number else None


def is_visible(post, viewer, asks_for_status):
    """What `gallery.visibility` promises, in other words; the operator's ceiling is sensitive."""
    if viewer["name"] is None:
        return post["status"] in STANDING and post["rating"] == "g"
    own, moderator = post["user"] == viewer["name"], viewer["name"] == "mod"
    if post["rating"] not in viewer["shown"] or (post["rating"] in "qe" and not own and not moderator):
        return False
    if not asks_for_status:
        return post["status"] in STANDING
    return post["status"] in STANDING or ((own or moderator) and post["status"] != "quarantined")


def is_in_zone(post, viewer, tree):
    """A zone holds for every search that does not ask for each of its matches by the label."""
    return asks_for_label(tree) or post["level"] in IN_ZONE[viewer["zone"]]


def asks_for_label(tree):
    if isinstance(tree, Metatag):
        return tree.name == "is" and set(tree.value.split(",")) <= IN_ZONE["both"]
    if isinstance(tree, And):
        return any(map(asks_for_label, tree.children))
    return isinstance(tree, Or) and all(map(asks_for_label, tree.children))


def as_known(wanted, viewer, tree):
    """The posts with what this viewer may know of them, by the names of metatags."""
    numbered = dict(enumerate(wanted, 1))
    shown = {
        number for number, post in numbered.items() if is_visible(post, viewer, True) and is_in_zone(post, viewer, tree)
    }
    parents = {number: parent_of(post, number) for number, post in numbered.items()}
    parents = {number: parent if parent in shown else None for number, parent in parents.items()}
    children = {number: {child for child in shown if parents[child] == number} for number in numbered}
    # To be seen as somebody's child, a post must be seen; its parent may be one that is not.
    for number in numbered:
        children[number] = {child for child in shown if parent_of(numbered[child], child) == number}
    return [known(post, number, viewer, shown, parents, children) for number, post in numbered.items()]


def known(post, number, viewer, shown, parents, children):
    readable = not post["prompt_hidden"] or viewer["name"] in (post["user"], "mod")
    prompt = post["prompt"] if readable and post["prompt"] else None
    parent = parents[number]
    words = {
        "sfw": post["rating"] in "gs",
        "explicit": post["rating"] == "e",
        **{level: post["level"] == level for level in IN_ZONE["both"]},
        "parent": bool(children[number]),
        "child": parent is not None,
        "removed": post["status"] == "removed",
    }
    has = {
        "parent": parent is not None,
        "children": bool(children[number]),
        "prompt": prompt is not None,
        "tags": bool(post["tags"]),
        "metadata": bool(prompt or post["model"] or post["steps"] is not None or post["cfg"] is not None),
    }
    return post | {
        "id": number,
        "model": post["model"] or None,
        "score": post["up"] - post["down"],
        "upvotes": post["up"],
        "downvotes": post["down"],
        "favcount": len(post["fav"]),
        "tagcount": len(post["tags"]),
        "width": post["size"][0],
        "height": post["size"][1],
        "mpixels": post["size"][0] * post["size"][1] / 1e6,
        "ratio": round(post["size"][0] / post["size"][1], 2),
        "prompt": prompt,
        "seed": 42 if prompt else None,
        "is": {word for word, true in words.items() if true},
        "has": {word for word, true in has.items() if true},
        "parent": parent,
        "child": children[number],
        "child_count": len(children[number]),
        "lineage": lineage(number, shown, parents, children),
        "date": START + timedelta(hours=post["hour"]),
    }


def lineage(number, shown, parents, children):
    """The posts whose lineage this one belongs to: itself, its ancestors and descendants, each link seen."""
    if number not in shown:
        return set()

    def reach(start, step):
        found, edge = set(), {start}
        while edge:
            edge = {other for one in edge for other in step(one)} - found
            found |= edge
        return found

    ups = reach(number, lambda one: {parents[one]} - {None})
    return {number} | ups | reach(number, lambda one: children[one])


def expected_ids(wanted, tree, order, viewer, shuffle):
    known_status = {"removed"}
    asks_for_status = any(
        isinstance(leaf, Metatag) and (leaf.name == "status" or (leaf.name == "is" and leaf.value in known_status))
        for leaf in leaves(tree)
    )
    posts = [post for post in as_known(wanted, viewer, tree) if is_in_zone(post, viewer, tree)]
    found = [post for post in posts if is_visible(post, viewer, asks_for_status) and matches(tree, post)]
    if order == f"random:{SEED}":
        return [post["id"] for post in sorted(found, key=lambda post: shuffle[post["id"]])]
    top = tree.children if isinstance(tree, And) else (tree,)
    by_date = any(isinstance(node, Metatag) and node.name == "date" for node in top)
    order = order or ("created_at" if by_date else "id_desc")
    key = next(key for key in sorted(KEYS, key=len, reverse=True) if order.startswith(key))
    ascending = order.endswith("_asc") or (order == key and key in ASCENDING)
    found.sort(key=lambda post: (KEYS[key](post), post["id"]), reverse=not ascending)
    return [post["id"] for post in found]


def walk(text, user, limit):
    """The ids of all pages forwards; every page checked on the way, also walked back."""
    pages = [search(text, user, limit=limit)]
    while pages[-1].next_token:
        pages.append(search(text, user, page_token=pages[-1].next_token, limit=limit))
    ids = [post.pk for page in pages for post in page.posts]
    assert all(len(page.posts) == limit for page in pages[:-1]), "a page before the last is full"
    assert {(page.count, page.count_is_exact) for page in pages} == {(len(ids), True)}
    page, end = pages[-1], len(ids) - len(pages[-1].posts)
    while page.previous_token:
        page = search(text, user, page_token=page.previous_token, limit=limit)
        start = max(0, end - limit)
        assert [post.pk for post in page.posts] == ids[start : start + limit]
        assert bool(page.previous_token) == (start > 0)
        end = start
    assert end == 0
    number = len(pages)
    numbered = search(text, user, page_token=str(number), limit=limit)
    assert [post.pk for post in numbered.posts] == ids[(number - 1) * limit : number * limit]
    past = search(text, user, page_token=str(number + 1), limit=limit)
    assert (past.posts, past.past_end, past.count) == ([], True, len(ids))
    return ids


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.lists(a_post, max_size=12),
    tree=trees(a_leaf),
    order=an_order,
    viewer=a_viewer,
    limit=st.integers(1, 5),
    way=st.sampled_from(list(WAYS)),
)
def test_search_agrees_with_brute_force(db, wanted, tree, order, viewer, limit, way):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patched:
        for name, value in WAYS[way].items():
            patched.setattr(policy, name, value)
        users = {name: make_user(name, role="moderator" if name == "mod" else "member") for name in NAMES}
        TagRow.objects.bulk_create(TagRow(name=name) for name in TAGS)
        make_posts(users, wanted)
        user = AnonymousUser()
        if viewer["name"]:
            user = users[viewer["name"]]
            user.shown_ratings = sorted(viewer["shown"])
        user.zone = viewer["zone"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT n, hashint8extended(n, %s) FROM generate_series(1, 12) AS n", [SEED])
            shuffle = dict(cursor.fetchall())
        text = print_query(conjunction([tree, *([Metatag("order", order)] if order else [])]))
        expected = expected_ids(wanted, tree, order, viewer, shuffle)
        patched.setattr("gallery.search.engine.sees_only_general", lambda viewer: False)  # counters are not kept here
        patched.setattr("gallery.search.engine.COUNT_MS", 10_000)
        assert walk(text, user, limit) == expected
        around = [None, *expected, None]
        for before, here, after in zip(around, around[1:], around[2:], strict=False):
            assert neighbours(text, user, Post(pk=here)) == (before, after)
        assert iterate_ids(text, user, batch=100) == sorted(expected)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_canonical_text_of_a_page_is_the_search_itself(db):
    page = search("(cat or dog)  -ant ORDER:id", AnonymousUser())
    assert parse(page.query) == parse("(cat or dog) -ant order:id")
    assert tags_of_page(page.posts) == []
