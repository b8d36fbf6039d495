"""What is held back stays so through every door, and its case ends with it."""

import pytest

from gallery.accounts.names import HOUSE_NAME
from gallery.errors import Invalid, NotAllowed
from gallery.models import Case, ModerationAction, Post
from gallery.models.refusal import LockedBy
from gallery.models.review import CaseState, Outcome, SiteRule
from gallery.moderation.acts import quarantine
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.sanctions import ban
from gallery.refusals import holding
from gallery.refusals.holding import hold_back
from gallery.refusals.releasing import destroy_by, release_by
from tests.factories import make_asset, make_post, make_user

pytestmark = pytest.mark.django_db


def moderator():
    return make_user(role="moderator")


def held(asset):
    return hold_back(asset, LockedBy.LIST, {"lists": ["a list"]})


def test_a_picture_that_is_held_back_isnt_published():
    asset = make_asset()
    held(asset)
    with pytest.raises(Invalid) as refused:
        make_post(asset=asset)
    assert refused.value.code == "upload_held_back"
    assert not Post.objects.exists()


def test_publishing_again_doesnt_tell_that_the_post_is_quarantined():
    post = make_post()
    quarantine(moderator(), post, "against the law")
    with pytest.raises(Invalid) as refused:
        make_post(asset=post.asset)
    assert refused.value.code == "upload_held_back"


def test_a_post_that_comes_while_its_picture_is_held_back_is_quarantined_too(monkeypatch):
    asset, lock_away = make_asset(), holding.lock_away

    def while_it_is_published(*args):
        make_post(asset=asset)
        return lock_away(*args)

    monkeypatch.setattr(holding, "lock_away", while_it_is_published)
    held(asset)
    assert Post.objects.get(asset=asset).status == "quarantined"


@pytest.mark.parametrize(
    ("end", "outcome"), [(release_by, Outcome.KEPT), (destroy_by, Outcome.QUARANTINED)], ids=["release", "destroy"]
)
def test_whoever_ends_it_by_command_decides_its_case(end, outcome):
    row, one = held(make_asset()), moderator()
    end(one, row, "as the police asked")
    case = Case.objects.get(pk=row.case_id)
    assert (case.state, case.outcome, case.decided_by) == (CaseState.DECIDED, outcome, one)


@pytest.mark.parametrize("posted", [True, False], ids=["a post", "a picture"])
def test_what_a_check_holds_back_stands_in_the_log_once_and_its_owner_reads_nothing(client, posted):
    post = make_post() if posted else None
    asset = post.asset if post else make_asset()
    held(asset)
    held(asset)
    act = ModerationAction.objects.get()
    assert (act.kind, act.actor.username, act.post) == ("quarantine", HOUSE_NAME, post)
    assert act.subject == (None if posted else asset.owner)
    client.force_login(asset.owner)
    assert not client.get("/moderation/log").context["told"]


def test_a_decision_in_its_case_ends_it_once():
    row, one = held(make_asset()), moderator()
    case = decide(one, claim(one, row.case), Decision(Outcome.KEPT, "nothing is wrong"))
    assert case.outcome == Outcome.KEPT
    row.refresh_from_db()
    assert row.released_at is not None


def test_a_banned_moderator_releases_nothing():
    row, one = held(make_asset()), moderator()
    ban(make_user(role="owner"), one, until=None, rule=SiteRule.OTHER, reason="a reason")
    with pytest.raises(NotAllowed):
        release_by(one, row, "nothing is wrong")
