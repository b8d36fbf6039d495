"""What people hold against labels: who may, how many, what a decision does and to whom it is told."""

import pytest
from django.db import IntegrityError, transaction

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.labels.acts import decide, declare
from gallery.labels.disputes import MAX_OPEN, dispute, open_disputes, reject, uphold, withdraw_dispute
from gallery.labels.pages import told_disputes
from gallery.models import LabelDispute, ModerationAction, User
from tests.factories import make_post, make_user
from tests.gallery.labels.test_acts import history, label, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return make_user("mod", role="moderator")


def refused(act):
    with pytest.raises((Invalid, InvalidTransition, NotAllowed)) as info:
        act()
    return info.value.code


def test_an_upheld_dispute_changes_the_label_and_stands_in_the_log(moderator):
    post, ann, bob, eve = sent("human"), make_user("ann"), make_user("bob"), make_user("eve")
    first, same = dispute(ann, post, "generated", "Six fingers."), dispute(bob, post, "generated", "Melted hands.")
    another = dispute(eve, post, "assisted", "The sky.")
    uphold(moderator, first, "The hands show it.")
    assert label(post) == ("generated", "moderator")
    assert history(post)[-1] == ("generated", "moderator", "mod", "The hands show it.")
    states = dict(LabelDispute.objects.values_list("pk", "state"))
    assert states == {first.pk: "upheld", same.pk: "upheld", another.pk: "open"}
    act = ModerationAction.objects.get()
    assert (act.kind, act.reason) == ("label", "The hands show it.")
    assert act.details == {"from": "human", "evidence": "declared", "to": "generated", "dispute": first.pk}


def test_a_rejected_one_changes_nothing_but_is_written_down(moderator):
    post, ann = sent("generated", "metadata"), make_user("ann")
    raised = dispute(ann, post, "human", "I saw them draw it.")
    assert refused(lambda: reject(moderator, raised, " ")) == "reason_needed"
    reject(moderator, raised, "The file holds the prompt.")
    raised.refresh_from_db()
    assert (raised.state, raised.decided_by, raised.decision) == ("rejected", moderator, "The file holds the prompt.")
    assert label(post) == ("generated", "metadata")
    assert ModerationAction.objects.get().details["rejected"] == "human"
    for act in (uphold, reject):
        assert refused(lambda act=act: act(moderator, raised, "Again.")) == "dispute_closed"


def test_the_author_against_evidence_has_this_way_alone(moderator):
    author = make_user("ann")
    post = sent("generated", "metadata", author)
    assert refused(lambda: declare(author, post, "human")) == "label_against_evidence"
    uphold(moderator, dispute(author, post, "composite", "Painted over for days."), "The layers are there.")
    assert label(post) == ("composite", "moderator")


def test_a_decision_without_a_dispute_closes_those_that_asked_for_it(moderator):
    post = sent("human")
    asked, other = dispute(make_user(), post, "generated", "Hands."), dispute(make_user(), post, "unknown", "Hm.")
    decide(moderator, post, "generated", "Seen by myself.")
    asked.refresh_from_db()
    other.refresh_from_db()
    assert (asked.state, asked.decision, other.state) == ("upheld", "Seen by myself.", "open")


def test_where_the_author_came_to_say_so_meanwhile_upholding_only_closes_it(moderator):
    author = make_user()
    post = sent("human", author=author)
    raised = dispute(make_user(), post, "generated", "Hands.")
    declare(author, post, "generated")
    uphold(moderator, raised, "They say so themselves now.")
    raised.refresh_from_db()
    assert (raised.state, label(post)) == ("upheld", ("generated", "declared"))
    assert ModerationAction.objects.count() == 1


def test_what_cannot_be_disputed():
    ann = make_user("ann")
    post = sent("human")
    assert refused(lambda: dispute(ann, post, "human", "So it is.")) == "same_label"
    assert refused(lambda: dispute(ann, post, "magic", "So it is.")) == "unknown_ai_level"
    assert refused(lambda: dispute(ann, post, "", "So it is.")) == "label_level_needed"
    assert refused(lambda: dispute(ann, post, "generated", " \x00 ")) == "dispute_reason_needed"
    assert refused(lambda: dispute(ann, post, "generated", "x" * 2001)) == "reason_too_long"
    assert refused(lambda: dispute(ann, make_post(), "human", "So it is.")) == "label_locked"
    assert refused(lambda: dispute(ann, sent(rating="e"), "generated", "Unseen.")) == "no_such_post"
    assert refused(lambda: dispute(make_user(is_active=False), post, "generated", "Hm.")) == "account_disabled"
    assert not LabelDispute.objects.exists()


def test_one_open_for_each_post_and_a_few_for_each_person(moderator):
    ann = make_user("ann")
    posts = [sent() for _number in range(MAX_OPEN + 1)]
    raised = [dispute(ann, post, "generated", "Hands.") for post in posts[:MAX_OPEN]]
    assert refused(lambda: dispute(ann, posts[0], "assisted", "Or this.")) == "dispute_open_already"
    assert refused(lambda: dispute(ann, posts[-1], "generated", "Hands.")) == "too_many_disputes"
    withdraw_dispute(ann, raised[0])
    dispute(ann, posts[-1], "generated", "Hands.")
    reject(moderator, raised[1], "Gloves.")
    dispute(ann, posts[0], "assisted", "Or this.")
    with pytest.raises(IntegrityError), transaction.atomic():
        LabelDispute.objects.create(post=posts[0], by=ann, level="human", against="generated", reason="Twice.")


def test_nobody_decides_about_their_own_dispute_or_post_but_a_sole_owner(moderator):
    post = sent("human")
    own = dispute(moderator, post, "generated", "Hands.")
    assert refused(lambda: uphold(moderator, own, "Because.")) == "own_dispute"
    decide(moderator, post, "generated", "Hands.")
    own.refresh_from_db()
    assert own.state == "open", "also not by the way"
    assert refused(lambda: uphold(make_user(), own, "Because.")) == "moderators_only"
    about_own = dispute(make_user(), sent("human", author=moderator), "generated", "Hands.")
    assert refused(lambda: reject(moderator, about_own, "No.")) == "own_post"
    owner = make_user(role="owner")
    theirs = dispute(owner, sent("human", author=owner), "generated", "Hands.")
    assert refused(lambda: uphold(owner, theirs, "I am the owner.")) == "own_post"
    User.objects.exclude(pk=owner.pk).update(role="member")
    uphold(owner, theirs, "I decide alone.")
    assert ModerationAction.objects.latest("pk").details["own_post"] is True


def test_only_the_person_takes_a_dispute_back_and_only_once(moderator):
    ann = make_user()
    raised = dispute(ann, sent(), "generated", "Hands.")
    assert refused(lambda: withdraw_dispute(moderator, raised)) == "not_your_dispute"
    withdraw_dispute(ann, raised)
    assert refused(lambda: withdraw_dispute(ann, raised)) == "dispute_closed"
    assert refused(lambda: reject(moderator, raised, "No.")) == "dispute_closed"


def test_who_is_told_of_a_dispute(moderator):
    author, ann, eve = make_user("author"), make_user("ann"), make_user("eve")
    post = sent("human", author=author)
    dispute(ann, post, "generated", "Hands.")
    back = dispute(eve, post, "unknown", "Hm.")
    withdraw_dispute(eve, back)

    def told(viewer):
        return [(one.by, one.dispute.level) for one in told_disputes(post, viewer)]

    assert told(author) == [("", "generated")]
    assert told(ann) == [("ann", "generated")]
    assert told(eve) == [("eve", "unknown")]
    assert told(moderator) == [("eve", "unknown"), ("ann", "generated")]
    assert told(make_user()) == []


@pytest.mark.parametrize(("status", "listed"), [("removed", True), ("withdrawn", False), ("quarantined", False)])
def test_disputes_of_posts_about_which_nothing_is_decided_wait_unseen(status, listed):
    post = sent()
    dispute(make_user(), post, "generated", "Hands.")
    type(post).objects.filter(pk=post.pk).update(status=status)
    assert open_disputes().exists() == listed


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "upheld"},
        {"state": "rejected", "decision": "No."},
        {"state": "open", "decision": "No."},
        {"state": "lost"},
        {"reason": ""},
        {"level": "human"},
    ],
    ids=lambda fields: "-".join(fields),
)
def test_the_database_refuses_disputes_that_cannot_be(fields):
    raised = dispute(make_user(), sent("human"), "generated", "Hands.")
    with pytest.raises(IntegrityError), transaction.atomic():
        LabelDispute.objects.filter(pk=raised.pk).update(**fields)
