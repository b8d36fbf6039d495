"""What else than a body can tell: conditional requests, HEAD, streams of events, and files behind a blur."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse

from gallery.models import AssetFile
from generation import events
from tests.leaks import oracle
from tests.leaks.asking import PROBED
from tests.leaks.marks import marks_in
from tests.leaks.reading import found_in
from tests.leaks.things import POSTS, THINGS
from tests.leaks.viewers import VIEWERS, browser
from tests.leaks.world import World

# The second mark makes the database; what is in it is in the transaction around all tests. On a busy machine the one
# that makes the world, or has everything asked, takes minutes.
pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(1800)]
KINDS = list(VIEWERS)
SOME = [thing for thing in POSTS if thing.name in PROBED]
LATER = "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.mark.parametrize("kind", KINDS)
def test_who_knows_the_digest_of_a_hidden_file_is_not_told_that_it_is_right(world: World, kind: str) -> None:
    viewer, client = VIEWERS[kind], browser(VIEWERS[kind])
    told = []
    for file in AssetFile.objects.filter(asset__key__startswith="zq").select_related("asset"):
        thing = next(one for one in THINGS.values() if one.key == file.asset.key)
        sharp_alone = file.variant != "b360" and oracle.blurred(viewer, thing)
        if oracle.reachable(viewer, thing) and not sharp_alone:
            continue
        address = reverse("gallery:media", args=[thing.key, file.variant, file.format])
        asked_for = [{"If-None-Match": f'"{file.sha256}"'}]
        if file.variant == "180":
            asked_for += [{"If-None-Match": "*"}, {"Range": "bytes=0-9"}, {"If-Modified-Since": LATER}]
        for asked in asked_for:
            if client.get(address, headers=asked).status_code != 404:
                told.append((address, asked))
    assert told == []


@pytest.mark.parametrize("kind", KINDS)
def test_head_says_no_more_than_get(world: World, kind: str) -> None:
    viewer, client = VIEWERS[kind], browser(VIEWERS[kind])
    told = []
    for thing in SOME:
        for name, given in (
            ("post", [thing.pk]), ("api_post", [thing.pk]), ("similar_strip", [thing.pk]), ("tag", [thing.word("ta")]),
            ("media", [thing.key, "original", "png"]), ("media", [thing.key, "180", "webp"]),
        ):  # fmt: skip
            address = reverse(f"gallery:{name}", args=given)
            head = client.head(address)
            if not oracle.reachable(viewer, thing) and name != "tag":
                got = client.get(address)
                alike = (head.status_code, head.get("ETag")) == (got.status_code, got.get("ETag"))
                found = found_in(head, world) - marks_in(address.encode(), {})
                if not alike or found or (head.status_code not in (302, 404) and not oracle.held_back(viewer, thing)):
                    told.append((address, head.status_code, found))
    assert told == []


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_blurred_post_the_blurred_file_alone_is_given(world: World, kind: str) -> None:
    viewer, client = VIEWERS[kind], browser(VIEWERS[kind])
    for thing in SOME:
        if not oracle.reachable(viewer, thing):
            continue
        sharp = not oracle.blurred(viewer, thing)
        given = {
            variant: client.get(reverse("gallery:media", args=[thing.key, variant, extension])).status_code == 200
            for variant, extension in (("original", "png"), ("original", "jpg"), ("180", "webp"), ("b360", "webp"))
        }
        assert given == {"original": sharp, "180": sharp, "b360": True}, thing.name


@pytest.mark.parametrize("name", ["painter", "bystander", "moderator"])
def test_a_stream_tells_of_ones_own_pictures_alone(world: World, name: str) -> None:
    """Others' jobs are running meanwhile: nothing of them comes, neither a word nor that there are any."""

    async def first() -> list[bytes]:
        source = events.stream(world.people[name].pk)
        heard: list[bytes] = []
        reading: Any = aiter(source)
        try:
            while True:
                heard.append(await asyncio.wait_for(anext(reading), 3))
        except TimeoutError:
            return heard
        finally:
            source.close()

    said = async_to_sync(first)()
    events._current = None
    jobs = [line for line in said if b"data:" in line]
    assert bool(jobs) == (name == "painter")
    assert marks_in(b"".join(said), world.digests) == set()
