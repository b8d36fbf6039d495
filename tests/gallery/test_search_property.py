"""Any search over any posts for any viewer, page by page in both directions, is what a plain loop finds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Asset, Post, PostGeneration, PostStats
from gallery.search import neighbours, search, tags_of_page
from tagging.models import Tag as TagRow
from tagging.query import Metatag, Tag, Wildcard, conjunction, leaves, parse, print_query
from tests.factories import make_user
from tests.tagging.brute_force import matches
from tests.tagging.query_strategies import trees

TAGS = ["ant", "bee", "cat", "cat_ear", "dog"]
MODELS = ["tiny", "Tiny", "other model", ""]
NAMES = ["ann", "bob", "mod"]
START = datetime(2026, 1, 1, tzinfo=UTC)

a_post = st.fixed_dictionaries(
    {
        "tags": st.sets(st.sampled_from(TAGS)),
        "rating": st.sampled_from("ggsqe"),
        "status": st.sampled_from(["active", "active", "active", "removed", "withdrawn", "flagged", "quarantined"]),
        "user": st.sampled_from(NAMES),
        "model": st.sampled_from(MODELS),
        "hour": st.integers(0, 4),  # ties are the point
    }
)
a_leaf = st.one_of(
    st.sampled_from([*TAGS, "unknown"]).map(Tag),
    st.sampled_from(["*a*", "c*t", "cat*", "*t*", "x*"]).map(Wildcard),
    st.sampled_from(["g", "s,q", "explicit", "g,e"]).map(lambda value: Metatag("rating", value)),
    st.sampled_from(["active", "removed", "any"]).map(lambda value: Metatag("status", value)),
    st.sampled_from(["ann", "BOB", "nobody"]).map(lambda value: Metatag("user", value)),
    st.sampled_from(["tiny", "other model", "none"]).map(lambda value: Metatag("model", value)),
    st.sampled_from(["1..3", ">2", "<=4", "2,4,6..", "9223372036854775807"]).map(lambda value: Metatag("id", value)),
)
an_order = st.sampled_from([None, "id", "id_asc", "id_desc", "created_at", "created_at_asc", "created_at_desc"])
a_viewer = st.fixed_dictionaries(
    {
        "name": st.sampled_from([None, *NAMES]),
        "shown": st.sets(st.sampled_from("gsqe"), min_size=1),
    }
)


def make_posts(users, wanted):
    """The rows, without files; sequences are not reset, so ids are counted from the first one."""
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
            ai_level="generated",
            ai_evidence="site_job",
            tag_ids=sorted(tag_ids[name] for name in post["tags"]),
            tag_count=len(post["tags"]),
            general_tags=len(post["tags"]),
        )
        for number, (asset, post) in enumerate(zip(assets, wanted, strict=True), 1)
    )
    for row, post in zip(rows, wanted, strict=True):
        row.created_at = START + timedelta(hours=post["hour"])
    Post.objects.bulk_update(rows, ["created_at"])
    PostGeneration.objects.bulk_create(
        PostGeneration(post=row, model_name=post["model"]) for row, post in zip(rows, wanted, strict=True)
    )
    PostStats.objects.bulk_create(PostStats(post=row) for row in rows)


def is_visible(post, viewer, asks_for_status):
    """What `gallery.visibility` promises, in other words; the operator's ceiling is sensitive."""
    if viewer["name"] is None:
        return post["status"] == "active" and post["rating"] == "g"
    own, moderator = post["user"] == viewer["name"], viewer["name"] == "mod"
    if post["rating"] not in viewer["shown"] or (post["rating"] in "qe" and not own and not moderator):
        return False
    if not asks_for_status:
        return post["status"] == "active"
    return post["status"] == "active" or ((own or moderator) and post["status"] != "quarantined")


def expected_ids(wanted, tree, order, viewer):
    asks_for_status = any(isinstance(leaf, Metatag) and leaf.name == "status" for leaf in leaves(tree))
    found = [
        post | {"id": number}
        for number, post in enumerate(wanted, 1)
        if is_visible(post, viewer, asks_for_status) and matches(tree, post | {"id": number})
    ]
    key, _, way = (order or "id_desc").replace("created_at", "created").partition("_")
    ascending = way == "asc" or (order == "id")
    found.sort(key=lambda post: (post["hour"] if key == "created" else 0, post["id"]), reverse=not ascending)
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
    for number in range(1, len(pages) + 1):
        numbered = search(text, user, page_token=str(number), limit=limit)
        assert [post.pk for post in numbered.posts] == ids[(number - 1) * limit : number * limit]
    return ids


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.lists(a_post, max_size=12),
    tree=trees(a_leaf),
    order=an_order,
    viewer=a_viewer,
    limit=st.integers(1, 5),
)
def test_search_agrees_with_brute_force(db, wanted, tree, order, viewer, limit):
    with transaction.atomic():
        users = {name: make_user(name, role="moderator" if name == "mod" else "member") for name in NAMES}
        TagRow.objects.bulk_create(TagRow(name=name) for name in TAGS)
        make_posts(users, wanted)
        user = AnonymousUser()
        if viewer["name"]:
            user = users[viewer["name"]]
            user.shown_ratings = sorted(viewer["shown"])
        text = print_query(conjunction([tree, *([Metatag("order", order)] if order else [])]))
        expected = expected_ids(wanted, tree, order, viewer)
        assert walk(text, user, limit) == expected
        around = [None, *expected, None]
        for before, here, after in zip(around, around[1:], around[2:], strict=False):
            assert neighbours(text, user, Post.objects.get(pk=here)) == (before, after)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_canonical_text_of_a_page_is_the_search_itself(db):
    page = search("(cat or dog)  -ant ORDER:id", AnonymousUser())
    assert parse(page.query) == parse("(cat or dog) -ant order:id")
    assert tags_of_page(page.posts) == []
