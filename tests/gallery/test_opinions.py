"""Votes and favourites; the sums follow, however many act at once."""

import pytest
from django.db import IntegrityError, connection, transaction

from gallery import posts
from gallery.community import opinions
from gallery.community.opinions import Opinion, opinion_of
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Favourite, Post, PostStats, PostVote, User
from gallery.models.post import PostStatus
from tests.factories import make_asset_row, make_post, make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def new_post(author: User | None = None, **fields: object) -> Post:
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), **fields)


def sums(post: Post) -> tuple[int, int, int, int]:
    """Score, up, down and favourites as everybody sees them."""
    stats = PostStats.objects.get(post=post)
    return stats.score, stats.up_score, stats.down_score, stats.fav_count


def counted(post: Post) -> tuple[int, int, int, int]:
    """The same from the rows themselves."""
    up, down = (PostVote.objects.filter(post=post, score=score).count() for score in (1, -1))
    return up - down, up, down, Favourite.objects.filter(post=post).count()


def test_a_vote_moves_the_sums_and_can_be_turned_and_taken_back():
    post, voter = new_post(), make_user()
    for score, expected in [
        (1, (1, 1, 0, 0)),
        (1, (1, 1, 0, 0)),
        (-1, (-1, 0, 1, 0)),
        (0, (0, 0, 0, 0)),
        (0, (0, 0, 0, 0)),
        (-1, (-1, 0, 1, 0)),
    ]:
        returned = opinions.vote(voter, post, score)
        assert (returned.score, returned.up_score, returned.down_score, returned.fav_count) == expected
        assert sums(post) == expected == counted(post)
    opinions.vote(make_user(), post, 1)
    assert sums(post) == (0, 1, 1, 0)


def test_a_favourite_is_an_upvote_and_taking_it_back_takes_that_back_too():
    post, keeper = new_post(), make_user()
    opinions.favourite(keeper, post)
    opinions.favourite(keeper, post)
    assert sums(post) == (1, 1, 0, 1) == counted(post)
    assert opinion_of(keeper, post) == Opinion(1, True)
    opinions.unfavourite(keeper, post)
    opinions.unfavourite(keeper, post)
    assert sums(post) == (0, 0, 0, 0) == counted(post)


def test_a_favourite_replaces_a_downvote():
    post, keeper = new_post(), make_user()
    opinions.vote(keeper, post, -1)
    opinions.favourite(keeper, post)
    assert sums(post) == (1, 1, 0, 1) == counted(post)


def test_a_downvote_given_after_the_favourite_stays_when_that_is_taken_back():
    post, keeper = new_post(), make_user()
    opinions.favourite(keeper, post)
    opinions.vote(keeper, post, -1)
    opinions.unfavourite(keeper, post)
    assert sums(post) == (-1, 0, 1, 0) == counted(post)


def test_ones_own_post_can_be_kept_but_not_voted_on():
    author = make_user()
    post = new_post(author)
    for score in (1, -1, 0):
        with pytest.raises(NotAllowed, match="own post"):
            opinions.vote(author, post, score)
    opinions.favourite(author, post)
    assert sums(post) == (0, 0, 0, 1) == counted(post)
    opinions.unfavourite(author, post)
    assert sums(post) == (0, 0, 0, 0)


@pytest.mark.parametrize("act", [opinions.favourite, opinions.unfavourite, lambda u, p: opinions.vote(u, p, 1)])
def test_only_members_who_can_see_an_active_post_may_think_of_it(act):
    member, moderator = make_user(), make_user(role="moderator", shown_ratings="gsqe")
    hidden, removed = new_post(rating="e"), new_post(status="removed")
    for post in (hidden, removed, Post(pk=2**40)):
        with pytest.raises(Invalid, match="no post"):
            act(member, post)
    with pytest.raises(InvalidTransition, match="Removed"):
        act(moderator, removed)
    with pytest.raises(NotAllowed, match="disabled"):
        act(make_user(is_active=False), new_post())
    assert not PostVote.objects.exists()
    assert not Favourite.objects.exists()


def test_a_vote_is_one_up_or_one_down():
    post = new_post()
    for score in (2, -2, 100):
        with pytest.raises(Invalid, match="not a vote"):
            opinions.vote(make_user(), post, score)
    assert sums(post) == (0, 0, 0, 0)


def test_opinions_are_read_for_many_posts_at_once(django_assert_num_queries):
    member, kept, down, other = make_user(), new_post(), new_post(), new_post()
    opinions.favourite(member, kept)
    opinions.vote(member, down, -1)
    opinions.favourite(make_user(), other)
    with django_assert_num_queries(2):
        found = opinions.opinions_of(member, [kept.pk, down.pk, other.pk])
    assert found == {kept.pk: Opinion(1, True), down.pk: Opinion(-1, False)}


def test_opinions_stay_with_a_post_that_goes_and_count_when_it_comes_back():
    post, member = new_post(), make_user()
    opinions.favourite(member, post)
    posts.set_status(post, PostStatus.REMOVED)
    assert sums(post) == (1, 1, 0, 1)
    posts.set_status(post, PostStatus.ACTIVE)
    opinions.unfavourite(member, post)
    assert sums(post) == (0, 0, 0, 0) == counted(post)


def test_all_that_an_account_thought_is_taken_back_before_it_goes():
    leaving, staying = make_user(), make_user()
    kept, down, own = new_post(), new_post(), new_post(staying)
    opinions.favourite(leaving, kept)
    opinions.favourite(staying, kept)
    opinions.vote(leaving, down, -1)
    opinions.favourite(leaving, own)
    assert opinions.take_back_all(leaving) == 3
    leaving.delete()
    for post in (kept, down, own):
        assert sums(post) == counted(post)
    assert sums(kept) == (1, 1, 0, 1)


def test_saving_an_opinion_does_not_write_back_views_counted_meanwhile():
    post = new_post()
    stats = PostStats.objects.get(post=post)
    PostStats.objects.filter(post=post).update(views=7)
    assert stats.views == 0
    opinions.vote(make_user(), post, 1)
    assert PostStats.objects.get(post=post).views == 7


@pytest.mark.django_db(transaction=True)
def test_the_sums_are_exact_when_many_act_at_once():
    post = new_post()
    members = [make_user() for _ in range(6)]
    acts = [lambda who=who: opinions.favourite(who, post) for who in members]
    acts += [lambda who=who: opinions.vote(who, post, -1) for who in members[:3]]
    assert [result for result in at_once(*acts) if isinstance(result, Exception)] == []
    assert sums(post) == counted(post)
    assert sums(post)[3] == 6
    acts = [lambda who=who: opinions.unfavourite(who, post) for who in members]
    assert [result for result in at_once(*acts) if isinstance(result, Exception)] == []
    assert sums(post) == counted(post)


@pytest.mark.django_db(transaction=True)
def test_the_same_member_pressing_twice_at_once_counts_once():
    post, member = new_post(), make_user()
    for act in (opinions.favourite, opinions.unfavourite, opinions.favourite):
        results = at_once(*[lambda act=act: act(member, post)] * 3)
        assert [result for result in results if isinstance(result, Exception)] == []
        assert sums(post) == counted(post)
    assert sums(post) == (1, 1, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_votes_and_an_edit_of_the_same_post_do_not_block_each_other_for_ever():
    author, member = make_user(), make_user()
    post = new_post(author)

    def edit_and_keep() -> None:
        with transaction.atomic():
            posts.locked(post)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")
            opinions.favourite(author, post)

    results = at_once(edit_and_keep, lambda: opinions.vote(member, post, 1))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sums(post) == (1, 1, 0, 1) == counted(post)


def test_the_database_refuses_sums_that_no_votes_could_give():
    post = new_post()
    with pytest.raises(IntegrityError), transaction.atomic():
        PostStats.objects.filter(post=post).update(score=5)
