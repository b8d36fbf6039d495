"""Posts that look like a picture: all of them, and none that the viewer may not see."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from gallery.errors import Invalid
from gallery.models import Asset, AssetHash, Post
from gallery.pictures.pdq import distance, pdq
from gallery.search import search
from gallery.similar.lines import posts_like
from gallery.similar.near import FARTHEST, Sought, near, near_among, sought_asset, sought_picture
from gallery.similar.parts import PARTS
from gallery.similar.sureness import Sureness, likeness, sureness
from gallery.visibility import visible_posts
from tests.factories import make_asset, make_asset_row, make_post, make_take, make_user
from tests.gallery.drawn import MADE_OF_IT, scene

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def drawn_post(number=1, image=None, **fields):
    author = fields.pop("author", None) or make_user()
    return make_post(author, asset=make_asset(author, image=image or scene(number, 200, 260)), **fields)


def hashed_post(author, bits, *, quality=100, pixels="", **fields):
    """A post without files whose picture has this hash."""
    asset = make_asset_row(author)
    Asset.objects.filter(pk=asset.pk).update(pixel_sha256=pixels)
    asset.refresh_from_db()
    AssetHash.objects.create(asset=asset, pdq=bits, mirrored=bits ^ (2**256 - 1), quality=quality)
    return make_post(author, asset=asset, **fields)


def changed(bits, times, chance):
    for place in chance.sample(range(256), times):
        bits ^= 1 << place
    return bits


def ids(found):
    return [one.post_id for one in found]


def test_what_is_drawn_here_has_its_hash_from_the_first_moment():
    picture = scene(1, 200, 260)
    asset, found = make_asset(image=picture), pdq(picture)
    row = AssetHash.objects.get(asset=asset)
    assert (row.pdq, row.mirrored, row.quality) == (found.bits, found.mirrored, found.quality)


@pytest.mark.parametrize("made", ["jpeg 40", "webp 50", "half the size", "brighter by 20 %", "grey", "cropped by 1 %"])
def test_a_copy_that_somebody_posts_is_found_and_so_is_the_first_one(made):
    picture = scene(2, 400, 520)
    first, other = drawn_post(image=picture), drawn_post(3)
    copy = drawn_post(image=MADE_OF_IT[made](picture))
    # At the same distance the older one comes first.
    assert set(ids(near(VISITOR, sought_asset(copy.asset)))) == {copy.pk, first.pk}
    assert ids(near(VISITOR, sought_asset(first.asset))) == [first.pk, copy.pk]
    assert ids(near(VISITOR, sought_asset(other.asset))) == [other.pk]


def test_a_mirrored_post_is_found_and_said_to_be_mirrored():
    picture = scene(2, 400, 520)
    first, mirrored = drawn_post(image=picture), drawn_post(image=ImageOps.mirror(picture))
    found = near(VISITOR, sought_asset(mirrored.asset))
    assert [(one.post_id, one.turned) for one in found] == [(mirrored.pk, False), (first.pk, True)]


@pytest.mark.parametrize("made", ["turned by 90 degrees", "mirrored", "jpeg 40"])
def test_a_file_from_elsewhere_is_found_however_it_lies(made):
    picture = scene(2, 400, 520)
    first = drawn_post(image=picture)
    drawn_post(3)
    assert ids(near(VISITOR, sought_picture(pdq(MADE_OF_IT[made](picture)), "0" * 64))) == [first.pk]


def test_a_picture_with_nothing_in_it_is_found_by_its_very_pixels_alone():
    blue, blue_again = (drawn_post(image=Image.new("RGB", (64, 64), "#336699")) for _ in range(2))
    drawn_post(image=Image.new("RGB", (64, 64), "#336698"))
    assert ids(near(VISITOR, sought_asset(blue.asset))) == [blue.pk, blue_again.pk]


def test_a_picture_without_a_hash_is_found_by_its_pixels():
    one, same = drawn_post(1), drawn_post(1)
    AssetHash.objects.all().delete()
    drawn_post(2)
    assert ids(near(VISITOR, sought_asset(one.asset))) == [one.pk, same.pk]


def visibility():
    """Whose post of which rating and state is found by whom: the rows of the matrix."""
    return [
        ({}, {"visitor": True, "other": True, "author": True, "moderator": True}),
        ({"status": "flagged"}, {"visitor": True, "other": True, "author": True, "moderator": True}),
        ({"rating": "s"}, {"visitor": False, "other": True, "author": True, "moderator": True}),
        ({"rating": "e"}, {"visitor": False, "other": False, "author": True, "moderator": True}),
        *(
            ({"status": status}, dict.fromkeys(("visitor", "other", "author", "moderator"), False))
            for status in ("removed", "withdrawn", "quarantined", "pending")
        ),
    ]


@pytest.mark.parametrize(("fields", "seen"), visibility(), ids=lambda value: "-".join(map(str, value.values())))
def test_only_what_the_viewers_lists_may_hold_is_found(settings, fields, seen):
    settings.MAX_PUBLIC_RATING = "questionable"
    author = make_user("author", shown_ratings="gsqe")
    viewers = {
        "visitor": VISITOR,
        "other": make_user("other", shown_ratings="gsqe"),
        "author": author,
        "moderator": make_user("mod", role="moderator", shown_ratings="gsqe"),
    }
    shown = drawn_post(1)
    hidden = drawn_post(1, author=author, **fields)
    for name, viewer in viewers.items():
        expected = [shown.pk, hidden.pk] if seen[name] else [shown.pk]
        assert ids(near(viewer, sought_asset(shown.asset))) == expected, name
        assert [line.post.pk for line in posts_like(viewer, shown)] == expected[1:], name


def test_takes_and_pictures_without_a_post_are_never_told_of():
    maker = make_user()
    take = make_take(maker, image=scene(1, 128, 128), width=128, height=128)
    make_asset(maker, image=scene(1, 128, 128))
    assert near(maker, sought_asset(take.asset)) == []


def test_hidden_matches_never_take_the_place_of_one_that_may_be_seen():
    author, bits = make_user(), random.Random(1).getrandbits(256)
    for number in range(60):
        hashed_post(author, bits, pixels=str(number), rating="e")
    shown = hashed_post(author, changed(bits, 31, random.Random(2)), pixels="shown")
    assert ids(near(VISITOR, Sought((bits,), "none"), limit=1)) == [shown.pk]


@pytest.fixture
def many():
    """Posts around a few hashes at every distance up to 40, and others by chance."""
    chance, author = random.Random(5), make_user()
    centres = [chance.getrandbits(256) for _ in range(4)]
    hashes = [changed(centre, far, chance) for centre in centres for far in range(41)]
    hashes += [chance.getrandbits(256) for _ in range(60)]
    # Some hashes share whole parts with a centre and differ everywhere else.
    hashes += [centres[0] ^ (2 ** (16 * parts) - 1) << 64 for parts in range(1, 12)]
    assets = Asset.objects.bulk_create(
        Asset(owner=author, width=1, height=1, dominant_color="#000000", pixel_sha256=str(number))
        for number, _ in enumerate(hashes)
    )
    AssetHash.objects.bulk_create(
        AssetHash(asset=asset, pdq=bits, mirrored=0, quality=100) for asset, bits in zip(assets, hashes, strict=True)
    )
    posts = Post.objects.bulk_create(
        Post(
            asset=asset,
            author=author,
            rating="gs"[number % 3 == 0],
            ai_level="human",
            ai_evidence="declared",
            width=1,
            height=1,
            file_size=1,
            file_type="png",
        )
        for number, asset in enumerate(assets)
    )
    for model in (AssetHash, Post):
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return centres, {post.pk: (bits, post.rating) for post, bits in zip(posts, hashes, strict=True)}


def test_the_index_finds_exactly_what_a_look_at_every_hash_finds(many):
    centres, posts = many

    @hypothesis_settings(max_examples=60, deadline=None)
    @given(st.sampled_from(centres), st.integers(0, 40), st.integers(0, FARTHEST), st.randoms(use_true_random=False))
    def hold(centre, away, most, chance):
        bits = changed(centre, away, chance)
        expected = sorted(
            (distance(bits, other), post)
            for post, (other, rating) in posts.items()
            if rating == "g" and distance(bits, other) <= most
        )
        found = near(VISITOR, Sought((bits,), "none"), distance=most)
        assert [(one.distance, one.post_id) for one in found] == expected

    hold()


def test_it_is_the_index_that_finds_them(many):
    def looked_up():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT pg_stat_get_xact_numscans('hash_pdq_parts'::regclass)")
            return cursor.fetchone()[0]

    before = looked_up()
    assert near(VISITOR, Sought((many[0][0],), "none"))
    assert looked_up() == before + PARTS


def test_past_what_the_index_guarantees_nothing_may_be_asked():
    with pytest.raises(ValueError, match="0 to 31"):
        near(VISITOR, Sought((0,), ""), distance=FARTHEST + 1)


def test_a_limit_keeps_the_nearest():
    author, bits = make_user(), random.Random(3).getrandbits(256)
    posts = [hashed_post(author, changed(bits, far, random.Random(far)), pixels=str(far)) for far in (9, 3, 20, 0)]
    found = near_among(visible_posts(VISITOR), Sought((bits,), "none"), limit=2)
    assert [(one.post_id, one.distance) for one in found] == [(posts[3].pk, 0), (posts[1].pk, 3)]


# --- similar: in the search box ---


def found(text, viewer=VISITOR, **options):
    return [post.pk for post in search(text, viewer, **options).posts]


@pytest.fixture
def family():
    """Posts at 0, 4, 12 and 30 bits from the first, made in another order; and one that is none of them."""
    author, bits = make_user("author"), random.Random(8).getrandbits(256)
    far = {0: None, 30: None, 4: None, 12: None}
    for distance_ in far:
        hash_ = changed(bits, distance_, random.Random(distance_))
        far[distance_] = hashed_post(author, hash_, pixels=str(distance_), tags=[f"far_{distance_}", "art"])
    hashed_post(author, random.Random(9).getrandbits(256), pixels="other", tags=["art"])
    return far


def test_the_most_alike_come_first_unless_another_order_is_asked_for(family):
    by_likeness = [family[far].pk for far in (0, 4, 12, 30)]
    assert found(f"similar:{family[0].pk}") == by_likeness
    assert found(f"similar:{family[0].pk} art") == by_likeness
    assert found(f"similar:{family[0].pk} -far_4") == [family[far].pk for far in (0, 12, 30)]
    assert found(f"similar:{family[0].pk} order:id") == sorted(by_likeness)
    assert found(f"similar:{family[0].pk} order:id_desc") == sorted(by_likeness, reverse=True)
    assert found(f"similar:{family[12].pk}")[0] == family[12].pk


def test_it_combines_like_any_other_term(family):
    assert len(found(f"-similar:{family[0].pk}")) == 1
    assert len(found(f"similar:{family[0].pk} or art")) == 5
    assert found(f"similar:{family[0].pk} similar:{family[30].pk} -similar:{family[0].pk}") == []


def test_its_pages_follow_each_other_both_ways(family):
    query, order = f"similar:{family[0].pk}", [family[far].pk for far in (0, 4, 12, 30)]
    first = search(query, VISITOR, limit=2)
    second = search(query, VISITOR, limit=2, page_token=first.next_token)
    back = search(query, VISITOR, limit=2, page_token=second.previous_token)
    assert [[post.pk for post in page.posts] for page in (first, second, back)] == [order[:2], order[2:], order[:2]]
    assert (first.count, first.count_is_exact, second.next_token) == (4, True, None)


@pytest.mark.parametrize("negated", ["", "-"])
def test_a_post_that_may_not_be_seen_answers_as_one_that_never_was(negated):
    stranger = make_user(shown_ratings="gsqe")
    hidden = [drawn_post(1, rating="e"), drawn_post(1, status="removed"), drawn_post(1, status="quarantined")]
    drawn_post(1)
    for viewer in (VISITOR, stranger):
        for post in hidden:
            with pytest.raises(Invalid) as refused:
                search(f"{negated}similar:{post.pk}", viewer)
            with pytest.raises(Invalid) as unknown:
                search(f"{negated}similar:999999", viewer)
            assert (refused.value.code, refused.value.status) == (unknown.value.code, unknown.value.status)
            assert refused.value.message.replace(str(post.pk), "#") == unknown.value.message.replace("999999", "#")


def test_the_posts_that_others_hide_are_in_no_answer_and_no_count(family):
    before = search(f"similar:{family[0].pk}", VISITOR)
    author = make_user()
    for fields in ({"rating": "e"}, {"status": "removed"}, {"status": "withdrawn"}):
        bits = AssetHash.objects.get(asset=family[0].asset).pdq
        hashed_post(author, bits, pixels="hidden", **fields)
    after = search(f"similar:{family[0].pk}", VISITOR)
    assert [post.pk for post in after.posts] == [post.pk for post in before.posts]
    assert after.count == before.count


def test_ones_own_post_that_left_the_lists_can_be_searched_by_but_is_not_listed(family):
    author = family[0].author
    Post.objects.filter(pk=family[0].pk).update(status="withdrawn")
    assert found(f"similar:{family[0].pk}", author) == [family[far].pk for far in (4, 12, 30)]
    assert found(f"similar:{family[0].pk} status:any", author)[0] == family[0].pk


@pytest.mark.parametrize("value", ["1..3", "1,2", ">4"])
def test_it_takes_one_number(value):
    with pytest.raises(Invalid, match="the number of one post"):
        search(f"similar:{value}", VISITOR)


def test_a_search_has_only_so_many_of_them(family):
    numbers = [post.pk for post in Post.objects.all()]
    terms = [f"similar:{number}" for number in numbers]
    assert len(found(f"({' or '.join(terms)})")) == 5
    another = drawn_post(50)
    with pytest.raises(Invalid, match="5 similar:"):
        search(f"({' or '.join([*terms, f'similar:{another.pk}'])})", VISITOR)


def test_numbers_past_every_post_are_no_fault():
    with pytest.raises(Invalid):
        search("similar:9223372036854775807", VISITOR)


# --- how sure ---


@pytest.mark.parametrize(
    ("bits", "word", "percent"),
    [(0, "same", 100), (10, "same", 92), (11, "copy", 91), (24, "copy", 81), (25, "similar", 80), (31, "similar", 76)],
)
def test_how_sure_it_is(bits, word, percent):
    assert (sureness(bits), likeness(bits)) == (Sureness(word), percent)


def test_what_is_no_match_has_no_word():
    with pytest.raises(ValueError, match="0 to 31"):
        sureness(32)
    assert likeness(200) == 0
