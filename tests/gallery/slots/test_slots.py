"""Upload slots: whose posts wait, how many at once, what frees a slot and what earns more."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gallery import moderation, posts, raters
from gallery.errors import NoFreeSlot
from gallery.models import Asset, Case, ModerationAction, Post, PostStats, UnratedPost
from gallery.models.post import PostStatus
from gallery.models.refusal import RuleEffect
from gallery.models.review import CaseKind, CaseState, Outcome
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.post_ratings import upkeep
from gallery.raters import Opinion
from gallery.slots import FIRST, MOST, needs_slot, slots_for, slots_of
from tests.factories import make_asset_row, make_user
from tests.gallery.post_ratings.people import bare_post, trusted_member
from tests.gallery.threads import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def slots(settings):
    """The operator wants a queue."""
    settings.UPLOAD_SLOTS = True


@pytest.fixture
def member(slots):
    return make_user("novice")


@pytest.fixture
def moderator():
    return make_user("warden", role="moderator")


def cases(post, **more):
    return Case.objects.filter(post=post, kind=CaseKind.POST, **more)


def test_without_the_setting_nobody_waits():
    novice = make_user()
    post = bare_post(novice)
    assert (post.status, slots_of(novice), Case.objects.count()) == (PostStatus.ACTIVE, None, 0)


def test_a_new_members_post_waits_with_a_case(member):
    post = bare_post(member)
    assert post.status == PostStatus.PENDING
    assert cases(post, state=CaseState.OPEN).count() == 1
    found = slots_of(member)
    assert (found.used, found.total, found.free, found.marks) == (1, FIRST, FIRST - 1, [True] + [False] * 4)


def test_the_proven_and_moderators_need_none(slots, moderator):
    proven = trusted_member_before_the_queue()
    for person in (proven, moderator):
        assert not needs_slot(person)
        assert slots_of(person) is None
        post = bare_post(person)
        assert (post.status, cases(post).count()) == (PostStatus.ACTIVE, 0)


def trusted_member_before_the_queue():
    from django.test import override_settings

    with override_settings(UPLOAD_SLOTS=False):
        return trusted_member()


def test_a_proven_member_whose_post_is_removed_waits_again(slots, moderator):
    proven = trusted_member_before_the_queue()
    moderation.remove(moderator, proven.posts.first(), "Not theirs.")
    assert bare_post(proven).status == PostStatus.PENDING


def test_the_one_too_many_is_refused_and_leaves_nothing(member):
    for _ in range(FIRST):
        bare_post(member)
    asset = make_asset_row(member)
    before = (Post.objects.count(), Case.objects.count(), PostStats.objects.count())
    with pytest.raises(NoFreeSlot) as refused:
        posts.publish(member, asset, recipe=None, tags=["1girl"], rating="g")
    assert "All your 5 slots" in refused.value.message
    assert (Post.objects.count(), Case.objects.count(), PostStats.objects.count()) == before
    assert Asset.objects.filter(pk=asset.pk, post=None).exists()
    # Asked again for one that is posted, it answers that one.
    there = member.posts.first()
    assert posts.publish(member, there.asset, recipe=None, tags=["1girl"], rating="g") == there


def test_approval_frees_the_slot_and_earns_one(member, moderator):
    waiting = [bare_post(member) for _ in range(FIRST)]
    case = claim(moderator, cases(waiting[0]).get())
    decide(moderator, case, Decision(Outcome.APPROVED, "Fine."))
    waiting[0].refresh_from_db()
    assert waiting[0].status == PostStatus.ACTIVE
    found = slots_of(member)
    assert (found.used, found.total, found.free) == (FIRST - 1, FIRST + 1, 2)
    bare_post(member)
    bare_post(member)
    with pytest.raises(NoFreeSlot):
        bare_post(member)


def test_removal_costs_for_three_days_and_what_was_earned_longer(member, moderator):
    first, second = bare_post(member), bare_post(member)
    moderation.approve(moderator, first, "Fine.")
    assert slots_of(member).total == FIRST + 1
    moderation.remove(moderator, second, "Spam.")
    found = slots_of(member)
    assert (found.used, found.total, found.removed, found.waiting) == (2, FIRST, 1, 0)
    Post.objects.filter(pk=second.pk).update(updated_at=timezone.now() - timedelta(days=3, minutes=1))
    found = slots_of(member)
    assert (found.used, found.total) == (0, FIRST)
    # 10 points against 33, and 10 for a slot: what is missing is made up for first.
    assert found.approvals_to_next == 4
    moderation.restore(moderator, second, "It was none.")
    assert slots_of(member).total == FIRST + 1


def test_an_appeal_holds_one(member, moderator):
    post = bare_post(member)
    moderation.remove(moderator, post, "Spam.")
    posts.set_status(Post.objects.get(pk=post.pk), PostStatus.APPEALED)
    assert (slots_of(member).used, slots_of(member).appealed) == (1, 1)


def test_taking_a_post_back_frees_its_slot(member):
    post = bare_post(member)
    posts.withdraw(member, post)
    assert slots_of(member).used == 0


def test_quarantine_shows_in_no_number(member, moderator):
    bare_post(member)
    secret = bare_post(member)
    before = slots_of(member)
    posts.set_status(secret, PostStatus.QUARANTINED)
    after = slots_of(member)
    assert (before.used, after.used) == (2, 1)
    assert (after.removed, after.total) == (0, FIRST)


@pytest.mark.parametrize(
    ("points", "total", "missing"),
    [(-66, 5, 76), (0, 5, 10), (9, 5, 1), (10, 6, 12), (21, 6, 1), (22, 7, 14), (100, 11, 12), (10**6, MOST, 0)],
)
def test_each_slot_costs_more_than_the_one_before(points, total, missing):
    assert slots_for(points) == (total, missing)


def test_a_rule_that_sends_to_review_opens_its_own_case_beside(member):
    from gallery.refusals.rules import Wanted, save_rule

    owner = make_user(role="owner")
    save_rule(owner, None, Wanted("birds", RuleEffect.REVIEW, ["text"], "bluebird"), "A try.")
    post = bare_post(member, title="a bluebird")
    assert set(Case.objects.filter(post=post).values_list("kind", flat=True)) == {CaseKind.POST, CaseKind.SCAN}
    assert slots_of(member).used == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_never_share_the_last_slot(settings):
    settings.UPLOAD_SLOTS = True
    member = make_user()
    for _ in range(FIRST - 1):
        bare_post(member)
    assets = [make_asset_row(member) for _ in range(4)]

    def publish(asset):
        return lambda: posts.publish(member, asset, recipe=None, tags=[f"n{asset.pk}"], rating="g")

    made = at_once(*(publish(asset) for asset in assets))
    assert sorted(type(one).__name__ for one in made) == ["NoFreeSlot"] * 3 + ["Post"]
    assert slots_of(member).used == FIRST
    assert Case.objects.filter(kind=CaseKind.POST, state=CaseState.OPEN).count() == FIRST


@pytest.mark.django_db(transaction=True)
def test_the_second_waits_for_the_first_and_then_counts_it(settings):
    settings.UPLOAD_SLOTS = True
    member = make_user()
    for _ in range(FIRST - 1):
        bare_post(member)
    mine, other = make_asset_row(member), make_asset_row(member)

    def first():
        with transaction.atomic():
            made = posts.publish(member, mine, recipe=None, tags=["a"], rating="g")
            until_somebody_waits()
        return made

    def second():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.5)")
        return posts.publish(member, other, recipe=None, tags=["b"], rating="g")

    made = at_once(first, second)
    assert [type(one).__name__ for one in made] == ["Post", "NoFreeSlot"]


class TestARatingProgram:
    """What waits for the program and for a moderator is shown by the moderator alone."""

    @pytest.fixture(autouse=True, params=[False, True], ids=["shown first", "held back"])
    def _there_is_one(self, settings, monkeypatch, request, member):
        settings.RATE_BEFORE_SHOWING = request.param
        monkeypatch.setattr(raters, "installed", lambda wanted: "says")
        upkeep._hangs.clear()

    def test_its_answer_does_not_let_the_post_out(self, member, moderator):
        post = bare_post(member)
        assert upkeep.receive(post.pk, Opinion("g", 0.99, ()), "says 1")
        post.refresh_from_db()
        assert post.status == PostStatus.PENDING
        decide(moderator, claim(moderator, cases(post).get()), Decision(Outcome.APPROVED, "Fine."))
        post.refresh_from_db()
        assert post.status == PostStatus.ACTIVE

    def test_its_silence_opens_a_case_and_late_words_close_only_that(self, member, moderator):
        post = bare_post(member)
        UnratedPost.objects.update(since=timezone.now() - timedelta(minutes=16))
        assert upkeep.call_moderators() == 1
        kinds = Case.objects.filter(post=post, state=CaseState.OPEN).values_list("kind", flat=True)
        assert set(kinds) == {CaseKind.POST, CaseKind.STUCK}
        upkeep.receive(post.pk, Opinion("g", 0.99, ()), "says 1")
        post.refresh_from_db()
        assert post.status == PostStatus.PENDING
        assert cases(post, state=CaseState.OPEN).exists()

    @pytest.mark.parametrize("kind", [CaseKind.POST, CaseKind.STUCK])
    def test_deciding_either_case_answers_both(self, member, moderator, kind):
        post = bare_post(member)
        UnratedPost.objects.update(since=timezone.now() - timedelta(minutes=16))
        upkeep.call_moderators()
        case = Case.objects.get(post=post, kind=kind)
        decide(moderator, claim(moderator, case), Decision(Outcome.APPROVED, "Fine."))
        post.refresh_from_db()
        assert post.status == PostStatus.ACTIVE
        assert not Case.objects.filter(post=post, state=CaseState.OPEN).exists()
        assert ModerationAction.objects.filter(post=post, kind="approve").count() == 1
        # The program looks later, and what it says still counts.
        upkeep.receive(post.pk, Opinion("s", 0.99, ()), "says 1")
        post.refresh_from_db()
        assert (post.status, post.rating) == (PostStatus.ACTIVE, "s")
