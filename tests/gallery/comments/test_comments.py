"""Comments written, edited, withdrawn and voted on; who waits, who may not, and what two do at once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.community import comments
from gallery.community.comment_votes import take_back_comment_votes, vote_on_comment
from gallery.community.opinions import take_back_all
from gallery.errors import Invalid, InvalidTransition, NotAllowed, TooOften
from gallery.models import Comment, CommentVote, Post, Refusal, User
from gallery.models.comment import LONGEST, CommentState
from gallery.models.review import SiteRule
from gallery.moderation.comments import remove_comment
from gallery.moderation.sanctions import ban
from tests.factories import make_user
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def refusal(act, *args, **more):
    with pytest.raises((NotAllowed, InvalidTransition, Invalid, TooOften)) as caught:
        act(*args, **more)
    return caught.value.code


def old_member(**fields):
    """Who has been here long enough to wait only a moment between comments."""
    made = make_user(**fields)
    User.objects.filter(pk=made.pk).update(date_joined=timezone.now() - timedelta(days=30))
    return made


def aged(comment, **by):
    Comment.objects.filter(pk=comment.pk).update(at=timezone.now() - timedelta(**by))
    comment.refresh_from_db()
    return comment


def make_comment(post=None, author=None, text="Lovely sky.", **fields):
    """A row as `write` leaves it, without its waits."""
    post = post or bare_post()
    author = author or make_user()
    return Comment.objects.create(post=post, author=author, post_author_id=post.author_id, text=text, **fields)


def test_a_member_says_something_below_a_post():
    post, ann = bare_post(), make_user()
    made = comments.write(ann, post, "  Lovely\r\nsky.  \n")
    assert (made.text, made.author, made.post, made.post_author, made.score, made.state, made.edited_at) == (
        "Lovely\nsky.", ann, post, post.author, 0, CommentState.STANDING, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "comment_empty"),
        (" \n\t\u3000", "comment_empty"),
        ("\x00\x07", "comment_empty"),
        ("\u200b\u2060\ufeff", "comment_empty"),
        ("\u200d\u0301", "comment_empty"),
        ("a" * (LONGEST + 1), "comment_too_long"),
    ],
    ids=["nothing", "blanks", "control", "zero width", "joiner and accent", "too long"],
)
def test_what_is_no_comment_is_refused(text, code):
    assert refusal(comments.write, make_user(), bare_post(), text) == code
    assert not Comment.objects.exists()


def test_the_longest_comment_counts_line_breaks_as_one():
    text = "a\r\n" * (LONGEST // 2 - 1) + "ab"
    assert len(comments.write(make_user(), bare_post(), text).text) == LONGEST


def test_signs_that_turn_or_hide_are_dropped_and_joiners_stay():
    made = comments.write(make_user(), bare_post(), "a\u202eb\u2066c\u200bd 👩\u200d🎨 می\u200cخواهم")
    assert made.text == "abcd 👩\u200d🎨 می\u200cخواهم"


def test_the_database_refuses_empty_and_too_long_texts():
    for text in ("", "a" * (LONGEST + 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_comment(text=text)


def test_posts_out_of_sight_take_no_comments():
    post, ann = bare_post(status="removed"), make_user()
    assert refusal(comments.write, ann, post, "x") == "no_such_post"
    assert refusal(comments.write, post.author, post, "x") == "wrong_status"
    assert refusal(comments.write, ann, bare_post(rating="e"), "x") == "no_such_post"
    assert refusal(comments.write, make_user(is_active=False), bare_post(), "x") == "account_disabled"


def test_a_flagged_post_is_in_sight():
    assert comments.write(make_user(), bare_post(status="flagged"), "x").pk


def test_only_the_author_of_a_post_closes_its_comments():
    post, ann = bare_post(), make_user()
    changed = Post.objects.get(pk=post.pk).updated_at
    assert refusal(comments.set_open, ann, post, False) == "not_your_post"
    comments.set_open(post.author, post, False)
    assert refusal(comments.write, ann, post, "x") == "comments_closed"
    assert refusal(comments.write, post.author, post, "x") == "comments_closed"
    comments.set_open(post.author, post, True)
    assert comments.write(ann, post, "x").pk
    assert Post.objects.get(pk=post.pk).updated_at == changed


def test_new_accounts_wait_a_minute_others_a_moment_moderators_not_at_all():
    post = bare_post()
    new, old, moderator = make_user(), old_member(), make_user(role="moderator")
    for person in (new, old):
        first = comments.write(person, post, "x")
        assert refusal(comments.write, person, post, "y") == "comment_wait"
        aged(first, seconds=6)
    assert refusal(comments.write, new, post, "y") == "comment_wait"
    assert comments.write(old, post, "y").pk
    for _number in range(3):
        comments.write(moderator, post, "x")


def test_withdrawing_is_no_way_around_the_wait():
    post, ann = bare_post(), make_user()
    comments.withdraw(ann, comments.write(ann, post, "x"))
    assert refusal(comments.write, ann, post, "y") == "comment_wait"


def test_the_sentence_says_how_long_to_wait():
    post, ann = bare_post(), make_user()
    comments.write(ann, post, "x")
    with pytest.raises(TooOften) as caught:
        comments.write(ann, post, "y")
    assert 50 < caught.value.seconds <= 60
    assert f"{caught.value.seconds} seconds" in str(caught.value)


def test_the_fixed_rule_holds_for_comments_and_is_counted():
    post, ann = bare_post(), make_user()
    assert refusal(comments.write, ann, post, "loli, nude") == "refused_minors"
    assert Refusal.objects.filter(person=ann, rule="").count() == 1
    mine = make_comment(post, ann)
    assert refusal(comments.edit, ann, mine, "loli, nude") == "refused_minors"
    assert Comment.objects.get().text == "Lovely sky."


def test_ones_own_comment_can_be_changed_for_an_hour():
    ann = make_user()
    mine = make_comment(author=ann)
    assert comments.edit(ann, mine, "Lovely sky.").edited_at is None
    assert comments.edit(ann, mine, "Lovely sea.").edited_at is not None
    assert refusal(comments.edit, make_user(), mine, "x") == "not_your_comment"
    assert refusal(comments.edit, ann, mine, " ") == "comment_empty"
    assert refusal(comments.edit, ann, aged(mine, minutes=61), "x") == "comment_edit_too_late"
    assert Comment.objects.get().text == "Lovely sea."


def test_a_withdrawn_comment_is_done_with():
    ann, other = make_user(), make_user()
    mine = make_comment(author=ann)
    assert refusal(comments.withdraw, other, mine) == "not_your_comment"
    comments.withdraw(ann, mine)
    assert refusal(comments.withdraw, ann, mine) == "comment_gone"
    assert refusal(comments.edit, ann, mine, "x") == "no_such_comment"
    assert refusal(vote_on_comment, other, mine, 1) == "no_such_comment"


def test_one_can_withdraw_below_a_post_that_one_cannot_open_any_more():
    ann, post = make_user(), bare_post()
    mine = make_comment(post, ann)
    Post.objects.filter(pk=post.pk).update(status="removed")
    assert refusal(comments.edit, ann, mine, "x") == "no_such_comment"
    comments.withdraw(ann, mine)
    mine.refresh_from_db()
    assert mine.state == CommentState.WITHDRAWN


def test_votes_move_the_score_and_are_taken_back():
    found, one, other = make_comment(), make_user(), make_user()
    assert vote_on_comment(one, found, 1).score == 1
    assert vote_on_comment(one, found, 1).score == 1
    assert vote_on_comment(other, found, -1).score == 0
    assert vote_on_comment(one, found, -1).score == -2
    assert vote_on_comment(one, found, 0).score == -1
    assert take_back_comment_votes(other) == 1
    assert Comment.objects.get().score == 0


def test_an_account_that_goes_takes_its_votes_on_comments_back():
    found, one = make_comment(), make_user()
    vote_on_comment(one, found, 1)
    take_back_all(one)
    assert (Comment.objects.get().score, CommentVote.objects.count()) == (0, 0)


@pytest.mark.parametrize("score", [2, -2, 100])
def test_other_scores_are_refused(score):
    assert refusal(vote_on_comment, make_user(), make_comment(), score) == "unknown_vote"


def test_nobody_votes_on_their_own_on_hidden_or_on_removed_ones():
    found = make_comment()
    assert refusal(vote_on_comment, found.author, found, 1) == "vote_on_own_comment"
    assert refusal(vote_on_comment, make_user(is_active=False), found, 1) == "account_disabled"
    assert refusal(vote_on_comment, make_user(), make_comment(bare_post(rating="e")), 1) == "no_such_comment"
    moderator = make_user(role="moderator")
    remove_comment(moderator, found, "Rude.")
    assert refusal(vote_on_comment, make_user(), found, 1) == "no_such_comment"
    assert refusal(vote_on_comment, moderator, found, 1) == "comment_gone"


def test_visitors_are_no_voters():
    with pytest.raises(NotAllowed):
        vote_on_comment(AnonymousUser(), make_comment(), 1)


@pytest.mark.django_db(transaction=True)
def test_a_press_twice_at_once_is_one_vote():
    found, one = make_comment(), make_user()
    results = at_once(*[lambda: vote_on_comment(one, found, 1)] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    assert (Comment.objects.get().score, CommentVote.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_sum_is_exact_however_many_vote_at_once():
    found, people = make_comment(), [make_user() for _number in range(6)]
    scores = zip(people, [1, 1, 1, 1, -1, 0], strict=True)
    at_once(*[lambda one=one, score=score: vote_on_comment(one, found, score) for one, score in scores])
    assert Comment.objects.get().score == 3 == sum(CommentVote.objects.values_list("score", flat=True))


@pytest.mark.django_db(transaction=True)
def test_of_a_vote_and_a_removal_at_once_either_comes_first():
    found, one, moderator = make_comment(), make_user(), make_user(role="moderator")
    voted, removed = at_once(lambda: vote_on_comment(one, found, 1), lambda: remove_comment(moderator, found, "Rude."))
    assert not isinstance(removed, Exception)
    found.refresh_from_db()
    assert found.state == CommentState.REMOVED
    assert found.score == (0 if isinstance(voted, Invalid) else 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_comments_of_one_person_at_once_one_is_kept():
    post, ann = bare_post(), make_user()
    results = at_once(*[lambda: comments.write(ann, post, "x")] * 3)
    assert Comment.objects.count() == 1
    assert sorted(type(result).__name__ for result in results) == ["Comment", "TooOften", "TooOften"]


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_a_removal_at_once_lose_nothing():
    found, moderator = make_comment(), make_user(role="moderator")
    edited, _removed = at_once(
        lambda: comments.edit(found.author, found, "Changed."), lambda: remove_comment(moderator, found, "Rude.")
    )
    found.refresh_from_db()
    assert found.state == CommentState.REMOVED
    assert found.text == ("Lovely sky." if isinstance(edited, Exception) else "Changed.")


def test_who_is_banned_changes_and_votes_on_nothing_even_past_the_door():
    post, owner, ann, ben = bare_post(), make_user(role="owner"), make_user(), make_user()
    mine, other = make_comment(post, ann, text="Mine."), make_comment(post, ben)
    ban(owner, ann, until=timezone.now() + timedelta(days=1), rule=SiteRule.SPAM, reason="A flood.")
    acts = {
        "write": lambda: comments.write(ann, post, "More."),
        "edit": lambda: comments.edit(ann, mine, "Spam."),
        "vote": lambda: vote_on_comment(ann, other, 1),
    }
    assert {name: refusal(act) for name, act in acts.items()} == dict.fromkeys(acts, "banned_until")
    mine.refresh_from_db()
    assert (mine.text, CommentVote.objects.count()) == ("Mine.", 0)
    comments.withdraw(ann, mine)


def test_a_banned_moderator_removes_no_comment():
    owner, moderator, said = make_user(role="owner"), make_user(role="moderator"), make_comment()
    ban(owner, moderator, until=timezone.now() + timedelta(days=1), rule=SiteRule.SPAM, reason="A flood.")
    assert refusal(remove_comment, moderator, said, "Spam.") == "banned_until"
