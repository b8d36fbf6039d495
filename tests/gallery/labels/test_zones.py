"""Zones: every list and every count of a viewer holds what a plain filter says, and nothing else does the filtering."""

import random
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client

from gallery.community import favourite_groups
from gallery.labels.zones import LEVELS, names_level
from gallery.models import Favourite, FavouriteGroupEntry, Post, User
from gallery.models.post import AiLevel
from gallery.models.user import Zone
from gallery.search import iterate_ids, outside_zone, search
from gallery.tags.related import related
from gallery.visibility import reachable_posts, sees_only_general, visible_posts
from tagging.models import Tag
from tagging.query import parse
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db

ALL = set(AiLevel.values)
HELD = {"both": ALL, "ai": {"generated", "composite", "unknown"}, "human": {"human", "assisted"}}


def visitor(zone="both"):
    somebody = AnonymousUser()
    somebody.zone = zone
    return somebody


def of_every_level(author=None, **fields):
    author = author or make_user()
    return {
        level: make_post(author, asset=make_asset_row(author), ai_level=level, ai_evidence="declared", **fields)
        for level in AiLevel.values
    }


def test_every_label_is_in_one_of_the_two_zones():
    assert {zone.value: set(levels) for zone, levels in LEVELS.items()} == {z: HELD[z] for z in ("ai", "human")}
    assert set(LEVELS[Zone.AI]) | set(LEVELS[Zone.HUMAN]) == ALL
    assert not set(LEVELS[Zone.AI]) & set(LEVELS[Zone.HUMAN])


@pytest.mark.parametrize(
    ("query", "lifted"),
    [
        ("is:human", True),
        ("is:generated cat", True),
        ("is:generated,composite order:id", True),
        ("is:human or is:assisted", True),
        ("-is:human", False),
        ("cat or is:human", False),
        ("is:human,sfw", False),
        ("is:sfw", False),
        ("evidence:c2pa", False),
        ("cat", False),
        ("", False),
    ],
)
def test_a_search_sets_the_zone_aside_where_it_asks_for_all_its_matches_by_label(query, lifted):
    posts = of_every_level(tags=["cat"])
    assert names_level(parse(query)) == lifted
    for zone in ("ai", "human"):
        there = {post.pk for post in search(query, visitor(zone)).posts}
        everything = {post.pk for post in search(query, visitor()).posts}
        inside = {posts[level].pk for level in HELD[zone]}
        assert there == (everything if lifted else everything & inside)
        assert (outside_zone(query, visitor(zone)) is None) == (there == everything)


def test_a_zone_is_about_lists_not_about_what_somebody_asks_for_by_name(client):
    posts = of_every_level()
    member = make_user(zone="human")
    for viewer in (visitor("human"), member):
        assert set(Post.objects.filter(reachable_posts(viewer))) == set(posts.values())
        assert {post.ai_level for post in Post.objects.filter(visible_posts(viewer))} == HELD["human"]
    client.cookies["zone"] = "human"
    assert client.get(f"/posts/{posts['generated'].pk}").status_code == 200
    assert client.get(f"/posts/{posts['generated'].pk}.json").status_code == 200


def test_the_zone_is_for_ones_own_posts_and_for_moderators_too():
    author = make_user(zone="human")
    of_every_level(author)
    assert {post.ai_level for post in search("", author).posts} == HELD["human"]
    moderator = make_user(role="moderator", zone="ai")
    assert {post.ai_level for post in search("status:any", moderator).posts} == HELD["ai"]


def test_counters_for_everybody_are_used_only_by_those_who_see_what_everybody_sees():
    of_every_level(tags=["cat"])
    assert sees_only_general(visitor())
    assert sees_only_general(make_user())
    assert not sees_only_general(visitor("ai"))
    assert not sees_only_general(make_user(zone="human"))
    assert [search("cat", visitor(zone), limit=1).count for zone in ("both", "ai", "human")] == [5, 3, 2]


def test_tidying_a_list_keeps_what_lies_in_another_zone():
    owner = make_user(zone="human")
    posts = of_every_level()
    group = favourite_groups.create(owner, "mine")
    for post in posts.values():
        favourite_groups.add_to_group(owner, group.pk, post)
    assert favourite_groups.entries_of(group, owner).count() == 2
    favourite_groups.change(owner, group, name="mine", is_public=True, drop_unseen=True)
    owner.zone = Zone.BOTH
    assert favourite_groups.entries_of(group, owner).count() == 5


def test_a_visitors_choice_is_a_cookie_and_a_members_their_account(client):
    answer = client.post("/zone", {"zone": "human", "next": "/posts?tags=cat"})
    assert (answer.status_code, answer["Location"]) == (302, "/posts?tags=cat")
    assert client.cookies["zone"].value == "human"
    assert b'value="human" aria-pressed="true"' in client.get("/about").content
    member = make_user()
    client.force_login(member)
    assert b'value="both" aria-pressed="true"' in client.get("/about").content, "the account's own, not the cookie's"
    client.post("/zone", {"zone": "ai", "next": "//evil.example/"})
    assert User.objects.get(pk=member.pk).zone == "ai"
    assert client.post("/zone", {"zone": "ai", "next": "//evil.example/"})["Location"] == "/posts"


@pytest.mark.parametrize("cookie", ["", "magic", "AI", "\x00", "both"])
def test_a_cookie_that_names_no_zone_means_both(client, cookie):
    of_every_level()
    client.cookies["zone"] = cookie
    assert len(client.get("/posts.json").json()) == 5


def test_the_results_say_how_many_the_zone_leaves_out_with_one_click_to_see_them(client):
    of_every_level(tags=["cat"])
    client.cookies["zone"] = "human"
    page = client.get("/posts", {"tags": "cat"}).content.decode()
    assert "Your zone “Human” leaves 3 posts out." in page
    assert '<button class="button button--small" name="zone" value="both">' in page
    assert "leaves" not in client.get("/posts", {"tags": "is:generated"}).content.decode()
    assert "set aside" in client.get("/posts", {"tags": "is:generated"}).content.decode()
    client.cookies["zone"] = "both"
    assert "Your zone" not in client.get("/posts", {"tags": "cat"}).content.decode()


def test_the_posts_around_a_post_keep_to_the_zone(client):
    author = make_user()
    posts = of_every_level(author)
    Post.objects.exclude(pk=posts["human"].pk).update(parent=posts["human"])
    client.cookies["zone"] = "human"
    page = client.get(f"/posts/{posts['human'].pk}").content.decode()
    strip = page[page.index('class="lineage"') :]
    assert f"/posts/{posts['assisted'].pk}" in strip
    assert f"/posts/{posts['generated'].pk}" not in strip
    assert client.get(f"/posts/{posts['human'].pk}.json").json()["has_children"]
    Post.objects.filter(pk=posts["assisted"].pk).update(parent=None)
    assert not client.get(f"/posts/{posts['human'].pk}.json").json()["has_children"]


@pytest.mark.parametrize("seed", range(6))
def test_every_list_and_count_holds_what_a_plain_filter_says(seed):
    """Random posts, viewers and zones; the filter is written down here once more, in plain Python."""
    dice = random.Random(seed)
    cache.clear()
    people = [make_user(f"p{seed}{n}", shown_ratings=dice.choice(["g", "gs", "s"])) for n in range(3)]
    posts = []
    for _number in range(14):
        author = dice.choice(people)
        post = make_post(
            author,
            asset=make_asset_row(author),
            tags=dice.sample(["ant", "bee", "cat"], dice.randint(1, 3)),
            rating=dice.choice("ggs"),
            ai_level=dice.choice(AiLevel.values),
            ai_evidence="declared",
            parent=dice.choice([None, *posts]),
        )
        posts.append(post)
        Favourite.objects.create(user=people[0], post=post)
    group = favourite_groups.create(people[1], "everything")
    FavouriteGroupEntry.objects.bulk_create(
        FavouriteGroupEntry(group=group, post=post, position=place) for place, post in enumerate(posts)
    )

    for member in (None, *people):
        zone = dice.choice(["both", "ai", "human"])
        ratings = set(member.shown_ratings) if member else {"g"}
        held = [post for post in posts if post.rating in ratings and post.ai_level in HELD[zone]]
        newest_first = [post.pk for post in reversed(held)]
        browser = Client()
        viewer = visitor(zone)
        if member:
            User.objects.filter(pk=member.pk).update(zone=zone)
            viewer = User.objects.get(pk=member.pk)
            browser.force_login(viewer)
        else:
            browser.cookies["zone"] = zone
        with_tag = [pk for pk in newest_first if has_tag(posts, pk, "cat")]

        assert [post.pk for post in search("", viewer).posts] == newest_first
        assert search("", viewer, limit=1).count == len(held)
        assert search("cat", viewer, limit=1).count == len(with_tag)
        assert iterate_ids("", viewer) == sorted(newest_first)
        assert [one["id"] for one in browser.get("/posts.json", {"limit": 200}).json()] == newest_first
        counted = browser.get("/counts/posts.json", {"tags": "cat"}).json()
        assert counted == {"counts": {"posts": len(with_tag)}, "exact": True}
        assert {one.post_id for one in favourite_groups.entries_of(group, viewer)} == set(newest_first)
        assert linked(browser.get("/posts"), posts) == set(newest_first)
        front = linked(browser.get("/"), posts)
        assert front <= set(newest_first)
        assert len(front) >= min(5, len(newest_first))
        assert linked(browser.get(f"/lists/{group.pk}"), posts) == set(newest_first)
        assert linked(browser.get(f"/users/{people[0].username}/favourites"), posts) == set(newest_first)
        assert linked(browser.get("/posts/changes"), posts) == set(newest_first)
        theirs = {post.pk for post in held if post.author == people[2]}
        assert linked(browser.get(f"/users/{people[2].username}"), posts) == theirs
        shares = {one.tag.name: one.frequency for one in related("", viewer)}
        for name in ("ant", "bee", "cat"):
            part = sum(has_tag(posts, pk, name) for pk in newest_first)
            assert shares.get(name, 0) == pytest.approx(part / len(held) if held else 0)
        outside = [post for post in posts if post.rating in ratings and post.ai_level not in HELD[zone]]
        told = outside_zone("", viewer)
        assert (told.count if told else 0) == len(outside)
        for post in held:
            told = browser.get(f"/posts/{post.pk}.json").json()
            assert told["has_children"] == any(other.parent_id == post.pk for other in held)
            seen = [one.pk for one in search(f"lineage:{post.pk}", viewer).posts]
            assert set(seen) <= set(newest_first)


def has_tag(posts, pk, name):
    wanted = Tag.objects.filter(name=name).values_list("pk", flat=True).first()
    return wanted in next(post for post in posts if post.pk == pk).tag_ids


def linked(answer, posts):
    """The posts to which a page has links."""
    assert answer.status_code == 200
    page = answer.content.decode()
    page = page[page.index('<main id="content"') : page.index("</main>")]
    return {post.pk for post in posts if any(f"/posts/{post.pk}{end}" in page for end in ('"', "?", quote("?"), "/h"))}
