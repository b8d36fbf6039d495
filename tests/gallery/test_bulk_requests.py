"""Requests for bulk updates: their states, who may decide, and that a run that was killed goes on where it was."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from gallery.bulk_updates import requests, runner
from gallery.bulk_updates.commands.alias import Alias
from gallery.bulk_updates.requests import MAX_PENDING
from gallery.bulk_updates.script import read_script
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import BulkUpdateRequest, Post, User
from gallery.models.bulk_update import BulkUpdateStatus
from gallery.models.user import Role
from tagging.models import Tag
from tests.factories import make_post, make_user
from tests.gallery.test_bulk_scripts import counts_are_right
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def proposed(script: str = "alias neko -> cat", requester: User | None = None) -> BulkUpdateRequest:
    return requests.propose(requester or make_user(), title="A change", script=script, reason="Because.")


def approved(script: str = "alias neko -> cat") -> BulkUpdateRequest:
    return requests.approve(make_user(role=Role.OWNER), proposed(script))


def status_of(request: BulkUpdateRequest) -> str:
    request.refresh_from_db()
    return request.status


def left(name: str) -> int:
    """How many posts still have the tag."""
    tag = Tag.objects.filter(name=name).first()
    return Post.objects.filter(tag_ids__contains=[tag.pk]).count() if tag else 0


def test_a_request_needs_a_title_and_a_sound_script():
    user = make_user()
    for title, script in (("", "alias a -> b"), ("t" * 201, "alias a -> b"), ("A", "alias a -> a"), ("A", "hm")):
        with pytest.raises(Invalid):
            requests.propose(user, title=title, script=script, reason="")
    assert not BulkUpdateRequest.objects.exists()


def test_a_member_has_only_so_many_open_requests():
    user = make_user()
    for number in range(MAX_PENDING):
        proposed(f"alias a{number} -> b", user)
    with pytest.raises(NotAllowed):
        proposed("alias x -> y", user)


def test_votes_count_once_a_member_and_can_be_taken_back():
    request, user = proposed(), make_user()
    assert requests.vote(user, request, 1) == 1
    assert requests.vote(user, request, -1) == -1
    assert requests.vote(make_user(), request, -1) == -2
    assert requests.vote(user, request, 0) == -1
    with pytest.raises(Invalid):
        requests.vote(user, request, 2)
    requests.reject(make_user(role=Role.MODERATOR), request)
    with pytest.raises(InvalidTransition):
        requests.vote(user, request, 1)


@pytest.mark.parametrize(
    ("script", "role", "allowed"),
    [
        ("alias neko -> cat", Role.MEMBER, False),
        ("alias neko -> cat", Role.MODERATOR, True),
        ("rename t_small -> cat", Role.MODERATOR, True),
        ("alias t_large -> cat", Role.MODERATOR, False),
        ("alias t_large -> cat", Role.ADMIN, True),
        ("nuke t_small", Role.MODERATOR, False),
        ("update t_small -> cat", Role.MODERATOR, False),
        ("update t_small -> cat", Role.ADMIN, True),
        ("category t_large -> artist", Role.MODERATOR, True),
        ("alias neko -> cat\nnuke t_small", Role.MODERATOR, False),
    ],
)
def test_moderators_decide_about_small_ones_and_admins_about_all(script, role, allowed):
    make_post(tags=["t_large", "t_small"])
    Tag.objects.filter(name="t_large").update(post_count=500, general_count=500)
    request, person = proposed(script), make_user(role=role)
    assert requests.may_decide(person, request, read_script(script)) == allowed
    if allowed:
        requests.approve(person, request)
        assert status_of(request) == BulkUpdateStatus.PROCESSING
    else:
        with pytest.raises(NotAllowed):
            requests.approve(person, request)
        assert status_of(request) == BulkUpdateStatus.PENDING


@pytest.mark.parametrize(("role", "allowed"), [(Role.MODERATOR, False), (Role.ADMIN, False), (Role.OWNER, True)])
def test_nobody_but_an_owner_approves_their_own(role, allowed):
    person = make_user(role=role)
    request = proposed(requester=person)
    if allowed:
        assert requests.approve(person, request).status == BulkUpdateStatus.PROCESSING
    else:
        with pytest.raises(NotAllowed):
            requests.approve(person, request)


def test_a_requester_can_take_it_back_and_strangers_cannot():
    user = make_user()
    request = proposed(requester=user)
    with pytest.raises(NotAllowed):
        requests.reject(make_user(), request)
    requests.reject(user, request)
    assert status_of(request) == BulkUpdateStatus.REJECTED
    with pytest.raises(InvalidTransition):
        requests.approve(make_user(role=Role.ADMIN), request)


def test_what_no_longer_fits_is_refused_at_approval():
    request = proposed("alias neko -> cat")
    approved("alias cat -> dog")
    runner.run_waiting()
    with pytest.raises(Invalid, match="dog"):
        requests.approve(make_user(role=Role.ADMIN), request)
    assert status_of(request) == BulkUpdateStatus.PENDING


def test_a_request_that_fails_says_where_and_keeps_what_was_done():
    make_post(tags=["neko"])
    request = approved("alias neko -> cat\nalias a -> b\nalias c -> d")
    # Somebody else was faster with the second line.
    from tagging.relations import create_alias

    create_alias("b", "z")
    runner.run_waiting()
    assert status_of(request) == BulkUpdateStatus.FAILED
    assert request.lines_done == 1
    assert request.error.startswith("Line 2:")
    assert "“z”" in request.error
    assert left("neko") == 0


def test_an_update_that_one_post_cannot_take_says_which(monkeypatch):
    posts = [make_post(tags=["t_a"]) for _ in range(2)]
    request = approved("update t_a -> t_b")
    monkeypatch.setattr("gallery.tag_edits.rules.MAX_TAGS", 1)
    runner.run_waiting()
    assert status_of(request) == BulkUpdateStatus.FAILED
    assert f"Post {posts[0].pk}:" in request.error
    assert left("t_b") == 0


def test_a_run_goes_on_after_being_killed_in_the_middle(monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 2)
    for _ in range(5):
        make_post(tags=["neko"])
    request = approved()
    done = Alias.step
    calls = []

    def dies(self, editor, after_id, limit):
        changed = done(self, editor, after_id, limit)
        calls.append(after_id)
        if len(calls) == 2:
            raise OperationalError("the server went away")
        return changed

    monkeypatch.setattr(Alias, "step", dies)
    with pytest.raises(OperationalError):
        runner.run_waiting()
    assert (status_of(request), request.posts_done, left("neko")) == (BulkUpdateStatus.PROCESSING, 2, 3)
    monkeypatch.setattr(Alias, "step", done)
    assert runner.run_waiting() == 0, "somebody still holds it"
    BulkUpdateRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert runner.run_waiting() == 1
    assert (status_of(request), left("neko"), left("cat")) == (BulkUpdateStatus.APPROVED, 0, 5)
    counts_are_right()


def test_who_lost_the_lease_changes_nothing_more(monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 1)
    for _ in range(3):
        make_post(tags=["neko"])
    request = approved()
    held = runner.claim()
    BulkUpdateRequest.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
    with pytest.raises(runner.LeaseLost):
        runner.run(held)
    assert left("neko") == 3
    assert status_of(request) == BulkUpdateStatus.PROCESSING


def test_a_worker_that_is_told_to_stop_lets_go_after_a_batch(monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 2)
    for _ in range(5):
        make_post(tags=["neko"])
    request = approved()
    looks = iter([False, False, True])
    assert runner.run_waiting(lambda: next(looks, True)) == 0
    assert (status_of(request), left("neko")) == (BulkUpdateStatus.PROCESSING, 3)
    assert runner.run_waiting() == 1
    assert left("neko") == 0


def test_requests_run_in_the_order_of_their_approval():
    first, second = proposed("alias a -> b"), proposed("alias c -> d")
    requests.approve(make_user(role=Role.OWNER), second)
    requests.approve(make_user(role=Role.OWNER), first)
    assert runner.claim() == second
    assert runner.claim() == first
    assert runner.claim() is None


def test_the_database_knows_no_decision_without_a_decider_and_no_failure_without_a_cause():
    request = proposed()
    for status in (BulkUpdateStatus.PROCESSING, BulkUpdateStatus.FAILED):
        with pytest.raises(IntegrityError), transaction.atomic():
            BulkUpdateRequest.objects.filter(pk=request.pk).update(status=status)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_told():
    request, first, second = proposed(), make_user(role=Role.ADMIN), make_user(role=Role.ADMIN)
    ends = at_once(lambda: requests.approve(first, request), lambda: requests.reject(second, request))
    assert sum(isinstance(end, InvalidTransition) for end in ends) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_gets_a_request():
    approved()
    ends = at_once(runner.claim, runner.claim)
    assert sum(end is not None for end in ends) == 1
