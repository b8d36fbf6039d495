"""At most so many posts of one author on a page: full pages, nothing lost, nothing twice."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gallery.models import Asset, Post, PostStats, User
from gallery.search import search
from gallery.search.thinning import names_people
from tagging.models import Category, Tag
from tagging.query import parse
from tests.factories import make_user

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def publish(authors, line, scores=None):
    """One post for each letter of `line`, the newest last, by the account with that name; ids in that order."""
    assets = Asset.objects.bulk_create(
        Asset(owner=authors[name], width=1, height=1, pixel_sha256="0" * 64, dominant_color="#000000") for name in line
    )
    posts = Post.objects.bulk_create(
        Post(asset=asset, author=authors[name], rating="g", ai_level="human", ai_evidence="declared")
        for asset, name in zip(assets, line, strict=True)
    )
    PostStats.objects.bulk_create(
        PostStats(post=post, score=score, up_score=score)
        for post, score in zip(posts, scores or [0] * len(posts), strict=True)
    )
    return [post.pk for post in posts]


def pages(query, limit, per_author):
    found = [search(query, VISITOR, limit=limit, per_author=per_author)]
    while found[-1].next_token:
        token = found[-1].next_token
        found.append(search(query, VISITOR, page_token=token, limit=limit, per_author=per_author))
        assert len(found) < 100
    return found


def names(page):
    return "".join(post.author.username for post in page.posts)


def more(page):
    return {line.name: line.count for line in page.more_by}


@pytest.fixture
def people():
    return {name: make_user(name) for name in "abcd"}


def test_one_who_publishes_much_leaves_room_for_others_and_the_rest_is_behind_a_link(people):
    publish(people, "bcbc" + "a" * 10 + "bc")
    first, second = pages("", 6, 2)
    assert (names(first), more(first)) == ("cbaacb", {"a": 8})
    assert (names(second), more(second)) == ("cb", {})
    assert {first.count, second.count} == {16}


def test_where_nobody_is_left_to_make_room_for_the_page_is_filled(people):
    publish(people, "a" * 10)
    assert [(names(page), more(page)) for page in pages("", 4, 2)] == [("aaaa", {}), ("aaaa", {}), ("aa", {})]


def test_the_others_come_before_what_fills_the_page(people):
    publish(people, "b" + "a" * 10)
    only = search("", VISITOR, limit=4, per_author=1)
    assert (names(only), more(only), only.next_token) == ("aaab", {"a": 7}, None)


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("user:a", True),
        ("-user:b", False),
        ("id:1,2,3", True),
        ("ordfav:a", True),
        ("fav:a or cat", True),
        ("favgroup:1", True),
        ("lineage:1", True),
        ("(cat user:a)", True),
        ("painter", True),
        ("old_painter", True),
        ("-painter", False),
        ("cat order:score", False),
        ("", False),
    ],
)
def test_a_search_for_people_or_for_single_posts_is_left_as_it_is(query, asks):
    painter = Tag.objects.create(name="painter", category=Category.ARTIST)
    painter.aliases.create(antecedent="old_painter")
    Tag.objects.create(name="cat")
    assert names_people(parse(query)) == asks


def test_a_search_for_one_author_shows_all_of_theirs(people):
    publish(people, "ba" * 5)
    assert names(search("user:a", VISITOR, per_author=1)) == "aaaaa"


def test_without_a_limit_and_on_later_numbered_pages_nothing_is_folded(people):
    publish(people, "b" + "a" * 8)
    assert names(search("", VISITOR, limit=4)) == "aaaa"
    later = search("", VISITOR, limit=4, page_token="2", per_author=1)
    assert (names(later), more(later)) == ("aaaa", {})


def test_a_search_past_its_time_is_shown_unthinned(people, monkeypatch):
    publish(people, "b" + "a" * 8)
    monkeypatch.setattr("gallery.search.thinning.THIN_MS", 0)
    page = search("", VISITOR, limit=4, per_author=1)
    assert (names(page), more(page)) == ("aaaa", {})


def test_somebody_else_is_looked_for_so_far_and_no_farther(people, monkeypatch):
    """Who brought a whole archive along makes no page walk through all of it."""
    monkeypatch.setattr("gallery.search.thinning.NEAR_PAGES", 1)
    monkeypatch.setattr("gallery.search.thinning.FAR", 8)
    publish(people, "bb" + "a" * 9 + "b" + "a" * 6)
    found = [(names(page), more(page)) for page in pages("", 4, 1)]
    assert found == [("aaab", {"a": 3}), ("aaaa", {}), ("aaab", {"a": 2}), ("b", {})], "past the first b, nine posts on"


@settings(max_examples=99, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    line=st.text("aaabcd", max_size=24),
    scores=st.lists(st.integers(0, 2), min_size=24, max_size=24),
    order=st.sampled_from(["", "order:id", "order:score", "order:score_asc", "order:random:7", "order:favcount"]),
    limit=st.integers(1, 6),
    per_author=st.integers(1, 4),
)
@example(line="b" + "a" * 20, scores=[0] * 24, order="", limit=5, per_author=1)
def test_each_post_is_on_one_page_or_announced_by_the_link_there(db, line, scores, order, limit, per_author):
    with transaction.atomic():
        people = {name: User.objects.create(username=name) for name in "abcd"}
        publish(people, line, scores[: len(line)])
        plain = [post.pk for page in pages(order, 50, 0) for post in page.posts]
        author = dict(Post.objects.values_list("pk", "author__username"))
        found = pages(order, limit, per_author)
        begin = 0
        for page in found:
            shown = [post.pk for post in page.posts]
            assert {(page.count, page.count_is_exact)} == {(len(plain), True)}
            end = plain.index(shown[-1]) + 1 if shown else len(plain)
            stretch = plain[begin:end]
            folded = [pk for pk in stretch if pk not in shown]
            assert shown == [pk for pk in stretch if pk in shown], "in order, and none of another page's"
            assert more(page) == {name: n for name in "abcd" if (n := [author[pk] for pk in folded].count(name))}
            of_one = max((names(page).count(name) for name in "abcd"), default=0)
            others = {author[pk] for pk in plain[begin:]}
            if of_one > per_author:
                # Filled up: nobody else of the rest has less than the limit on it and more to show.
                for name in others:
                    rest = [author[pk] for pk in plain[begin:]].count(name)
                    assert names(page).count(name) >= min(per_author, rest)
            assert len(shown) == min(limit, len(plain) - begin) or page is found[-1] or not folded
            if page is not found[-1]:
                assert len(shown) == limit, "a page before the last is full"
            begin = end
        assert begin == len(plain)

        back, seen_from = found[-1], len(plain) - len(found[-1].posts)
        while back.previous_token:
            earlier = search(order, VISITOR, page_token=back.previous_token, limit=limit, per_author=per_author)
            if not earlier.previous_token:
                break
            first = plain.index(earlier.posts[0].pk)
            until = plain.index(back.posts[0].pk)
            assert len(earlier.posts) == limit
            folded = set(plain[first:until]) - {post.pk for post in earlier.posts}
            assert sum(more(earlier).values()) == len(folded)
            back = earlier
        assert seen_from >= 0
        transaction.set_rollback(True)
