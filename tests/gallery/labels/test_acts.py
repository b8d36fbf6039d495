"""Setting, changing and deciding labels: who may, what the evidence forbids, and what is written down."""

import pytest
from django.db import IntegrityError, transaction

from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.labels.acts import decide, declare
from gallery.models import LabelVersion, ModerationAction, Post, PostGeneration
from tests.factories import make_asset_row, make_post, make_user

pytestmark = pytest.mark.django_db


def sent(level="human", evidence="declared", author=None, **fields):
    """A post of a picture that was not drawn here."""
    author = author or make_user()
    return make_post(author, asset=make_asset_row(author), ai_level=level, ai_evidence=evidence, **fields)


def label(post):
    post.refresh_from_db()
    return post.ai_level, post.ai_evidence


def history(post):
    versions = post.label_versions.order_by("number")
    assert [version.number for version in versions] == list(range(1, len(versions) + 1))
    newest = versions.last()
    assert (newest.level, newest.evidence) == label(post), "the newest version is the label"
    return [(version.level, version.evidence, version.editor.username, version.reason) for version in versions]


def test_publishing_writes_the_first_version():
    author = make_user("ann")
    assert history(sent("generated", "c2pa", author)) == [("generated", "c2pa", "ann", "")]


def test_an_author_changes_what_rests_on_their_word_alone():
    author = make_user("ann")
    post = sent("human", author=author)
    # What names no machine; one that does stands in the way.
    PostGeneration.objects.filter(post=post).delete()
    declare(author, post, "assisted", "The sky is a model's.\x00")
    declare(author, post, "human")
    assert history(post) == [
        ("human", "declared", "ann", ""),
        ("assisted", "declared", "ann", "The sky is a model's."),
        ("human", "declared", "ann", ""),
    ]


@pytest.mark.parametrize("evidence", ["c2pa", "metadata"])
@pytest.mark.parametrize("level", ["human", "assisted", "unknown"])
def test_evidence_of_ai_cannot_be_declared_away_not_even_in_two_steps(evidence, level):
    author = make_user()
    post = sent("composite", evidence, author)
    with pytest.raises(Invalid) as refused:
        declare(author, post, level)
    assert refused.value.code == "label_against_evidence"
    declare(author, post, "generated")
    with pytest.raises(Invalid):
        declare(author, post, level)
    assert label(post) == ("generated", "declared")
    declare(author, post, "composite")
    assert label(post) == ("composite", evidence), "said again, it rests on the evidence again"


def test_what_was_drawn_here_is_locked_for_everybody():
    author, owner = make_user(), make_user(role="owner")
    post = make_post(author)
    for act in (
        lambda: declare(author, post, "human"),
        lambda: declare(author, post, "composite"),
        lambda: decide(owner, post, "human", "They asked."),
    ):
        with pytest.raises(InvalidTransition) as refused:
            act()
        assert refused.value.code == "label_locked"
    assert history(post) == [("generated", "site_job", author.username, "")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(ai_level="human")


def test_only_the_author_declares_and_only_moderators_decide():
    author, other = make_user(), make_user()
    post = sent(author=author)
    with pytest.raises(NotAllowed):
        declare(other, post, "generated")
    with pytest.raises(NotAllowed):
        declare(make_user(role="owner"), post, "generated")
    with pytest.raises(NotAllowed):
        decide(author, post, "generated", "So it is.")
    own = sent(author=(moderator := make_user(role="moderator")))
    with pytest.raises(NotAllowed) as refused:
        decide(moderator, own, "generated", "So it is.")
    assert refused.value.code == "own_post"


def test_a_decision_has_a_reason_a_row_in_the_log_and_stands_until_another_one():
    author, moderator = make_user("ann"), make_user("mod", role="moderator")
    post = sent("human", author=author)
    for reason, code in (("  ", "reason_needed"), ("x" * 2001, "reason_too_long")):
        with pytest.raises(Invalid) as refused:
            decide(moderator, post, "composite", reason)
        assert refused.value.code == code
    assert label(post) == ("human", "declared")
    decide(moderator, post, "composite", "Six fingers.")
    assert history(post)[-1] == ("composite", "moderator", "mod", "Six fingers.")
    act = ModerationAction.objects.get()
    assert (act.kind, act.actor, act.post, act.reason) == ("label", moderator, post, "Six fingers.")
    assert act.details == {"from": "human", "evidence": "declared", "to": "composite"}
    with pytest.raises(Invalid):
        declare(author, post, "human")
    declare(author, post, "generated", "All of it, in truth.")
    declare(author, post, "composite")
    assert history(post)[-1] == ("composite", "moderator", "ann", "Six fingers.")
    with pytest.raises(InvalidTransition):
        decide(moderator, post, "composite", "Again.")


@pytest.mark.parametrize("status", ["removed", "withdrawn", "quarantined"])
def test_the_author_changes_no_label_of_a_post_that_is_gone(status):
    author = make_user()
    with pytest.raises(InvalidTransition):
        declare(author, sent(author=author, status=status), "generated")


@pytest.mark.parametrize(("level", "code"), [("", "label_level_needed"), ("magic", "unknown_ai_level")])
def test_a_level_is_one_of_the_five(level, code):
    author = make_user()
    with pytest.raises(Invalid) as refused:
        declare(author, sent(author=author), level)
    assert refused.value.code == code


def test_a_post_from_before_there_was_a_history_gets_its_first_version_with_its_first_change():
    author = make_user("ann")
    post = sent("human", author=author)
    LabelVersion.objects.all().delete()
    declare(author, post, "generated")
    assert [line[:2] for line in history(post)] == [("human", "declared"), ("generated", "declared")]


@pytest.mark.parametrize(
    "fields",
    [
        {"ai_level": "human", "ai_evidence": "none"},
        {"ai_level": "generated", "ai_evidence": "none"},
        {"ai_level": "magic"},
        {"ai_evidence": "hearsay"},
    ],
)
def test_the_database_refuses_labels_that_cannot_be(fields):
    post = sent()
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(**fields)
