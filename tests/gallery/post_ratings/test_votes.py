"""Votes: two trusted members raise a rating at once, others call a moderator, nobody lowers it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery import moderation
from gallery.errors import UserFacingError
from gallery.models import Case, ModerationAction, Post, RatingVote, Statement
from gallery.moderation.statements import appeal
from gallery.post_ratings import trust, votes
from gallery.post_ratings.locks import lock_rating
from gallery.post_ratings.trust import is_trusted
from gallery.post_ratings.votes import take_vote_back, vote
from tests.factories import make_user
from tests.gallery.post_ratings.people import bare_post, trusted_member

pytestmark = pytest.mark.django_db


def refusal(act, *given):
    with pytest.raises(UserFacingError) as caught:
        act(*given)
    return caught.value.code


def rating(post):
    return Post.objects.get(pk=post.pk).rating


def test_two_trusted_members_raise_to_what_both_find_and_the_author_is_told():
    post = bare_post()
    vote(trusted_member(), post, "e")
    assert rating(post) == "g"
    vote(make_user(), post, "e")
    assert rating(post) == "g", "this one is not trusted"
    vote(trusted_member(), post, "s")
    assert rating(post) == "s"
    told = Statement.objects.get(person=post.author)
    assert (told.act.details["from"], told.act.details["to"], told.automated) == ("g", "s", False)
    assert [one.kind for one in post.rating_versions.order_by("number")] == ["author", "votes"]
    assert post.versions.order_by("-number")[0].rating == "s"


def test_the_author_can_appeal_and_a_moderator_lowers_it_again():
    from gallery.models.review import Outcome
    from gallery.moderation.cases import claim
    from gallery.moderation.decisions import Decision, decide

    post, moderator = bare_post(), make_user(role="moderator")
    for _number in range(2):
        vote(trusted_member(), post, "q")
    objection = appeal(post.author, Statement.objects.get(), "It is a statue.")
    decide(moderator, claim(moderator, objection.case), Decision(Outcome.OVERTURNED, "A statue."))
    assert rating(post) == "g"
    assert not RatingVote.objects.filter(answered=False).exists()


def test_votes_taken_back_leave_what_they_raised():
    post, one = bare_post(), trusted_member()
    vote(one, post, "s")
    vote(trusted_member(), post, "s")
    take_vote_back(one, post)
    assert rating(post) == "s"
    assert one.rating_votes.count() == 0


def test_three_votes_of_others_call_a_moderator_once():
    post = bare_post()
    for _number in range(4):
        vote(make_user(), post, "q")
    assert Case.objects.get().facts == {"votes": ["q"] * 4}
    assert rating(post) == "g"


def test_votes_that_a_moderator_answered_count_no_more():
    post, one, two = bare_post(), trusted_member(), trusted_member()
    vote(one, post, "q")
    moderation.rerate(make_user(role="moderator"), post, "s", "a reason")
    vote(two, post, "q")
    assert rating(post) == "s"
    vote(one, post, "q")
    assert rating(post) == "q", "both said it again after the decision"


def test_who_may_not_vote_and_for_what():
    post, member = bare_post(rating="s"), make_user()
    assert refusal(vote, post.author, post, "q") == "own_rating_vote"
    assert refusal(vote, make_user(is_active=False), post, "q") == "account_disabled"
    assert refusal(vote, make_user(shown_ratings=["g"]), post, "q") == "no_such_post"
    member.shown_ratings = ["g", "s"]
    member.save()
    assert refusal(vote, member, post, "g") == "vote_not_stricter"
    assert refusal(vote, member, post, "s") == "vote_not_stricter"
    assert refusal(vote, member, post, "x") == "unknown_rating"
    lock_rating(make_user(role="moderator"), post, "a reason")
    assert refusal(vote, member, post, "q") == "rating_is_locked"
    assert not RatingVote.objects.exists()


def test_a_flood_of_votes_ends(monkeypatch):
    monkeypatch.setattr(votes, "VOTES_A_DAY", 2)
    member = make_user()
    first = bare_post()
    vote(member, first, "s")
    vote(member, bare_post(), "s")
    assert refusal(vote, member, bare_post(), "s") == "too_many_rating_votes"
    vote(member, first, "q")
    assert member.rating_votes.count() == 2


def test_a_disabled_members_earlier_vote_counts_no_more():
    post, one = bare_post(), trusted_member()
    vote(one, post, "q")
    one.is_active = False
    one.save()
    vote(trusted_member(), post, "q")
    assert rating(post) == "g"


def test_who_is_trusted():
    assert is_trusted(make_user(role="moderator"))
    member = trusted_member()
    assert is_trusted(member)
    moderation.remove(make_user(role="moderator"), member.posts.first(), "a reason")
    bare_post(member)
    assert not is_trusted(member)
    new = make_user()
    for _number in range(trust.POSTS):
        bare_post(new)
    assert not is_trusted(new)
    assert not is_trusted(make_user(date_joined=timezone.now() - timedelta(days=99)))


def test_who_was_right_in_disputes_is_trusted(monkeypatch):
    from gallery.models.review import CaseKind, Outcome
    from gallery.moderation.cases import claim
    from gallery.moderation.decisions import Decision, decide
    from gallery.moderation.voices import dispute_rating

    monkeypatch.setattr(trust, "BORNE_OUT", 1)
    member, moderator = make_user(date_joined=timezone.now() - timedelta(days=99)), make_user(role="moderator")
    post = bare_post()
    case = dispute_rating(member, post, "q", "Nude.").case
    assert not is_trusted(member)
    decide(moderator, claim(moderator, case), Decision(Outcome.RERATED, "So it is.", rating="q"))
    assert (Case.objects.get().kind, is_trusted(member)) == (CaseKind.RATING, True)


def test_the_database_refuses_votes_that_are_not_stricter():
    post = bare_post()
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingVote.objects.create(post=post, by=make_user(), rating="s", against="s", at=timezone.now())


def test_a_vote_alone_writes_nothing_into_the_log():
    vote(trusted_member(), bare_post(), "q")
    assert not ModerationAction.objects.exists()
