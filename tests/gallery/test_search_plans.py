"""The searches that mislead the planner go by the index on tags, however many posts there are beside their matches."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.models import Post, User
from gallery.search import search
from gallery.search.compilation import Compilation
from gallery.search.metatags import METATAGS
from gallery.search.trace import trace
from tagging.models import Tag
from tagging.query.values import Clock, Interval, Numbers
from tests.factories import make_user

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
POSTS = 12_000
# Tag by tag, which posts have it: two large tags that exclude each other, a franchise that nobody draws any more, three
# that meet in one post alone, and one that is rare everywhere.
TAGS = {
    "day": "n % 2 = 0",
    "night": "n % 2 = 1",
    "dead_franchise": "n BETWEEN 100 AND 1000",
    "third": "n % 3 = 0 AND (n % 15 <> 0 OR n = 30)",
    "fifth": "n % 5 = 0",
    "rare": "n % 400 = 7",
    "common": "n % 10 < 9",
}


@pytest.fixture(scope="module")
def large_site(django_db_setup, django_db_blocker):
    """`POSTS` general posts without files, once for all tests here; post n has score n % 50."""
    with django_db_blocker.unblock(), transaction.atomic():
        fill(make_user())
        yield
        transaction.set_rollback(True)


def fill(author):
    """Rows in a few statements: through the site's own doors they would take minutes."""
    ids = {name: Tag.objects.create(name=name).pk for name in TAGS}
    chosen = ", ".join(f"CASE WHEN {test} THEN {ids[name]} END" for name, test in TAGS.items())
    counts = "".join(
        f"UPDATE tagging_tag SET post_count = c, general_count = c "
        f"FROM (SELECT count(*) AS c FROM drawn WHERE {test}) AS counted WHERE id = {ids[name]};"
        for name, test in TAGS.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMP TABLE drawn ON COMMIT DROP AS
                SELECT n, array_remove(ARRAY[{chosen}], NULL) AS tags FROM generate_series(1, {POSTS}) AS n;
            INSERT INTO gallery_asset (id, key, owner_id, width, height, pixel_sha256, dominant_color, created_at)
                SELECT n, 'k' || n, {author.pk}, 1, 1, '', '#000000', now() FROM drawn;
            INSERT INTO gallery_post (
                id, asset_id, author_id, title, commentary, rating, status, ai_level, ai_evidence, prompt_visibility,
                tag_ids, tag_count, general_tags, artist_tags, copyright_tags, character_tags, meta_tags, model_tags,
                source, width, height, file_size, file_type, created_at, updated_at
            )
                SELECT n, n, {author.pk}, '', '', 'g', 'active', 'generated', 'site_job', 'visible',
                    tags, cardinality(tags), cardinality(tags), 0, 0, 0, 0, 0,
                    '', 1, 1, 0, 'png', now() - n * interval '1 second', now() FROM drawn;
            INSERT INTO gallery_poststats (post_id, score, up_score, down_score, fav_count, views)
                SELECT n, n % 50, n % 50, 0, 0, 0 FROM drawn;
            {counts}
            ANALYZE gallery_post; ANALYZE gallery_poststats; ANALYZE tagging_tag;
            """
        )


TRAPS = [
    ("day night", "match", 0),
    ("dead_franchise", "match", 901),
    ("third fifth", "match", 1),
    ("third fifth night", "match", 0),
    ("rare", "match", 30),
    ("rare order:score", "match", 30),
    ("day night order:score", "match", 0),
    ("rare order:random:3", "match", 30),
    ("(rare day) or (rare night)", "match", 30),
    ("dead_fr*", "match", 901),
]


@pytest.mark.parametrize(("text", "way", "number"), TRAPS)
def test_what_lies_unevenly_is_found_by_the_index_on_tags(large_site, text, way, number):
    traced = trace(text, VISITOR)
    assert traced.result.way == way
    assert "post_tag_ids_gin" in traced.plans[-1]
    assert "Seq Scan on gallery_post " not in "\n".join(traced.plans)
    page = search(text, VISITOR)
    assert (page.count, page.count_is_exact) == (number, True)
    assert len(page.posts) == min(number, 40)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("", "gallery_post_pkey"),
        ("common", "gallery_post_pkey"),
        ("-day", "gallery_post_pkey"),
        ("common order:score", "stats_score"),
        ("order:created_at", "post_created_at"),
    ],
)
def test_what_is_everywhere_is_found_by_a_short_walk(large_site, text, index):
    traced = trace(text, VISITOR)
    assert traced.result.way == "probe"
    assert index in traced.plans[-1]
    assert "post_tag_ids_gin" not in traced.plans[-1]
    assert len(traced.result.rows) == 40


def test_a_walk_that_finds_too_little_ends_before_it_is_long(large_site):
    traced = trace("day night", VISITOR, analyse=True)
    assert traced.result.way == "match"
    probe = next(plan for plan in traced.plans if "Rows Removed by Filter" in plan)
    removed = int(probe.split("Rows Removed by Filter: ")[1].split()[0])
    assert removed < POSTS / 4


@pytest.mark.parametrize("text", ["score:>40 order:score_asc", "score:<5 order:score", "id:<5000", "id:>6000 order:id"])
def test_a_walk_begins_where_the_search_says_that_matches_are(large_site, text):
    traced = trace(text, VISITOR, analyse=True)
    assert (traced.result.way, len(traced.result.rows)) == ("probe", 40)
    assert "Rows Removed by Filter" not in traced.plans[-1]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("source:https://example.com/Artist_7", [7]),
        ("source:*/ARTIST*8", [8]),
        ('source:"https://example.com/artist*"', [9]),
        ("source:https://example.com/artistx7", []),
    ],
)
def test_a_source_is_found_by_the_index_on_its_letters(large_site, text, numbers):
    with transaction.atomic():
        Post.objects.filter(pk__lt=3000).update(
            source=Concat(Value("https://elsewhere.org/a/"), "id", output_field=CharField())
        )
        for number, end in ((7, "artist_7"), (8, "artist_8"), (9, "artist*")):
            Post.objects.filter(pk=number).update(source=f"https://example.com/{end}")
        traced = trace(text, VISITOR)
        transaction.set_rollback(True)
    assert [post_id for post_id, _key in traced.result.rows] == numbers
    assert "Index Cond: ((source)::text ~~*" in traced.plans[-1]


@pytest.mark.parametrize("name", ["parent", "child"])
def test_an_open_range_of_parents_is_not_taken_for_few(name):
    assert METATAGS[name].few(Numbers(frozenset({5})))
    assert not METATAGS[name].few(Numbers(frozenset(), (Interval(0, None, low_open=True),)))


def test_an_account_is_found_by_the_index_on_its_name(large_site):
    author = User.objects.get()
    with CaptureQueriesContext(connection) as queries:
        assert Compilation(VISITOR, Clock(timezone.now())).user_id(author.username.upper()) == author.pk
    with connection.cursor() as cursor, transaction.atomic():
        # Among few accounts every way is as short.
        User.objects.bulk_create(User(username=f"somebody-{number}") for number in range(2000))
        cursor.execute("ANALYZE gallery_user; SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + queries[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    assert "user_name_once_in_any_case" in plan


def test_the_way_back_is_as_short(large_site):
    first = search("common", VISITOR)
    second = search("common", VISITOR, page_token=first.next_token)
    back = search("common", VISITOR, page_token=second.previous_token)
    assert [post.pk for post in back.posts] == [post.pk for post in first.posts]
    assert {first.way, second.way, back.way} == {"probe"}
