"""The time of a search is for all of its statements together, and what could use it up is bounded."""

import time
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from gallery.errors import Invalid, SearchTimeout
from gallery.models import Post, SavedSearch
from gallery.search import search
from gallery.search.budget import time_budget
from gallery.search.compile import compile_query
from tagging.query import parse
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def sleep(seconds):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def setting():
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()


def test_statements_that_are_short_one_by_one_are_stopped_together():
    before, done = setting(), []

    def many():
        with time_budget(600):
            for _ in range(10):
                sleep(0.3)
                done.append(1)

    with pytest.raises(SearchTimeout):
        many()
    assert len(done) < 3
    assert setting() == before


def test_a_budget_within_another_has_no_more_time_than_that():
    with pytest.raises(SearchTimeout), time_budget(200), time_budget(60_000):
        sleep(5)


def test_compiling_stops_at_the_end_of_the_time():
    def late():
        with time_budget(300):
            time.sleep(0.4)
            compile_query(parse("width:5"), VISITOR)

    with pytest.raises(SearchTimeout):
        late()


def family(numbers):
    """A chain of posts, each made from the one before."""
    author = make_user()
    posts = [make_post(asset=make_asset_row(author), tags=["cat"]) for _ in range(numbers)]
    for upper, lower in pairwise(posts):
        Post.objects.filter(pk=lower.pk).update(parent=upper)
    return [post.pk for post in posts]


def ids(text, viewer=VISITOR):
    return [post.pk for post in search(text, viewer).posts]


def test_a_lineage_goes_through_posts_that_the_viewer_sees_alone():
    first, second, third, fourth = family(4)
    assert ids(f"lineage:{second} order:id") == [first, second, third, fourth]
    Post.objects.filter(pk=third).update(status="removed")
    assert ids(f"lineage:{second} order:id") == [first, second]
    assert ids(f"lineage:{first},{fourth} order:id") == [first, second, fourth]
    assert ids(f"lineage:{third}") == []


@pytest.mark.parametrize("value", [">0", "1..9", "..5", ",".join(map(str, range(1, 22)))])
def test_a_lineage_is_of_single_posts(value):
    with pytest.raises(Invalid, match="lineage: takes single post numbers"):
        search(f"lineage:{value}", VISITOR)


def test_lineages_of_one_search_are_few_saved_ones_included():
    (post,) = family(1)
    with pytest.raises(Invalid, match="at most"):
        search(" or ".join(f"lineage:{number}" for number in range(1, 7)), VISITOR)
    member = make_user()
    SavedSearch.objects.create(user=member, query=f"lineage:{post}", labels=[])
    assert ids("search:all", member) == [post]
    # What is over stays out.
    assert ids("search:all (" + " or ".join(f"lineage:{post}" for _ in range(5)) + ")", member) == []


def test_saved_searches_are_bounded_in_characters():
    (post,) = family(1)
    member = make_user()
    SavedSearch.objects.create(user=member, query="cat", labels=[])
    for letter in "abcde":
        SavedSearch.objects.create(user=member, query=letter * 3900, labels=[])
    assert ids("search:all", member) == []
    SavedSearch.objects.create(user=member, query="cat -dog", labels=[])
    assert ids("search:all", member) == [post]


def test_a_saved_search_at_the_edge_of_the_calendar_spoils_no_other():
    (post,) = family(1)
    member = make_user()
    SavedSearch.objects.create(user=member, query="cat", labels=[])
    for text in ("date:0001-01-01", "date:9999-12-31", "age:>2000y", "width:cheese"):
        SavedSearch.objects.create(user=member, query=text, labels=["bad"])
    for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
        with timezone.override(zone):
            assert post in ids("search:all", member)
