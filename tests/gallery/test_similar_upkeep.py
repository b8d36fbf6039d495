"""Hashes and pairs are made in the background, go on where they were stopped, and miss nothing."""

import random
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from PIL import Image

from config import settings as configured
from gallery import tasks
from gallery.errors import Invalid, NotAllowed
from gallery.models import AssetFile, AssetHash, DuplicatePair, Post, PostVersion, UncomparedPost
from gallery.similar.near import near, sought_asset
from gallery.similar.pairs import make_parent, open_pairs, tell_apart
from gallery.similar.upkeep import compare, compare_posts, hash_pictures
from tests.factories import make_asset, make_post, make_user
from tests.gallery.drawn import MADE_OF_IT, scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def drawn_post(number=1, image=None, author=None, **fields):
    author = author or make_user()
    return make_post(author, asset=make_asset(author, image=image or scene(number, 200, 260)), **fields)


def pairs():
    return [(pair.older_id, pair.newer_id) for pair in DuplicatePair.objects.order_by("older", "newer")]


@pytest.fixture
def moderator():
    return make_user("mod", role="moderator", shown_ratings="gsqe")


def test_pictures_from_before_get_their_hash_and_a_stop_loses_nothing():
    posts = [drawn_post(number) for number in range(4)]
    hashes = dict(AssetHash.objects.values_list("asset", "pdq"))
    AssetHash.objects.all().delete()
    looks = iter([False, False, True])
    assert hash_pictures(lambda: next(looks)) == 2
    assert AssetHash.objects.count() == 2
    assert hash_pictures() == 2
    assert hash_pictures() == 0
    assert dict(AssetHash.objects.values_list("asset", "pdq")) == hashes
    assert len(posts) == 4


def test_a_picture_that_is_gone_holds_nothing_up_and_matches_nothing(caplog):
    gone, same, other = drawn_post(1), drawn_post(2), drawn_post(2)
    AssetHash.objects.all().delete()
    Path(site.MEDIA_ROOT, AssetFile.objects.get(asset=gone.asset, variant="original").path).unlink()
    assert hash_pictures() == 3
    assert hash_pictures() == 0
    assert f"asset {gone.asset_id}" in caplog.text
    assert AssetHash.objects.get(asset=gone.asset).quality == 0
    assert [one.post_id for one in near(same.author, sought_asset(same.asset))] == [same.pk, other.pk]


def test_a_damaged_picture_holds_nothing_up(caplog):
    noise = Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000))
    damaged, other = drawn_post(image=noise), drawn_post(2)
    AssetHash.objects.all().delete()
    path = Path(site.MEDIA_ROOT, AssetFile.objects.get(asset=damaged.asset, variant="original").path)
    head, first, *rest = path.read_bytes().split(b"IDAT")
    path.chmod(0o644)
    # The name of the second part of the pixels: what Pillow calls a syntax error.
    path.write_bytes(b"IDAT".join([head, first]) + b"\0\1\2\3" + b"IDAT".join(rest))
    assert hash_pictures() == 2
    assert f"asset {damaged.asset_id}" in caplog.text
    assert AssetHash.objects.get(asset=other.asset).quality > 0


def test_every_pair_is_found_once_whichever_is_compared_first():
    picture = scene(1, 400, 520)
    first, other = drawn_post(image=picture), drawn_post(7)
    second = drawn_post(image=MADE_OF_IT["jpeg 40"](picture))
    third = drawn_post(image=MADE_OF_IT["mirrored"](picture))
    assert UncomparedPost.objects.count() == 4
    assert compare(second.pk)
    assert not compare(second.pk)
    assert compare_posts() == 3
    assert pairs() == [(first.pk, second.pk), (first.pk, third.pk), (second.pk, third.pk)]
    assert UncomparedPost.objects.count() == 0
    turned = DuplicatePair.objects.filter(turned=True).values_list("newer", flat=True)
    assert set(turned) == {third.pk}
    assert other.pk not in {post for pair in pairs() for post in pair}


def test_a_post_whose_picture_has_no_hash_waits_for_it():
    first, second = drawn_post(1), drawn_post(1)
    AssetHash.objects.all().delete()
    assert compare_posts() == 0
    call_command("look_for_copies")
    assert pairs() == [(first.pk, second.pk)]


def test_the_background_does_it_and_is_asked_to():
    first, second = drawn_post(1), drawn_post(1)
    assert tasks.look_for_copies() == 2
    assert pairs() == [(first.pk, second.pk)]
    assert "gallery.look_for_copies" in {row["task"] for row in configured.CELERY_BEAT_SCHEDULE.values()}


def test_posts_that_were_taken_down_make_no_pairs():
    drawn_post(1, status="removed")
    drawn_post(1, status="withdrawn")
    drawn_post(1)
    compare(Post.objects.latest("pk").pk)
    assert pairs() == []


def test_the_database_keeps_pairs_in_order_and_once():
    one, other = drawn_post(1), drawn_post(2)
    DuplicatePair.objects.create(older=one, newer=other, distance=3)
    for older, newer, fields in [(other, one, {}), (one, one, {}), (one, other, {}), (one, other, {"distance": 300})]:
        with pytest.raises(IntegrityError), transaction.atomic():
            DuplicatePair.objects.create(**({"older": older, "newer": newer, "distance": 1} | fields))
    with pytest.raises(IntegrityError), transaction.atomic():
        DuplicatePair.objects.update(dismissed_by=one.author)


def test_what_was_told_apart_stays_apart(moderator):
    first, second = drawn_post(1), drawn_post(1)
    compare_posts()
    (pair,) = open_pairs()
    tell_apart(moderator, pair)
    UncomparedPost.objects.create(post=first)
    compare_posts()
    assert list(open_pairs()) == []
    pair.refresh_from_db()
    assert (pair.dismissed_by, pair.newer) == (moderator, second)
    assert pair.dismissed_at is not None


@pytest.mark.parametrize("older", [True, False])
def test_a_parent_is_an_edit_with_a_version_and_settles_the_pair(moderator, older):
    first, second = drawn_post(1), drawn_post(1)
    compare_posts()
    (pair,) = open_pairs()
    make_parent(moderator, pair, older=older)
    parent, child = (first, second) if older else (second, first)
    child.refresh_from_db()
    assert child.parent_id == parent.pk
    assert PostVersion.objects.get(post=child, number=2).editor == moderator
    assert list(open_pairs()) == []


def test_siblings_are_settled_too(moderator):
    parent, first, second = drawn_post(3), drawn_post(1), drawn_post(1)
    Post.objects.filter(pk__in=[first.pk, second.pk]).update(parent=parent)
    compare_posts()
    assert pairs() == [(first.pk, second.pk)]
    assert list(open_pairs()) == []


def test_pairs_of_posts_with_and_without_other_parents_are_open(moderator):
    parent, first, second = drawn_post(3), drawn_post(1), drawn_post(1)
    Post.objects.filter(pk=second.pk).update(parent=parent)
    compare_posts()
    assert [pair.older_id for pair in open_pairs()] == [first.pk]


def test_a_circle_of_parents_is_refused_and_changes_nothing(moderator):
    first, second = drawn_post(1), drawn_post(1)
    middle = drawn_post(3)
    Post.objects.filter(pk=middle.pk).update(parent=first)
    Post.objects.filter(pk=second.pk).update(parent=middle)
    compare_posts()
    (pair,) = open_pairs()
    with pytest.raises(Invalid):
        make_parent(moderator, pair, older=False)
    first.refresh_from_db()
    assert first.parent is None


def test_only_moderators_settle_pairs():
    first, _second = drawn_post(1), drawn_post(1)
    compare_posts()
    pair = DuplicatePair.objects.get()
    with pytest.raises(NotAllowed):
        tell_apart(first.author, pair)
    with pytest.raises(NotAllowed):
        make_parent(first.author, pair, older=True)


@pytest.mark.parametrize("fields", [{"status": "removed"}, {"status": "quarantined"}])
def test_a_pair_is_shown_while_both_posts_are(fields):
    first, second = drawn_post(1), drawn_post(1)
    compare_posts()
    assert [pair.newer_id for pair in open_pairs()] == [second.pk]
    Post.objects.filter(pk=first.pk).update(**fields)
    assert list(open_pairs()) == []


def test_of_a_picture_in_many_versions_the_nearest_are_kept():
    for _ in range(13):
        drawn_post(1)
    compare_posts()
    assert 10 <= DuplicatePair.objects.count() <= 13 * 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gallery_uncomparedpost")
        assert cursor.fetchone() == (0,)
