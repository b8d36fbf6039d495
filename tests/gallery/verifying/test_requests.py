"""How often, by whom and in which form files may be sent to be checked."""

import io

import pytest
from django.test import Client

from gallery.ingest import child
from tests.factories import make_user
from tests.gallery.drawn import scene
from tests.gallery.limits.given import turn_on
from tests.gallery.verifying.conftest import saved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, settings, broker):
    """Two files for visitors and three for members, one more each hour; it stands still."""
    return turn_on(monkeypatch, settings, broker, "verify=1/hour,burst=3;verify@address=1/hour,burst=2")


def send(client, address="/verify.json", **more):
    # A refusal counts too where a process had to look: opening a damaged picture costs as much.
    return client.post(address, {"file": io.BytesIO(b"\x89PNG\r\n\x1a\ngarbage")}, **more)


def test_visitors_have_so_many_turns_an_hour_by_their_address(client):
    assert [send(client, REMOTE_ADDR="192.0.2.1").status_code for _ in range(3)] == [422, 422, 429]
    refused = send(Client(), REMOTE_ADDR="192.0.2.1")
    assert (refused.status_code, refused.json()["error"]) == (429, "too_often")
    assert refused.json()["message"] == (
        "That was a lot in a short time. You can go on in 60 minutes; nothing is lost."
    )
    assert refused["RateLimit-Policy"] == '"verify";q=2;w=7200'
    assert int(refused["Retry-After"]) == 3600
    page = send(Client(), "/verify", REMOTE_ADDR="192.0.2.1")
    assert (page.status_code, page["Retry-After"]) == (429, "3600")
    assert "You can go on in 60 minutes" in page.content.decode()
    assert send(client, REMOTE_ADDR="192.0.2.2").status_code == 422


def test_after_an_hour_there_is_one_more(client, clock):
    assert [send(client).status_code for _ in range(3)] == [422, 422, 429]
    clock.now += 3600
    assert [send(client).status_code for _ in range(2)] == [422, 429]


def test_members_have_turns_of_their_own_wherever_they_are(client):
    client.force_login(make_user(), "django.contrib.auth.backends.ModelBackend")
    answers = [send(client, REMOTE_ADDR=f"192.0.2.{number}").status_code for number in range(4)]
    assert answers == [422, 422, 422, 429]
    assert send(Client(), REMOTE_ADDR="192.0.2.1").status_code == 422


def test_an_ipv6_network_is_one_visitor(client):
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3", "2001:db8:0:1::1"]
    assert [send(client, REMOTE_ADDR=address).status_code for address in addresses] == [422, 422, 429, 422]


def test_without_a_trusted_proxy_nobody_chooses_their_own_address(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    forged = [send(client, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}").status_code for number in range(3)]
    assert forged == [422, 422, 429]


def test_behind_a_proxy_visitors_are_told_apart_by_what_it_passed_on(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    # What stands before the proxy's own entry was written by the visitor.
    forged = [send(client, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 203.0.113.7").status_code for number in range(3)]
    assert forged == [422, 422, 429]
    assert send(client, HTTP_X_FORWARDED_FOR="203.0.113.8").status_code == 422


def test_a_request_without_a_file_is_told_so_and_takes_no_turn(client):
    for _ in range(4):
        for address in ("/verify", "/verify.json"):
            response = client.post(address, {"file": "a text"})
            assert response.status_code == 422
            assert "Choose a picture to check" in response.content.decode()
    assert send(client).status_code == 422


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"GIF89a" + bytes(40), "GIF"),
        (b"garbage", "picture"),
        (b"", "empty"),
    ],
    ids=["svg", "gif", "garbage", "empty"],
)
def test_what_its_first_bytes_refuse_takes_no_turn_and_no_process(client, monkeypatch, content, sentence):
    def no_process(*_args):
        raise AssertionError("nobody need look at it")

    monkeypatch.setattr(child, "_run", no_process)
    for _ in range(4):
        response = client.post("/verify.json", {"file": io.BytesIO(content)})
        assert response.status_code == 422
        assert sentence in response.json()["message"]
    monkeypatch.undo()


@pytest.mark.parametrize(
    "body",
    [b"", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n', b"\xff" * 99],
    ids=["nothing", "half a part", "noise"],
)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "multipart/form-data", "image/png"])
def test_bodies_that_are_no_form_get_a_sentence(client, body, kind):
    response = client.post("/verify.json", body, content_type=kind)
    assert response.status_code == 422
    assert response.json()["success"] is False


def test_programs_need_no_token_but_a_session_is_not_used_without_one():
    content = saved(scene(1, 90, 90))
    program = Client(enforce_csrf_checks=True)
    assert program.post("/verify.json", {"file": io.BytesIO(content)}).status_code == 200
    member = Client(enforce_csrf_checks=True)
    member.force_login(make_user(), "django.contrib.auth.backends.ModelBackend")
    refused = member.post("/verify.json", {"file": io.BytesIO(content)})
    assert (refused.status_code, refused.json()["error"]) == (403, "forged")
    member.get("/verify")
    token = member.cookies["csrftoken"].value
    told = member.post("/verify.json", {"file": io.BytesIO(content)}, headers={"X-CSRFToken": token})
    assert told.status_code == 200
    assert program.post("/verify", {"file": io.BytesIO(content)}).status_code == 403


def test_other_methods_are_refused_in_json(client):
    response = client.get("/verify.json")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response.json()["error"] == "method_not_allowed"


def test_when_too_many_files_are_open_it_says_when_to_come_back(client, settings, monkeypatch):
    settings.UPLOAD_CHILDREN = 1
    monkeypatch.setattr(child, "WAIT_SECONDS", 0.0)
    with child._slot():
        response = send(client)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response.json()["error"] == "upload_busy"


def test_a_child_that_answers_nonsense_is_not_believed(client, monkeypatch, settings):
    for nonsense in ({}, {"kind": "exe"}, {"kind": "png", "width": 1, "height": 1, "pdq": [], "pixel_sha256": 5}):
        monkeypatch.setattr(child, "_answer", lambda code, folder, said=nonsense: said)
        settings.RATE_LIMITS = {}
        response = send(client)
        assert (response.status_code, response.json()["error"]) == (422, "upload_unreadable")


def test_the_answer_speaks_the_readers_language_where_there_are_words(client):
    content = saved(scene(1, 90, 90))
    english = client.post("/verify.json", {"file": io.BytesIO(content)}, headers={"Accept-Language": "en"}).json()
    assert english["verdict"]["title"] == "Nothing is known: that proves nothing"


def test_the_page_explains_itself_and_is_linked_from_everywhere(client):
    page = client.get("/verify").content.decode()
    assert "What this can tell" in page
    assert 'enctype="multipart/form-data"' in page
    assert "og:" not in page
    for address in ("/", "/about"):
        assert 'href="/verify"' in client.get(address).content.decode()
