"""The pages of bulk updates: proposing with a preview, discussing, deciding, and watching it run."""

import pytest
from django.test import Client
from django.urls import reverse

from gallery.bulk_updates import requests, runner
from gallery.models import BulkUpdateComment, BulkUpdateRequest
from gallery.models.bulk_update import BulkUpdateStatus
from gallery.models.user import Role
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db
NEW = "/bulk-updates/new"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def signed_in(**fields) -> Client:
    client = Client()
    client.force_login(make_user(**fields), "django.contrib.auth.backends.ModelBackend")
    return client


def proposed(script: str = "alias neko -> cat", **fields) -> BulkUpdateRequest:
    return requests.propose(make_user(), **({"title": "Cats", "script": script, "reason": ""} | fields))


def address(request: BulkUpdateRequest, part: str = "") -> str:
    return f"/bulk-updates/{request.pk}{part}"


def test_a_preview_says_what_each_line_would_do_and_sends_nothing():
    make_post(tags=["neko"])
    script = "alias neko -> cat\nalias a -> a"
    page = signed_in().post(NEW, {"act": "preview", "script": script, "title": "Cats", "reason": "Why"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "becomes an old name of" in text
    assert "about 1 post" in text
    assert "cannot be an old name of itself" in text
    assert 'value="Cats"' in text
    assert not BulkUpdateRequest.objects.exists()


def test_a_preview_of_nothing_is_a_sentence():
    page = signed_in().post(NEW, {"act": "preview", "script": ""})
    assert "Write at least one command" in page.content.decode()


def test_what_was_typed_is_kept_where_it_cannot_be_sent():
    page = signed_in().post(NEW, {"act": "send", "title": "", "script": "alias a -> a <b>", "reason": "Because"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "alias a -&gt; a &lt;b&gt;" in text
    assert "Because" in text
    assert not BulkUpdateRequest.objects.exists()


def test_a_request_is_sent_and_shown_to_everybody():
    client = signed_in()
    answer = client.post(NEW, {"act": "send", "title": "Cats", "script": "alias neko -> cat\r\n# done", "reason": "R"})
    made = BulkUpdateRequest.objects.get()
    assert answer["Location"] == address(made)
    assert made.script == "alias neko -> cat\n# done"
    for path in (address(made), "/bulk-updates", "/bulk-updates?status=pending"):
        assert "Cats" in Client().get(path).content.decode()
    assert "Cats" not in Client().get("/bulk-updates?status=failed").content.decode()


def test_a_link_can_bring_a_script_along():
    page = signed_in().get(NEW, {"script": "rename a -> b"})
    assert "rename a -&gt; b" in page.content.decode()


def test_votes_comments_and_decisions_stand_on_the_page():
    request, member, admin = proposed(), signed_in(), signed_in(role=Role.ADMIN)
    assert member.post(address(request, "/vote"), {"score": "1"}).status_code == 302
    assert member.post(address(request, "/comment"), {"body": "I like <cats>."}).status_code == 302
    text = member.get(address(request)).content.decode()
    assert "+1" in text
    assert "I like &lt;cats&gt;." in text
    assert "Approve and carry out" not in text
    assert "Approve and carry out" in admin.get(address(request)).content.decode()
    assert admin.post(address(request, "/decide"), {"act": "approve"}).status_code == 302
    request.refresh_from_db()
    assert request.status == BulkUpdateStatus.PROCESSING


@pytest.mark.parametrize(
    ("part", "data", "status"),
    [
        ("/vote", {"score": "7"}, 422),
        ("/vote", {}, 422),
        ("/comment", {"body": " "}, 422),
        ("/comment", {"body": "x" * 5001}, 422),
        ("/decide", {"act": "burn"}, 422),
        ("/decide", {"act": "approve"}, 403),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(part, data, status):
    request = proposed()
    page = signed_in().post(address(request, part), data)
    assert page.status_code == status
    assert "Cats" in page.content.decode()
    assert not request.votes.exists()
    assert not BulkUpdateComment.objects.exists()


def test_a_decided_request_can_be_neither_voted_on_nor_decided_again():
    request, admin = proposed(), signed_in(role=Role.ADMIN)
    admin.post(address(request, "/decide"), {"act": "reject"})
    assert admin.post(address(request, "/decide"), {"act": "approve"}).status_code == 409
    assert admin.post(address(request, "/vote"), {"score": "1"}).status_code == 409


def test_progress_is_looked_at_again_as_long_as_it_runs():
    make_post(tags=["neko"])
    request = proposed("alias neko -> cat\nalias a -> b")
    requests.approve(make_user(role=Role.OWNER), request)
    part = reverse("gallery:bulk_update_progress", args=[request.pk])
    assert 'hx-trigger="every 2s"' in Client().get(part).content.decode()
    runner.run_waiting()
    text = Client().get(part).content.decode()
    assert "hx-trigger" not in text
    assert "Done" in text


def test_a_request_that_no_worker_takes_says_that_it_waits():
    request = proposed()
    requests.approve(make_user(role=Role.OWNER), request)
    assert "It waits" not in Client().get(address(request)).content.decode()
    BulkUpdateRequest.objects.update(decided_at="2020-01-01T00:00:00Z")
    assert "It waits" in Client().get(address(request)).content.decode()


def test_a_failed_request_says_where_it_stopped():
    request = proposed("alias a -> b")
    BulkUpdateRequest.objects.update(
        status=BulkUpdateStatus.FAILED,
        error="Line 1: no.",
        approver=make_user(),
        decided_at="2020-01-01T00:00:00Z",
    )
    assert "Line 1: no." in Client().get(address(request)).content.decode()


def test_numbers_of_posts_are_of_those_that_everybody_may_see():
    make_post(tags=["neko"])
    make_post(tags=["neko"], rating="e")
    text = signed_in(role=Role.ADMIN, shown_ratings="gsqe").get(address(proposed())).content.decode()
    assert "about 1 post" in text
    text = Client().get(address(proposed("update neko -> cat"))).content.decode()
    assert "about 1 post" in text


@pytest.mark.parametrize("query", ["search:cats", "upvote:alice", 'prompt:"!!!"', "(cat"])
def test_a_request_whose_search_is_none_any_more_is_shown_without_a_number(query):
    request = BulkUpdateRequest.objects.create(requester=make_user(), title="Cats", script=f"update {query} -> dog")
    for path in (address(request), address(request, "/progress")):
        assert "is edited: dog" in Client().get(path).content.decode()


@pytest.mark.parametrize("path", ["/bulk-updates/99999999999999999999", "/bulk-updates/4", "/bulk-updates/0/progress"])
def test_requests_that_are_not_there_are_not_found(path):
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("query", ["?before=x", "?before=99999999999999999999999", "?status=burnt", "?before=-1"])
def test_odd_addresses_of_the_list_show_the_list(query):
    proposed()
    assert "Cats" in Client().get(f"/bulk-updates{query}").content.decode()
