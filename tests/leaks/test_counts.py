"""Searches find, and count, exactly what the oracle says that this viewer's lists hold."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.leaks import oracle
from tests.leaks.queries import COUNTED
from tests.leaks.things import POSTS, THINGS
from tests.leaks.viewers import VIEWERS, browser
from tests.leaks.world import World

# The second mark makes the database; what is in it is in the transaction around all tests. On a busy machine the one
# that makes the world, or has everything asked, takes minutes.
pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(1800)]
KINDS = list(VIEWERS)
CARD = re.compile(r'class="tile__link" href="/posts/(\d+)|href="/posts/(\d+)[^"]*" class="tile__link')


def ids(client: Client, query: str) -> tuple[set[int], int]:
    """What programs are told: the posts of a search, and how many there are."""
    listed = client.get(reverse("gallery:api_posts"), {"tags": query, "limit": 200}).json()
    assert isinstance(listed, list), (query, listed)
    counted = client.get(reverse("gallery:api_counts"), {"tags": query}).json()
    found, count = {post["id"] for post in listed}, counted["counts"]["posts"]
    # On a busy machine counting gives up, and says how many there are at least.
    return found, count if counted["exact"] or count > len(found) else len(found)


@pytest.mark.parametrize("kind", KINDS)
def test_searches_hold_what_the_oracle_says(world: World, kind: str) -> None:
    viewer, client = VIEWERS[kind], browser(VIEWERS[kind])
    wrong = {}
    for one in COUNTED:
        expected = oracle.found(viewer, one.holds, any_status=one.any_status, any_zone=one.any_zone)
        if one.if_listed and not oracle.listed(viewer, one.if_listed):
            expected = set()
        found, count = ids(client, one.query)
        if (found, count) != (expected, len(expected)):
            names = {thing.pk: thing.name for thing in POSTS}
            more, less = found - expected, expected - found
            wrong[one.query] = (sorted(map(names.get, more)), sorted(map(names.get, less)), count)
    assert wrong == {}


@pytest.mark.parametrize("kind", KINDS)
def test_pages_count_what_they_list(world: World, kind: str) -> None:
    """The page of a search, a profile and favourites: as many tiles as the viewer may see, and that number said."""
    viewer, client = VIEWERS[kind], browser(VIEWERS[kind])
    everything = len(oracle.found(viewer, lambda thing: True))
    for address in ("/posts", "/users/keeper/favourites"):
        page = client.get(address)
        assert (page.context["page"].count, len(page.context["cards"])) == (everything, everything), address
    painters = len(oracle.found(viewer, lambda thing: thing.author == "painter"))
    page = client.get("/users/painter")
    assert (page.context["page"].count, len(page.context["cards"])) == (painters, min(painters, 24))
    related = client.get(reverse("gallery:related_tags"), {"q": "umbrella"}).json()["related"]
    told = {line["name"] for line in related if line["name"].startswith("zq")}
    listed = {thing.word("ta") for thing in POSTS if oracle.listed(viewer, thing)}
    assert told <= listed
    open_list = client.get(reverse("gallery:list", args=[world.found["lists"][0]]))
    assert len(open_list.context["cards"]) == everything


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_says_how_many_its_viewers_own_filter_hides(world: World, kind: str) -> None:
    """Of those alone that nothing else hides: how many explicit posts have a tag is not told by a rule about it."""
    viewer, client = VIEWERS[kind], browser(VIEWERS[kind])
    hidden = client.get(reverse("gallery:posts")).context["hidden_by_filter"]
    expected = sum(oracle.held_back(viewer, thing) and oracle.in_zone(viewer, thing) for thing in POSTS)
    assert (hidden.count if hidden else 0) == expected
    assert bool(expected) == bool(viewer.hides)


@pytest.mark.parametrize("kind", KINDS)
def test_completion_offers_the_tags_that_the_viewer_may_be_told_of(world: World, kind: str) -> None:
    viewer, client = VIEWERS[kind], browser(VIEWERS[kind])
    told = {}
    for thing in POSTS:
        lines = client.get(reverse("gallery:complete"), {"q": thing.word("ta")}).json()["completions"]
        counts = [line["post_count"] for line in lines if line["name"] == thing.word("ta")]
        told[thing.name] = counts
    expected = {
        thing.name: [int(oracle.known_to_all(thing))] if oracle.knows_tag(viewer, thing) else [] for thing in POSTS
    }
    assert told == expected


@pytest.mark.parametrize("kind", KINDS)
def test_relatives_and_neighbours_are_those_of_the_viewer(world: World, kind: str) -> None:
    viewer, client = VIEWERS[kind], browser(VIEWERS[kind])
    here = THINGS["open"]
    if not oracle.reachable(viewer, here):
        return
    page = client.get(reverse("gallery:post", args=[here.pk]))
    links = {int(number) for number in re.findall(r'href="/posts/(\d+)', html.unescape(page.text))}
    allowed = {
        thing.pk
        for thing in POSTS
        if thing == here or oracle.listed(viewer, thing) or (oracle.reachable(viewer, thing) and viewer.is_member)
    }
    assert links <= allowed
