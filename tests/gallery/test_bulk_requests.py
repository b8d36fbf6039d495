"""Requests for bulk updates: their states, who may decide, and that a run that was killed goes on where it was."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.utils import timezone

from gallery.bulk_updates import requests, runner
from gallery.bulk_updates.commands.alias import Alias
from gallery.bulk_updates.commands.mass_update import MassUpdate
from gallery.bulk_updates.requests import MAX_PENDING
from gallery.bulk_updates.script import read_script
from gallery.errors import Invalid, InvalidTransition, NotAllowed, SearchTimeout
from gallery.models import BulkUpdateRequest, Post, User
from gallery.models.bulk_update import BulkUpdateStatus
from gallery.models.user import Role
from gallery.tag_edits.store import COLUMNS
from tagging.models import Tag, WikiPage
from tagging.wiki import WikiConflict, WikiError
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


def tags_of(post: Post) -> set[str]:
    """The tags of the post as it is now."""
    post.refresh_from_db()
    return set(Tag.objects.filter(pk__in=post.tag_ids).values_list("name", flat=True))


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
        ("imply t_large -> cat", Role.MODERATOR, False),
        ("imply t_small -> cat", Role.MODERATOR, True),
        ("alias t_hidden -> cat", Role.MODERATOR, False),
        ("alias neko -> cat\nnuke t_small", Role.MODERATOR, False),
    ],
)
def test_moderators_decide_about_small_ones_and_admins_about_all(script, role, allowed):
    make_post(tags=["t_large", "t_small"])
    Tag.objects.filter(name="t_large").update(post_count=500, general_count=500)
    make_post(tags=["t_hidden"], rating="e")
    Tag.objects.filter(name="t_hidden").update(post_count=500)
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


def test_posts_that_cannot_take_an_update_are_left_and_counted_for_moderators_alone(monkeypatch):
    full, hidden = make_post(tags=["t_a", "t_c"]), make_post(tags=["t_a", "t_c"], rating="e")
    other = make_post(tags=["t_a"])
    request = approved("update t_a -> t_b")
    # Two of them have as many as a post can have.
    monkeypatch.setattr("gallery.tag_edits.rules.MAX_TAGS", max(full.tag_count, hidden.tag_count))
    runner.run_waiting()
    assert (status_of(request), request.error, request.posts_skipped) == (BulkUpdateStatus.APPROVED, "", 2)
    assert left("t_b") == 1
    assert "t_b" in tags_of(other)
    path, sentence = f"/bulk-updates/{request.pk}", "2 posts could not take their change"
    assert sentence not in Client().get(path).content.decode()
    moderator = Client()
    moderator.force_login(make_user(role=Role.MODERATOR), "django.contrib.auth.backends.ModelBackend")
    assert sentence in moderator.get(path).content.decode()


def test_no_post_gets_more_tags_than_a_post_can_have_by_an_implication(monkeypatch):
    full, other = make_post(tags=["t_a", "t_c"]), make_post(tags=["t_a"])
    request = approved("imply t_a -> t_b")
    monkeypatch.setattr("gallery.bulk_updates.retagging.MAX_TAGS", full.tag_count)
    runner.run_waiting()
    assert (status_of(request), request.posts_skipped) == (BulkUpdateStatus.APPROVED, 1)
    assert "t_b" not in tags_of(full)
    assert "t_b" in tags_of(other)
    counts_are_right()


@pytest.mark.parametrize("script", ["alias t_a -> t_b", "imply t_a -> t_b", "nuke t_a"])
def test_posts_that_come_while_others_are_changed_are_changed_too(monkeypatch, script):
    late = make_post(tags=["t_a"], status="removed")
    monkeypatch.setattr(runner, "BATCH", 2)
    seen = [make_post(tags=["t_a"]) for _ in range(2)]
    request = approved(script)
    columns = ["tag_ids", "tag_count", *COLUMNS.values()]
    tagged, bare = Post.objects.filter(pk=late.pk).values(*columns).get(), dict.fromkeys(columns, 0) | {"tag_ids": []}
    Post.objects.filter(pk=late.pk).update(**bare)
    command = type(read_script(script)[0].command)
    done = command.step

    def comes_late(self, editor, after_id, limit):
        changed = done(self, editor, after_id, limit)
        if after_id >= seen[-1].pk:
            Post.objects.filter(pk=late.pk, tag_ids=[]).update(**tagged)
            monkeypatch.setattr(command, "step", done)
        return changed

    monkeypatch.setattr(command, "step", comes_late)
    runner.run_waiting()
    assert status_of(request) == BulkUpdateStatus.APPROVED
    assert "t_b" in tags_of(late) or "t_a" not in tags_of(late)


@pytest.mark.parametrize("script", ["alias t_a -> t_b", "imply t_a -> t_b"])
def test_what_a_failed_request_left_behind_is_done_by_the_same_one_again(monkeypatch, script):
    monkeypatch.setattr(runner, "BATCH", 2)
    posts = [make_post(tags=["t_a"]) for _ in range(5)]
    command = type(read_script(script)[0].command)
    done, calls = command.step, []

    def breaks(self, editor, after_id, limit):
        calls.append(after_id)
        if len(calls) == 2:
            raise RuntimeError("nobody foresaw this")
        return done(self, editor, after_id, limit)

    monkeypatch.setattr(command, "step", breaks)
    request = approved(script)
    runner.run_waiting()
    assert (status_of(request), left("t_b")) == (BulkUpdateStatus.FAILED, 2)
    monkeypatch.setattr(command, "step", done)
    again = approved(script)
    runner.run_waiting()
    assert (status_of(again), left("t_b")) == (BulkUpdateStatus.APPROVED, len(posts))
    counts_are_right()


@pytest.mark.parametrize(("slow", "status"), [(2, BulkUpdateStatus.APPROVED), (3, BulkUpdateStatus.FAILED)])
def test_a_search_that_is_too_slow_is_asked_again_and_not_for_ever(monkeypatch, slow, status):
    make_post(tags=["t_a"])
    request = approved("update t_a -> t_b")
    done, calls = MassUpdate.find, []

    def find(self, after_id, limit):
        calls.append(after_id)
        if len(calls) <= slow:
            raise SearchTimeout
        return done(self, after_id, limit)

    monkeypatch.setattr(MassUpdate, "find", find)
    monkeypatch.setattr(runner, "PAUSE", 0)
    runner.run_waiting()
    assert status_of(request) == status
    assert ("takes too long" in request.error) == (status == BulkUpdateStatus.FAILED)


@pytest.mark.parametrize("error", [WikiError("name_too_long", name="a", limit=5), WikiConflict(WikiPage(title="t_b"))])
def test_a_page_that_cannot_be_moved_is_told_in_a_sentence(monkeypatch, error):
    def refuse(*args):
        raise error

    request = approved("alias t_a -> t_b")
    monkeypatch.setattr("gallery.bulk_updates.commands.alias.move_wiki_page", refuse)
    runner.run_waiting()
    assert status_of(request) == BulkUpdateStatus.FAILED
    assert "nobody foresaw" not in request.error


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
