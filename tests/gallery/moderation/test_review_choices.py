"""What a moderator can choose on the pages of the queue: the keys, the rule and its reason, several cases together."""

import itertools
import re
from html import unescape

import pytest

from gallery.labels.disputes import dispute
from gallery.models import Case, ModerationAction, Post, Statement
from gallery.models.review import CaseKind, CaseState, Outcome, SiteRule
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.queue import case_page
from gallery.moderation.voices import report, report_person
from tests.factories import make_user
from tests.gallery.labels.test_disputes import sent as sent_post
from tests.gallery.moderation.reviewing import KEEP, LINE, appealed, browser, case_of, door_of, moderator, page_of, text
from tests.gallery.moderation.test_acts import bare_post

pytestmark = pytest.mark.django_db

QUEUE, NEXT = "/moderation/queue", "/moderation/queue/next"


def test_several_are_decided_at_once_and_what_is_refused_is_told():
    one, other = moderator(), moderator()
    free = case_of()
    waits = case_of(CaseKind.POST, bare_post(status="pending"))
    held_by_other = claim(other, case_of(CaseKind.FLAG))
    own = case_of(post=bare_post(one))
    raised = appealed(other)
    gone = claim(other, case_of())
    decide(other, gone, Decision(Outcome.KEPT, "fine"))
    picked = [free, waits, held_by_other, own, raised, gone]
    before = ModerationAction.objects.count()
    answer = browser(one).post(QUEUE, KEEP | {"case": [case.pk for case in picked] + ["x", "9" * 30, "-1"]})
    assert answer.status_code == 409
    page = unescape(text(answer))
    for case, said in (
        (held_by_other, f"{other.username} has this case"),
        (own, "You cannot decide about your own matter"),
        (raised, "be decided in this case"),
        (gone, f"{other.username} decided it meanwhile: Left as it is"),
    ):
        assert any(
            line.startswith(f"{case.get_kind_display()} {case.pk}: ") and said in line for line in LINE.findall(page)
        )
    states = {case.pk: state for case in picked for state in [Case.objects.get(pk=case.pk).state]}
    assert [states[case.pk] for case in picked] == ["decided", "decided", "open", "open", "open", "decided"]
    assert Post.objects.get(pk=waits.post_id).status == "active"
    assert ModerationAction.objects.count() == before + 2
    # What could not be decided is not kept from others.
    assert Case.objects.get(pk=raised.pk).claimed_by is None
    assert "Nothing is wrong." in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (KEEP, "Pick the cases first."),
        ({"outcome": "rerated", "rating": "q", "reason": "x"}, "Choose what you decide."),
        ({"outcome": "quarantined", "reason": "x"}, "Choose what you decide."),
        ({"reason": "typed words"}, "Choose what you decide."),
        ({"outcome": "removed", "rule": "other", "reason": "", "pick": True}, "Give a reason"),
    ],
    ids=["none picked", "rerated", "quarantined", "nothing", "no reason"],
)
def test_a_batch_that_says_too_little_changes_nothing(sent, said):
    case = case_of()
    picked = {"case": [case.pk]} if said != "Pick the cases first." else {}
    answer = browser(moderator()).post(QUEUE, sent | picked)
    assert answer.status_code in (409, 422)
    assert said in text(answer)
    case.refresh_from_db()
    assert (case.state, case.claimed_by) == ("open", None)


def test_no_key_stands_for_two_buttons():
    one = moderator()
    for kind in CaseKind:
        keys = [choice.key for choice in case_page(one, case_of(kind), shown="")["choices"] if choice.key]
        assert len(keys) == len(set(keys)), kind
        assert not set(keys) & set("ncvijk1234"), kind
        assert all(one != other for one, other in itertools.combinations(keys, 2))


STANDS = {Outcome.KEPT, Outcome.APPROVED, Outcome.UPHELD}
GRANTS = {Outcome.RELABELLED, Outcome.OVERTURNED}


@pytest.mark.parametrize("kind", list(CaseKind))
def test_a_key_means_the_same_in_every_kind_of_case_and_the_first_button_is_what_stands(kind):
    choices = case_page(moderator(), case_of(kind), shown="")["choices"]
    assert choices[0].outcome in STANDS
    for choice in choices:
        assert (choice.key == "a", choice.key == "g") == (choice.outcome in STANDS, choice.outcome in GRANTS)


def chosen_rule(page):
    return re.search(r'<option value="(\w*)" selected', page)[1]


def test_the_rule_that_was_named_first_is_chosen_and_gives_the_reason():
    one, post = moderator(), bare_post()
    case = report(make_user(), post, "hate", "Insults.").voice.case
    report(make_user(), post, "spam", "Adverts.")
    client = browser(one)
    client.post(door_of(case), {"act": "claim"})
    page = text(client.get(page_of(case)))
    assert chosen_rule(page) == "hate"
    assert "“Another reason” needs one" in page
    assert "optional" not in page
    client.post(door_of(case), {"outcome": "removed", "rule": "hate", "reason": ""})
    told = Statement.objects.get()
    assert (told.rule, told.facts) == (SiteRule.HATE, str(SiteRule.HATE.label))


def test_where_nobody_named_a_rule_it_is_another_reason_which_needs_one(mine):
    _one, case, client = mine
    assert chosen_rule(text(client.get(page_of(case)))) == "other"
    assert client.post(door_of(case), {"outcome": "removed", "rule": "other"}).status_code == 422


def test_several_are_each_decided_by_the_rule_that_was_named_unless_one_is_chosen():
    client = browser(moderator())
    cases = [report(make_user(), bare_post(), rule, "x").voice.case for rule in ("hate", "spam")]
    page = text(client.get(QUEUE))
    assert chosen_rule(page) == ""
    assert "“Another reason” needs one" in page
    pick = {"case": [case.pk for case in cases], "outcome": "removed", "reason": ""}
    assert client.post(QUEUE, pick | {"rule": ""}).status_code == 302
    assert list(Statement.objects.order_by("post").values_list("rule", flat=True)) == ["hate", "spam"]
    more = [report(make_user(), bare_post(), "hate", "x").voice.case]
    client.post(QUEUE, {"case": [more[0].pk], "outcome": "removed", "rule": "law"})
    assert Statement.objects.latest("pk").rule == "law"
    unnamed = case_of()
    assert client.post(QUEUE, pick | {"case": [unnamed.pk], "rule": ""}).status_code == 409
    assert Case.objects.get(pk=unnamed.pk).state == CaseState.OPEN


def test_whoever_disputes_a_label_is_told_why_it_stays():
    client, case = browser(moderator()), dispute(make_user(), sent_post("human"), "generated", "Hands.").case
    for answer in (
        client.post(QUEUE, {"case": [case.pk], "outcome": "kept", "reason": " "}),
        client.post(door_of(case), {"act": "claim"}) and client.post(door_of(case), {"outcome": "kept", "reason": " "}),
    ):
        assert answer.status_code in (409, 422)
        assert "Give a reason" in text(answer)
    assert Case.objects.get(pk=case.pk).state == CaseState.OPEN
    assert client.post(door_of(case), {"outcome": "kept", "reason": "Five fingers."}).status_code == 302


def test_after_a_decision_it_is_said_what_was_decided_about_what(mine):
    _one, case, client = mine
    page = text(client.post(door_of(case), KEEP, follow=True))
    assert f'Post {case.post_id}: Left as it is · <a href="{page_of(case)}">Case {case.pk}</a>' in page
    person = make_user("o'neil")
    about = report_person(make_user(), person, "hate", "<b>").voice.case
    client.post(door_of(about), {"act": "claim"})
    page = text(client.post(door_of(about), KEEP, follow=True))
    assert f'o&#x27;neil: Left as it is · <a href="{page_of(about)}">' in page
