"""Strikes and bans: who may give them to whom, what follows, how they end, and that two at once have one effect."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from gallery import moderation
from gallery.accounts.house import house_account
from gallery.accounts.standing import may_act, standing_ban
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Ban, ModerationAction, Statement, Strike, User
from gallery.models.moderation import ModerationKind
from gallery.models.review import CaseKind, Outcome, SiteRule
from gallery.moderation.audit import verify
from gallery.moderation.cases import claim, open_case
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.sanctions import ban, strike, unban, void
from gallery.moderation.statements import appeal
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


def age(strikes, days):
    for given in strikes:
        Strike.objects.filter(pk=given.pk).update(at=in_days(-400), expires_at=in_days(days))


def test_so_many_strikes_are_a_ban_by_itself():
    person = make_user()
    one = moderator()
    struck(person, one), struck(person)
    assert may_act(person)
    struck(person, one)
    found = standing_ban(person)
    assert found.automatic
    assert found.until.date() == in_days(14).date()
    told = Statement.objects.get(act=found.act)
    assert (told.automated, told.detection, told.restriction) == (True, "automated", "ban")
    assert kinds() == ["strike", "strike", "strike", "ban"]


@pytest.mark.parametrize("what", ["expired", "voided"])
def test_strikes_that_do_not_count_bring_no_ban(what):
    person = make_user()
    given = [struck(person), struck(person)]
    if what == "expired":
        age(given[:1], -1)
    else:
        void(moderator(), given[0], "a mistake")
    struck(person)
    assert may_act(person)
    struck(person)
    assert not may_act(person)


@override_settings(STRIKES_TO_BAN=0)
def test_an_operator_can_do_without_such_bans():
    person = make_user()
    for _each in range(5):
        struck(person)
    assert may_act(person)


@override_settings(STRIKES_TO_BAN=1, STRIKE_BAN_DAYS=5, STRIKE_DAYS=2)
def test_strikes_follow_the_settings_and_shorten_no_ban():
    person = make_user()
    longer = banned(person, 9)
    assert struck(person).expires_at.date() == in_days(2).date()
    assert standing_ban(person) == longer
    other = make_user()
    shorter = banned(other, 1)
    struck(other)
    assert standing_ban(other) != shorter
    assert standing_ban(other).until.date() == in_days(5).date()


def test_voiding_a_strike_ends_the_ban_that_rested_on_it():
    person = make_user()
    given = [struck(person) for _each in range(4)]
    void(moderator(), given[0], "a mistake")
    assert not may_act(person), "three are left"
    void(moderator(), given[1], "a mistake")
    assert may_act(person)
    assert kinds()[-3:] == ["void", "void", "unban"]
    with pytest.raises(InvalidTransition):
        void(moderator(), given[0], "a mistake")


def test_voiding_leaves_a_moderators_own_ban():
    person = make_user()
    given = struck(person)
    banned(person)
    void(moderator(), given, "a mistake")
    assert not may_act(person)


@pytest.mark.django_db(transaction=True)
def test_the_last_two_strikes_at_once_are_one_ban():
    person = make_user()
    struck(person)
    results = at_once(lambda: struck(person), lambda: struck(person), lambda: struck(person))
    assert all(isinstance(result, Strike) for result in results), results
    assert Strike.objects.filter(person=person).count() == 4
    assert Ban.objects.filter(lifted_at=None).count() == 1


def decided_appeal(statement, outcome, *, role="moderator"):
    said = appeal(statement.person, statement, "it was not me")
    one = moderator(role)
    return decide(one, claim(one, said.case), Decision(outcome, "looked again"))


@pytest.mark.parametrize("outcome", [Outcome.OVERTURNED, Outcome.UPHELD])
@pytest.mark.parametrize("what", ["strike", "ban"])
def test_on_appeal_a_strike_is_voided_and_a_ban_lifted(what, outcome):
    person = make_user()
    given = struck(person) if what == "strike" else banned(person)
    decided_appeal(Statement.objects.get(act=given.act), outcome)
    given.refresh_from_db()
    gone = outcome == Outcome.OVERTURNED
    assert given.stands() is not gone
    back = {"strike": "void", "ban": "unban"}[what]
    assert kinds() == [what, *([back, "overturn"] if gone else ["uphold"])]
    assert not ModerationAction.objects.exclude(subject=person).exists()


def test_an_appeal_against_a_ban_that_is_over_takes_nothing_else_back():
    person = make_user()
    first = banned(person)
    second = banned(person, 30, replacing=first.pk)
    decided_appeal(Statement.objects.get(act=first.act), Outcome.OVERTURNED)
    assert standing_ban(person) == second
    given = struck(person)
    age([given], -1)
    decided_appeal(Statement.objects.get(act=given.act), Outcome.OVERTURNED)
    assert Strike.objects.get().voided_at is not None


def removed(post, *, strike_too=True, one=None):
    one = one or moderator()
    case = claim(one, open_case(CaseKind.REPORT, post=post))
    decision = Decision(Outcome.REMOVED, "a flood of posts", rule=SiteRule.SPAM, strike=strike_too)
    return decide(one, case, decision)


@pytest.mark.parametrize("strike_too", [True, False])
def test_a_removal_may_be_a_strike(strike_too):
    post = bare_post()
    removed(post, strike_too=strike_too)
    assert Strike.objects.filter(person=post.author, about__post=post, rule="spam").exists() is strike_too
    assert Statement.objects.filter(person=post.author).count() == 1 + strike_too


def test_an_overturned_removal_takes_its_strike_along():
    post = bare_post()
    removed(post)
    struck(post.author)
    decided_appeal(Statement.objects.get(restriction="removal"), Outcome.OVERTURNED)
    assert [given.voided_at is None for given in Strike.objects.order_by("pk")] == [False, True]


def test_a_removal_with_a_strike_for_somebody_of_the_same_role_is_refused_whole():
    post = bare_post(moderator())
    with pytest.raises(NotAllowed):
        removed(post)
    post.refresh_from_db()
    assert post.status == "active"
    assert not ModerationAction.objects.exists()


def test_a_sole_owner_gets_no_strike_for_their_own_post():
    owner = moderator("owner")
    post = bare_post(owner)
    removed(post, one=owner)
    post.refresh_from_db()
    assert post.status == "removed"
    assert not Strike.objects.exists()
    assert ModerationKind.STRIKE not in kinds()
