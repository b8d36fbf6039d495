"""Reports of comments, their cases, what moderators decide, and the author's one appeal."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from gallery.accounts.standing import Banned
from gallery.community import comments
from gallery.models import Case, Comment, ModerationAction, Statement
from gallery.models.comment import CommentState
from gallery.models.review import CaseKind, CaseState, Outcome, Restriction, SiteRule
from gallery.moderation.audit import verify
from gallery.moderation.cases import claim, free_for
from gallery.moderation.comments import keep_comment, remove_comment, restore_comment
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.heard import open_voice
from gallery.moderation.sanctions import ban
from gallery.moderation.statements import appeal
from gallery.moderation.voices import by_receipt, report, report_comment, report_person, take_back
from tests.factories import make_user
from tests.gallery.comments.test_comments import make_comment, refusal
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def state(comment):
    return Comment.objects.values_list("state", flat=True).get(pk=comment.pk)


def decided(moderator, case, outcome, reason="Rude.", **more):
    claim(moderator, case)
    return decide(moderator, case, Decision(outcome, reason, **more))


def test_reports_of_one_comment_are_one_case_about_its_author_and_no_post():
    found = make_comment()
    receipt = report_comment(VISITOR, found, "hate", "Rude.").receipt
    report_comment(make_user(), found, "law", "A threat.")
    case = Case.objects.get()
    assert (case.kind, case.comment, case.person, case.post) == (CaseKind.REPORT, found, found.author, None)
    assert (case.voices.count(), case.urgency) == (2, 5)
    assert by_receipt(receipt).case == case


def test_reports_of_a_comment_its_author_and_its_post_are_three_cases():
    found, one = make_comment(), make_user()
    report_comment(one, found, "hate", "Rude.")
    report_person(one, found.author, "hate", "Rude.")
    report(one, found.post, "rights", "Mine.")
    assert Case.objects.count() == 3


def test_the_case_keeps_the_comment_as_it_was_first_reported():
    found = make_comment(text="You fool.")
    report_comment(VISITOR, found, "hate", "Rude.")
    comments.edit(found.author, found, "You friend.")
    report_comment(VISITOR, found, "hate", "Rude.")
    assert Case.objects.get().facts["comment"] == "You fool."


@pytest.mark.parametrize(
    ("rule", "text", "code"),
    [("nonsense", "x", "unknown_rule"), ("hate", " ", "voice_text_needed"), ("hate", "x" * 2001, "reason_too_long")],
)
def test_a_report_needs_a_rule_and_words(rule, text, code):
    assert refusal(report_comment, make_user(), make_comment(), rule, text) == code
    assert not Case.objects.exists()


def test_what_one_cannot_read_one_cannot_report():
    hidden, gone = make_comment(bare_post(rating="e")), make_comment(state=CommentState.WITHDRAWN)
    assert refusal(report_comment, VISITOR, hidden, "hate", "x") == "no_such_comment"
    assert refusal(report_comment, VISITOR, gone, "hate", "x") == "no_such_comment"
    removed = make_comment(state=CommentState.REMOVED)
    assert refusal(report_comment, VISITOR, removed, "hate", "x") == "no_such_comment"
    assert refusal(report_comment, make_user(role="moderator"), removed, "hate", "x") == "comment_gone"
    mine = make_comment()
    assert refusal(report_comment, mine.author, mine, "hate", "x") == "own_comment_report"
    assert refusal(report_comment, make_user(is_active=False), mine, "hate", "x") == "account_disabled"


def test_one_person_reports_a_comment_once_and_can_take_it_back():
    found, one = make_comment(), make_user()
    voice = report_comment(one, found, "hate", "x").voice
    assert refusal(report_comment, one, found, "hate", "y") == "said_already"
    take_back(one, voice)
    assert Case.objects.get().state == CaseState.MOOT


def test_a_moderator_removes_it_and_its_author_is_told_why():
    found, moderator = make_comment(), make_user(role="moderator")
    report_comment(VISITOR, found, "hate", "x")
    decided(moderator, Case.objects.get(), Outcome.REMOVED, "Insults others.", rule=SiteRule.HATE)
    assert state(found) == CommentState.REMOVED
    told = Statement.objects.get()
    assert (told.person, told.comment, told.post, told.restriction, told.rule, told.facts, told.detection) == (
        found.author, found, None, Restriction.COMMENT, SiteRule.HATE, "Insults others.", "report",
    )  # fmt: skip
    act = ModerationAction.objects.get()
    assert (act.kind, act.subject, act.post) == ("comment", found.author, None)
    assert act.details == {
        "act": "removed", "from": "standing", "rule": "hate", "comment": found.pk, "post": found.post_id,
    }  # fmt: skip


def test_a_moderator_leaves_it_as_it_is():
    found, moderator = make_comment(), make_user(role="moderator")
    report_comment(VISITOR, found, "hate", "x")
    decided(moderator, Case.objects.get(), Outcome.KEPT, "A joke.")
    assert state(found) == CommentState.STANDING
    assert not Statement.objects.exists()
    assert Case.objects.get().outcome == Outcome.KEPT


@pytest.mark.parametrize("outcome", [Outcome.RERATED, Outcome.QUARANTINED, Outcome.APPROVED])
def test_nothing_else_can_be_decided_about_a_comment(outcome):
    found, moderator = make_comment(), make_user(role="moderator")
    report_comment(VISITOR, found, "hate", "x")
    case = Case.objects.get()
    claim(moderator, case)
    assert refusal(decide, moderator, case, Decision(outcome, "x")) == "unknown_outcome"
    assert Case.objects.get().state == CaseState.OPEN


def test_removing_it_without_its_case_closes_the_case():
    found, moderator = make_comment(), make_user(role="moderator")
    report_comment(VISITOR, found, "hate", "x")
    remove_comment(moderator, found, "Rude.", SiteRule.HATE)
    assert Case.objects.get().outcome == Outcome.REMOVED
    assert refusal(remove_comment, moderator, found, "Rude.") == "comment_removed_before"
    restore_comment(moderator, found, "A mistake.")
    assert state(found) == CommentState.STANDING
    assert refusal(restore_comment, moderator, found, "Again.") == "comment_not_removed"


@pytest.mark.parametrize("act", [remove_comment, keep_comment])
def test_only_moderators_decide_each_with_a_reason_and_none_about_their_own(act):
    found, moderator = make_comment(), make_user(role="moderator")
    make_user(role="owner")
    assert refusal(act, make_user(), found, "x") == "moderators_only"
    assert refusal(act, moderator, found, " ") == "reason_needed"
    assert refusal(act, moderator, make_comment(author=moderator), "x") == "own_comment"
    assert state(found) == CommentState.STANDING
    assert not ModerationAction.objects.exists()


def test_a_case_about_ones_own_comment_is_for_another_moderator():
    moderator, other = make_user(role="moderator"), make_user(role="moderator")
    report_comment(VISITOR, make_comment(author=moderator), "hate", "x")
    assert not free_for(moderator).exists()
    assert free_for(other).exists()


def test_a_sole_owner_decides_alone_and_the_log_says_so():
    owner = make_user(role="owner")
    remove_comment(owner, make_comment(author=owner), "My mistake.")
    assert ModerationAction.objects.get().details["own_comment"] is True
    assert not Statement.objects.exists()


@pytest.mark.parametrize("before", [CommentState.STANDING, CommentState.WITHDRAWN])
def test_an_appeal_that_is_granted_makes_the_comment_what_it_was(before):
    found, one, other = make_comment(state=before, score=3), make_user(role="moderator"), make_user(role="moderator")
    remove_comment(one, found, "Rude.", SiteRule.HATE)
    statement = Statement.objects.get()
    appeal(found.author, statement, "It was a quotation.")
    case = Case.objects.get(kind=CaseKind.APPEAL)
    assert (case.comment, case.person) == (found, found.author)
    assert not free_for(one).exists()
    decided(other, case, Outcome.OVERTURNED, "It was.")
    found.refresh_from_db()
    assert (found.state, found.score) == (before, 3)
    assert Statement.objects.get().state == "overturned"
    assert [act.kind for act in ModerationAction.objects.order_by("pk")] == ["comment", "overturn"]


def test_an_appeal_that_is_refused_leaves_it_removed():
    found, one, other = make_comment(), make_user(role="moderator"), make_user(role="moderator")
    remove_comment(one, found, "Rude.", SiteRule.HATE)
    appeal(found.author, Statement.objects.get(), "It was a quotation.")
    decided(other, Case.objects.get(kind=CaseKind.APPEAL), Outcome.UPHELD, "It was not.")
    assert state(found) == CommentState.REMOVED
    assert Statement.objects.get().state == "upheld"
    assert refusal(appeal, found.author, Statement.objects.get(), "Again.") == "appealed_before"


def test_what_was_restored_before_the_appeal_stays_so():
    found, one, other = make_comment(), make_user(role="moderator"), make_user(role="moderator")
    remove_comment(one, found, "Rude.", SiteRule.HATE)
    appeal(found.author, Statement.objects.get(), "It was a quotation.")
    restore_comment(one, found, "So it was.")
    decided(other, Case.objects.get(kind=CaseKind.APPEAL), Outcome.OVERTURNED, "It was.")
    assert state(found) == CommentState.STANDING


def test_the_database_wants_the_author_and_no_post_beside_a_comment():
    found = make_comment()
    for more in ({}, {"person": found.author, "post": found.post}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.create(kind=CaseKind.REPORT, comment=found, **more)


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_are_one_case():
    found = make_comment()
    at_once(*[lambda: report_comment(VISITOR, found, "hate", "x")] * 4)
    assert Case.objects.get().voices.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_decide_once_and_the_chain_holds():
    found, one, other = make_comment(), make_user(role="moderator"), make_user(role="moderator")
    results = at_once(*[lambda who=who: remove_comment(who, found, "Rude.") for who in (one, other)])
    assert sorted(type(result).__name__ for result in results) == ["Comment", "InvalidTransition"]
    assert (Statement.objects.count(), ModerationAction.objects.count()) == (1, 1)
    assert verify()[1] is None


def test_a_banned_moderator_decides_about_no_comment():
    found, moderator = make_comment(), make_user(role="moderator")
    ban(make_user(role="owner"), moderator, until=None, rule=SiteRule.SPAM, reason="a flood")
    for act in (keep_comment, remove_comment, restore_comment):
        with pytest.raises(Banned):
            act(moderator, found, "Rude.")
    assert state(found) == "standing"


def test_a_report_of_a_comment_is_none_of_its_author():
    found, member = make_comment(), make_user()
    report_comment(member, found, "hate", "Rude.")
    assert open_voice(member, CaseKind.REPORT, person=found.author) is None
    voice = report_person(member, found.author, "spam", "Sends them by mail.").voice
    assert open_voice(member, CaseKind.REPORT, person=found.author) == voice
