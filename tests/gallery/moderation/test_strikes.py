"""Strikes: those that count, the ban that so many bring, and what becomes of both when a decision is taken back."""

import pytest
from django.test import override_settings

from gallery.accounts.standing import may_act, standing_ban
from gallery.errors import InvalidTransition, NotAllowed
from gallery.models import Ban, Case, ModerationAction, Statement, Strike
from gallery.models.moderation import ModerationKind
from gallery.models.review import CaseKind, Outcome, SiteRule
from gallery.moderation.cases import claim, open_case
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.sanctions import unban, void
from gallery.moderation.statements import appeal
from gallery.moderation.voices import report_comment
from tests.factories import make_user
from tests.gallery.comments.test_comments import make_comment
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.moderation.test_sanctions import banned, in_days, kinds, moderator, struck
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


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


def test_a_strike_that_came_with_a_removed_comment_is_given_and_goes_with_the_removal():
    found, one, other = make_comment(), moderator(), moderator()
    case = claim(one, report_comment(make_user(), found, "hate", "Rude.").voice.case)
    decide(one, case, Decision(Outcome.REMOVED, "Insults others.", rule=SiteRule.HATE, strike=True))
    given, removal = Strike.objects.get(), Statement.objects.get(restriction="comment")
    assert (given.person, given.rule, given.about) == (found.author, SiteRule.HATE, removal.act)
    raised = appeal(found.author, removal, "It was a quotation.")
    decide(other, claim(other, raised.case), Decision(Outcome.OVERTURNED, "It was."))
    given.refresh_from_db()
    assert given.voided_by == other
    assert set(Statement.objects.values_list("state", flat=True)) == {"overturned"}


def test_a_statement_of_what_was_taken_back_says_so_whatever_the_way(client):
    person, one = make_user(), moderator("admin")
    void(one, struck(person), "a mistake")
    unban(one, banned(person), "a mistake")
    given = struck(person)
    raised = appeal(person, given.act.statement, "It was not me.")
    void(one, given, "it was not")
    assert set(Statement.objects.values_list("state", flat=True)) == {"overturned"}
    raised.case.refresh_from_db()
    assert raised.case.state == "moot", "there is nothing left to decide"
    client.force_login(person)
    page = client.get(f"/statements/{given.act.statement.pk}").content.decode()
    assert "There is nothing left to appeal against." in page
    assert "Waits for a moderator" not in page


@override_settings(STRIKES_TO_BAN=2)
def test_the_ban_that_came_of_a_voided_strike_was_a_mistake_as_the_strike():
    person, one = make_user(), moderator("admin")
    first = struck(person)
    second = struck(person)
    void(one, second, "a mistake")
    states = dict(Statement.objects.values_list("act", "state"))
    ban_act = Ban.objects.get().act_id
    assert states == {first.act_id: "stands", second.act_id: "overturned", ban_act: "overturned"}


def test_a_ban_in_the_place_of_another_takes_nothing_back():
    person = make_user()
    before = banned(person)
    banned(person, 30, replacing=before.pk)
    assert set(Statement.objects.values_list("state", flat=True)) == {"stands"}


def test_an_appeal_that_is_answered_after_its_strike_was_voided_brings_nothing_back():
    person, one = make_user(), moderator("admin")
    given = struck(person)
    raised = appeal(person, given.act.statement, "It was not me.")
    claim(one, raised.case)
    void(moderator("admin"), given, "it was not")
    Case.objects.filter(pk=raised.case.pk).update(state="open", claimed_by=one, claimed_until=in_days(1))
    decide(one, Case.objects.get(pk=raised.case.pk), Decision(Outcome.UPHELD, "It was."))
    assert Statement.objects.get().state == "overturned"
