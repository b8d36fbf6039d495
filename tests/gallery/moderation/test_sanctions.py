"""Strikes and bans: who may give them to whom, what follows, how they end, and that two at once have one effect."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery import moderation
from gallery.accounts.house import house_account
from gallery.accounts.standing import may_act, standing_ban
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Ban, ModerationAction, Statement, Strike, User
from gallery.models.review import CaseKind, SiteRule
from gallery.moderation.audit import verify
from gallery.moderation.cases import claim, open_case
from gallery.moderation.sanctions import ban, strike, unban, void
from tests.factories import make_user
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ROLES = ("member", "moderator", "admin", "owner")


def moderator(role="moderator"):
    return make_user(role=role)


def in_days(number):
    return timezone.now() + number * DAY


def banned(person, days=7, actor=None, **more):
    until = None if days is None else in_days(days)
    return ban(actor or moderator(), person, until=until, rule=SiteRule.SPAM, reason="a flood of posts", **more)


def struck(person, actor=None):
    return strike(actor or moderator(), person, SiteRule.SPAM, "a flood of posts")


def kinds():
    return list(ModerationAction.objects.order_by("pk").values_list("kind", flat=True))


ACTS = {"strike": lambda actor, person: struck(person, actor), "ban": lambda actor, person: banned(person, actor=actor)}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("of", ROLES)
@pytest.mark.parametrize("by", ROLES)
def test_only_those_above_somebody_sanction_them(act, by, of):
    actor, person = moderator(by), make_user(role=of)
    if by != "member" and ROLES.index(by) > ROLES.index(of):
        ACTS[act](actor, person)
        row = ModerationAction.objects.get()
        assert (row.kind, row.actor, row.subject, row.reason) == (act, actor, person, "a flood of posts")
        return
    with pytest.raises(NotAllowed):
        ACTS[act](actor, person)
    assert not ModerationAction.objects.exists()
    assert not Statement.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_nobody_sanctions_themselves_or_the_site_and_a_demoted_moderator_nobody(act):
    owner, demoted, person = moderator("owner"), moderator(), make_user()
    User.objects.filter(pk=demoted.pk).update(role="member")
    for actor, whom, code in (
        (owner, owner, "own_sanction"),
        (owner, house_account(), "site_account_sanction"),
        (demoted, person, "moderators_only"),
        (moderator("admin"), owner, "owner_sanction"),
    ):
        with pytest.raises(NotAllowed) as caught:
            ACTS[act](actor, whom)
        assert caught.value.code == code
    assert not Strike.objects.exists()
    assert not Ban.objects.exists()


def test_a_banned_moderator_does_nothing_of_a_moderators():
    one, post = moderator(), bare_post()
    banned(one, actor=moderator("admin"))
    for act in (
        lambda: banned(make_user(), actor=one),
        lambda: moderation.remove(one, post, "a reason"),
        lambda: claim(one, open_case(CaseKind.REPORT, post=post)),
    ):
        with pytest.raises(NotAllowed) as caught:
            act()
        assert caught.value.code == "banned_until"


def test_the_person_is_told_and_the_log_says_all():
    one, person = moderator(), make_user()
    given = struck(person, one)
    found = banned(person, actor=one)
    told = list(Statement.objects.order_by("pk").values_list("person", "restriction", "rule", "automated", "facts"))
    assert told == [
        (person.pk, "strike", "spam", False, "a flood of posts"),
        (person.pk, "ban", "spam", False, "a flood of posts"),
    ]
    void(one, given, "it was somebody else")
    unban(one, found, "it was somebody else")
    assert kinds() == ["strike", "ban", "void", "unban"]
    assert not ModerationAction.objects.exclude(subject=person).exists()
    assert found.act.details["until"] == found.until.isoformat()


@pytest.mark.parametrize("days", [7, None], ids=["a week", "for good"])
def test_a_ban_keeps_from_acting_until_it_ends_or_is_lifted(days):
    person = make_user()
    found = banned(person, days)
    assert not may_act(person)
    assert standing_ban(person) == found
    unban(moderator(), found, "enough")
    assert may_act(person)
    with pytest.raises(InvalidTransition):
        unban(moderator(), found, "enough")


@pytest.mark.parametrize("seconds", [-3600, -1, 1, 3600])
def test_a_ban_ends_with_its_time(seconds):
    person = make_user()
    found = banned(person, 1)
    Ban.objects.filter(pk=found.pk).update(since=in_days(-2), until=timezone.now() + timedelta(seconds=seconds))
    assert may_act(person) is (seconds < 0)
    if seconds < 0:
        # A new one needs to replace nothing.
        assert banned(person).stands()


@pytest.mark.parametrize("until", [timedelta(0), timedelta(days=-1), timedelta(days=366 * 30)], ids=str)
def test_an_end_that_can_not_be_is_refused(until):
    person = make_user()
    with pytest.raises(Invalid):
        ban(moderator(), person, until=timezone.now() + until, rule=SiteRule.SPAM, reason="a flood")
    with pytest.raises(Invalid):
        ban(moderator(), person, until=in_days(1), rule=SiteRule.SPAM, reason=" ")
    assert may_act(person)
    assert not ModerationAction.objects.exists()


@pytest.mark.parametrize("days", [1, 30, None], ids=["shorter", "longer", "for good"])
def test_a_ban_that_was_seen_is_replaced(days):
    one, person = moderator(), make_user()
    first = banned(person, 7)
    with pytest.raises(InvalidTransition) as caught:
        banned(person, days, actor=one)
    assert caught.value.code == "banned_already"
    second = banned(person, days, actor=one, replacing=first.pk)
    first.refresh_from_db()
    assert standing_ban(person) == second
    assert first.lifted_by == one
    assert second.act.details["replaces"] == first.act_id
    with pytest.raises(InvalidTransition):
        banned(person, 3, replacing=first.pk)


def test_the_database_holds_one_standing_ban_of_a_person():
    found = banned(make_user())
    fields = {"person": found.person, "rule": "spam", "since": timezone.now(), "until": None}
    act = ModerationAction.objects.create(actor=moderator(), kind="ban", subject=found.person, reason="again")
    for wrong in ({}, {"since": found.until - DAY}, {"until": found.since - DAY}, {"block": "203.0.113.0/24"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ban.objects.create(act=act, **(fields | wrong))
    Ban.objects.create(act=act, **(fields | {"since": found.until}))


@pytest.mark.django_db(transaction=True)
def test_two_bans_at_once_are_one():
    person, one, other = make_user(), moderator(), moderator("admin")
    results = at_once(lambda: banned(person, 3, actor=one), lambda: banned(person, 30, actor=other))
    refused = [result for result in results if isinstance(result, InvalidTransition)]
    assert [error.code for error in refused] == ["banned_already"]
    assert Ban.objects.count() == ModerationAction.objects.count() == Statement.objects.count() == 1
    assert verify()[1] is None


@pytest.mark.django_db(transaction=True)
def test_two_who_lift_or_replace_at_once_have_one_effect():
    person = make_user()
    first = banned(person)
    results = at_once(lambda: unban(moderator(), first, "enough"), lambda: banned(person, 30, replacing=first.pk))
    assert sum(isinstance(result, InvalidTransition) for result in results) <= 1
    # The ban came second and found nothing to replace, or the lifting came second and found it replaced.
    assert Ban.objects.filter(lifted_at=None).count() == 1
    assert kinds().count("unban") == (not isinstance(results[0], InvalidTransition))
