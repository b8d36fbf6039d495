"""The rating program: what it may do alone, what calls a moderator, and what happens when it gives no answer."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import moderation, raters
from gallery.models import Case, Post, RatingSource, Statement, UnratedPost
from gallery.models.review import CaseKind, CaseState, Outcome
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.post_ratings import upkeep
from gallery.post_ratings.upkeep import call_moderators, queue_all, rate_posts
from gallery.raters import Opinion
from tests.factories import make_post, make_user
from tests.gallery.post_ratings.people import bare_post

pytestmark = pytest.mark.django_db


class Says:
    """A program that says one thing of every picture, or fails as told."""

    version = "says 1"

    def __init__(self, rating="g", confidence=0.95, error=None):
        self.opinion, self.error, self.asked = Opinion(rating, confidence, ("a beach",)), error, 0

    def rate(self, picture):
        self.asked += 1
        if self.error:
            raise self.error
        assert picture.mode == "RGB"
        return self.opinion


@pytest.fixture(autouse=True)
def _there_is_one(settings, monkeypatch):
    monkeypatch.setattr(raters, "installed", lambda wanted: "says")
    upkeep._hangs.clear()


def rated(post, program):
    rate_posts(rater=lambda: program)
    return Post.objects.get(pk=post.pk)


def scan():
    return list(Case.objects.filter(kind=CaseKind.SCAN).values_list("facts", flat=True))


def test_a_sure_suggestion_one_step_up_counts_and_the_author_is_told():
    post = rated(make_post(), Says("s"))
    source = post.rating_sources.get(kind="rater")
    assert (post.rating, source.rating, source.counts, source.confidence) == ("s", "s", "s", 0.95)
    assert (source.version, source.reasons) == ("says 1", [{"phrase": "a beach", "where": "picture"}])
    assert (Statement.objects.get().automated, scan()) == (True, [])
    assert not UnratedPost.objects.exists()


def test_more_than_one_step_calls_a_moderator():
    post = rated(make_post(), Says("e"))
    assert (post.rating, post.status) == ("s", "active")
    assert [(one["rating"], one["confidence"]) for one in scan()] == [("e", 0.95)]


def test_no_case_where_something_else_asks_for_as_much():
    post = rated(make_post(tags=["nude"]), Says("q"))
    assert (post.rating, scan()) == ("q", [])
    assert post.rating_sources.get(kind="rater").counts == "s", "one step above the author's own word"


@pytest.mark.parametrize(("confidence", "becomes"), [(0.79, "g"), (0.8, "s")], ids=["below", "at"])
def test_the_threshold(settings, confidence, becomes):
    settings.RATER_THRESHOLD = 0.8
    assert rated(make_post(), Says("s", confidence)).rating == becomes
    assert RatingSource.objects.get(kind="rater").counts == ("" if becomes == "g" else "s")


def test_it_never_lowers():
    post = rated(make_post(rating="q"), Says("g"))
    assert (post.rating, scan()) == ("q", [])
    UnratedPost.objects.create(post=post, since=timezone.now())
    assert rated(post, Says("s")).rating == "q"


def test_it_may_go_further_once_the_author_does():
    from gallery import posts

    post = rated(make_post(), Says("e"))
    given = {"tags": ["1girl"], "title": "", "commentary": "", "prompt_visibility": "visible"}
    posts.edit(post.author, post, rating="q", **given)
    post.refresh_from_db()
    assert post.rating == "e"


def test_after_a_moderators_decision_it_is_heard_no_more():
    post = make_post()
    moderation.rerate(make_user(role="moderator"), post, "s", "a reason")
    post = rated(post, Says("e"))
    assert (post.rating, scan()) == ("s", [])


def test_a_moderator_leaves_it_and_the_program_does_not_call_again():
    post, moderator = rated(make_post(), Says("e")), make_user(role="moderator")
    decide(moderator, claim(moderator, Case.objects.get()), Decision(Outcome.KEPT, "A swimsuit."))
    UnratedPost.objects.create(post=post, since=timezone.now())
    assert rated(post, Says("e")).rating == "s"
    assert Case.objects.filter(state=CaseState.OPEN).count() == 0


def test_a_post_waits_unseen_where_the_operator_wants_it_so(settings):
    settings.RATE_BEFORE_SHOWING = True
    post = make_post()
    assert post.status == "pending"
    assert rated(post, Says("s")).status == "active"


def test_a_held_post_that_calls_for_a_moderator_waits_for_them(settings):
    settings.RATE_BEFORE_SHOWING = True
    post, moderator = rated(make_post(), Says("e")), make_user(role="moderator")
    assert post.status == "pending"
    decide(moderator, claim(moderator, Case.objects.get()), Decision(Outcome.KEPT, "A swimsuit."))
    post.refresh_from_db()
    assert (post.status, post.rating) == ("active", "s")


def test_a_post_that_waits_for_review_is_not_let_through(settings):
    settings.RATE_BEFORE_SHOWING = True
    post = make_post(status="pending")
    assert Case.objects.get().kind == CaseKind.POST
    assert rated(post, Says("g")).status == "pending"


def test_without_a_program_nobody_waits(settings, monkeypatch):
    settings.RATE_BEFORE_SHOWING = True
    held = make_post()
    assert rated(held, None).status == "active"
    monkeypatch.setattr(raters, "installed", lambda wanted: None)
    assert make_post().status == "active"
    assert not UnratedPost.objects.exists()
    assert not RatingSource.objects.filter(kind="rater").exists()


def test_fifteen_minutes_without_an_answer_hide_the_post_and_call_a_moderator():
    post, program = make_post(), Says(error=RuntimeError("no"))
    for _try in range(5):
        assert rated(post, program).status == "active"
    assert program.asked == upkeep.TRIES, "what fails always is not asked for ever"
    assert call_moderators(timezone.now() + timedelta(minutes=14)) == 0
    assert call_moderators(timezone.now() + timedelta(minutes=16)) == 1
    assert call_moderators(timezone.now() + timedelta(minutes=16)) == 0
    post.refresh_from_db()
    assert (post.status, Case.objects.get().kind, Case.objects.get().facts["tries"]) == ("pending", "stuck", 3)
    moderator = make_user(role="moderator")
    decide(moderator, claim(moderator, Case.objects.get()), Decision(Outcome.APPROVED, "A cat."))
    post.refresh_from_db()
    assert post.status == "active"


def test_an_answer_that_comes_late_shows_the_post_again():
    post = make_post()
    call_moderators(timezone.now() + timedelta(minutes=16))
    assert rated(post, Says("g")).status == "active"
    assert Case.objects.get().state == CaseState.MOOT


def test_a_program_that_hangs_is_asked_no_more_and_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(upkeep, "SECONDS_EACH", 0.05)
    release = threading.Event()

    class Hangs(Says):
        def rate(self, picture):
            self.asked += 1
            release.wait(60)
            return self.opinion

    program = Hangs()
    make_post(), make_post()
    try:
        assert rate_posts(rater=lambda: program) == 0
        assert rate_posts(rater=lambda: program) == 0
    finally:
        release.set()
    assert program.asked == 1
    assert call_moderators(timezone.now() + timedelta(minutes=16)) == 2


def test_all_posts_can_be_queued_for_a_new_program():
    first = rated(make_post(), Says("g"))
    other = bare_post()
    UnratedPost.objects.all().delete()
    assert (queue_all(), queue_all()) == (1, 0)
    assert UnratedPost.objects.get().post == other
    assert queue_all(again=True) == 1
    assert set(UnratedPost.objects.values_list("post", flat=True)) == {first.pk, other.pk}
    assert call_moderators(timezone.now() + timedelta(days=1)) == 0, "they were shown until now"


@pytest.mark.parametrize("status", ["quarantined", "withdrawn"])
def test_nobody_is_told_of_a_post_that_is_out_of_reach(status):
    post = rated(make_post(status=status), Says("e"))
    assert (post.rating, scan(), Statement.objects.count(), UnratedPost.objects.count()) == ("g", [], 0, 0)


def test_beat_asks_for_it_and_not_only_the_worker_that_may_hang(settings):
    from celery.app.routes import MapRoute

    tasks = {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"gallery.rate_posts", "gallery.miss_ratings"} <= tasks
    route = MapRoute(settings.CELERY_TASK_ROUTES)
    assert [route(name)["queue"] for name in ("gallery.rate_posts", "gallery.miss_ratings")] == [
        "irodori-gallery",
        "irodori",
    ]
