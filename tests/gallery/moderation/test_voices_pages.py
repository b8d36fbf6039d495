"""The pages where people report, flag and see what became of it: everybody's, with bad input and forged addresses."""

import re

import pytest
from django.urls import reverse

from gallery.models import Case, Post, User, Voice
from gallery.models.review import CaseKind
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.voices import MAX_OPEN, flag, report, report_person
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db
SAID = {"rule": "rights", "reason": "It is my drawing, traced line by line."}


def text(response):
    return response.content.decode()


def page(client, name, *args):
    return client.get(reverse(f"gallery:{name}", args=args))


def send(client, name, *args, **data):
    return client.post(reverse(f"gallery:{name}", args=args), SAID | data)


@pytest.fixture
def post(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_post(make_user("mika"))


@pytest.fixture
def rin():
    return make_user("rin")


def settled(outcome, **more):
    """The only case, decided by a moderator."""
    moderator, case = make_user(role="moderator"), Case.objects.get()
    claim(moderator, case)
    decide(moderator, case, Decision(outcome, "Because of zxprivate.", **more))


def test_a_visitor_reports_and_reads_what_became_of_it(client, post):
    answer = send(client, "report_post", post.pk, contact=" me@example.org ")
    assert answer.status_code == 302
    address = answer["Location"]
    assert re.fullmatch(r"/reports/[\w-]{22}", address)
    assert Voice.objects.get().contact == "me@example.org"
    told = client.get(address)
    assert told["Cache-Control"].startswith("max-age=0")
    assert "waits for a moderator" in text(told)
    for private in ("traced line", "me@example.org", "mika"):
        assert private not in text(told)
    settled("removed")
    told = text(client.get(address))
    assert "the post was removed" in told
    assert "zxprivate" not in told
    assert reverse("gallery:post", args=[post.pk]) not in told


@pytest.mark.parametrize(
    ("outcome", "more", "sentence"),
    [
        ("kept", {}, "left it as it is"),
        ("rerated", {"rating": "s"}, "the post was changed"),
        ("removed", {}, "the post was removed"),
        ("quarantined", {}, "the post was removed"),
    ],
)
def test_who_reported_is_told_no_more_than_what_became_of_it(client, post, rin, outcome, more, sentence):
    report(rin, post, "rights", "Mine.")
    settled(outcome, **more)
    client.force_login(rin)
    told = text(page(client, "own_voices"))
    assert sentence in told
    assert "zxprivate" not in told
    assert "Take it back" not in told


def test_a_withdrawn_post_leaves_nothing_to_wait_for(client, post, rin):
    report(rin, post, "rights", "Mine.")
    Post.objects.update(status="withdrawn")
    client.force_login(rin)
    told = text(page(client, "own_voices"))
    assert "not here any more" in told
    assert f'href="/posts/{post.pk}"' not in told


@pytest.mark.parametrize("token", ["x" * 22, "no-such", "1" * 400, "%00", "a%2Fb", "é"])
def test_a_forged_receipt_answers_that_there_is_none(client, post, token):
    send(client, "report_post", post.pk)
    answer = client.get(f"/reports/{token}")
    assert answer.status_code == 404
    assert "rights" not in text(answer)


def test_a_person_is_reported_by_visitors_and_members_in_one_case(client, post, rin):
    address = send(client, "report_user", "MIKA", contact="me@example.org")["Location"]
    client.force_login(rin)
    assert send(client, "report_user", "mika", rule="minors")["Location"] == "/users/mika"
    case = Case.objects.get()
    assert (case.person.username, case.voices.count(), case.urgency) == ("mika", 2, 9)
    assert "mika" in text(page(client, "own_voices"))
    assert "You said this already" in text(page(client, "report_user", "mika"))
    client.logout()
    assert "mika" not in text(client.get(address))
    User.objects.filter(username="mika").update(is_active=False)
    client.force_login(rin)
    assert "mika" not in text(page(client, "own_voices"))


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        ({"rule": ""}, 422, "Choose what it is about."),
        ({"rule": "nonsense"}, 422, "no rule that can be named here"),
        ({"rule": "quality"}, 422, "no rule that can be named here"),
        ({"reason": " \n"}, 422, "Say what is wrong"),
        ({"reason": "kept" + "x" * 2001}, 422, "2005 characters; 2000 are the most"),
        ({"contact": "nobody"}, 422, "This is no e-mail address."),
        ({"contact": "a" * 300 + "@example.org"}, 422, "at most 254 characters"),
        ({"rule": "rights\x00"}, 422, "Nothing was sent yet."),
        ({"reason": "a\x00b"}, 422, "Nothing was sent yet."),
    ],
)
@pytest.mark.parametrize("route", ["report_post", "report_user"])
def test_what_is_wrong_in_a_report_is_said_and_what_was_typed_stays(client, post, route, data, status, sentence):
    answer = send(client, route, post.pk if route == "report_post" else "mika", **data)
    assert answer.status_code == status
    assert sentence in text(answer)
    for typed in (SAID | data)["reason"].replace("\x00", "").split():
        assert typed in text(answer)
    assert not Voice.objects.exists()


def test_a_member_says_it_once_and_takes_it_back(client, post, rin):
    client.force_login(rin)
    assert send(client, "report_post", post.pk)["Location"] == f"/posts/{post.pk}"
    again = send(client, "report_post", post.pk)
    assert again.status_code == 409
    assert "You said this already" in text(again)
    assert Voice.objects.count() == 1
    mine = Voice.objects.get()
    client.force_login(make_user())
    assert client.post(reverse("gallery:take_voice_back", args=[mine.pk])).status_code == 404
    client.force_login(rin)
    assert client.post(reverse("gallery:take_voice_back", args=[mine.pk])).status_code == 302
    assert not Voice.objects.exists()
    assert client.post(reverse("gallery:take_voice_back", args=[mine.pk])).status_code == 404


def test_what_is_decided_cannot_be_taken_back(client, post, rin):
    report(rin, post, "rights", "Mine.")
    settled("kept")
    client.force_login(rin)
    back = reverse("gallery:take_voice_back", args=[Voice.objects.get().pk])
    assert "notice--error" in text(client.post(back, follow=True))
    assert Voice.objects.exists()


def test_a_flag_is_seen_by_everybody_until_it_is_taken_back(client, post, rin):
    client.force_login(rin)
    assert send(client, "flag_post", post.pk, rule="quality").status_code == 302
    assert Case.objects.get().kind == CaseKind.FLAG
    client.logout()
    shown = text(page(client, "post", post.pk))
    assert "should not be here" in shown
    assert "/users/rin" not in shown
    client.force_login(rin)
    client.post(reverse("gallery:take_voice_back", args=[Voice.objects.get().pk]))
    assert "Somebody says that this post" not in text(page(client, "post", post.pk))


def test_too_many_flags_wait(client, post, rin):
    for _number in range(MAX_OPEN[CaseKind.FLAG]):
        flag(rin, make_post(post.author), "quality", "Six fingers.")
    client.force_login(rin)
    answer = send(client, "flag_post", post.pk, rule="quality")
    assert answer.status_code == 422
    assert "5 of yours wait for a moderator" in text(answer)


def test_nobody_reports_or_flags_what_is_their_own(client, post):
    client.force_login(post.author)
    for route, about, status in (
        ("report_post", post.pk, 403),
        ("flag_post", post.pk, 403),
        ("report_user", "mika", 403),
    ):
        assert 'name="rule"' not in text(page(client, route, about))
        assert send(client, route, about, rule="spam").status_code == status
    assert not Case.objects.exists()
    shown = text(page(client, "post", post.pk)) + text(page(client, "profile", "mika"))
    assert "/report" not in shown.replace("/reports", "")


@pytest.mark.parametrize("fields", [{"status": "removed"}, {"rating": "e"}, {"status": "quarantined"}])
def test_what_one_cannot_open_one_cannot_report(client, post, rin, fields):
    Post.objects.update(**fields)
    client.force_login(rin)
    for route in ("report_post", "flag_post"):
        assert page(client, route, post.pk).status_code == 404
        assert send(client, route, post.pk, rule="spam").status_code == 404
    assert page(client, "report_post", 2**62).status_code == 404
    assert not Case.objects.exists()


def test_a_disabled_account_is_a_visitor(client, post, rin):
    client.force_login(rin)
    User.objects.filter(pk=rin.pk).update(is_active=False)
    assert send(client, "flag_post", post.pk).status_code == 302
    assert page(client, "own_voices").status_code == 302
    assert page(client, "own_statements").status_code == 302
    send(client, "report_post", post.pk)
    assert Voice.objects.get().by is None


@pytest.mark.parametrize("name", ["nobody", "%00", "mika%2Fx"])
def test_nobody_of_that_name_can_be_reported(client, post, name):
    assert client.get(f"/users/{name}/report").status_code == 404


@pytest.mark.parametrize("number", ["0", "x", "-1", "99999"])
def test_a_page_that_there_is_not(client, rin, number):
    client.force_login(rin)
    for name in ("own_voices", "own_statements"):
        assert client.get(reverse(f"gallery:{name}"), {"page": number}).status_code == 422


def test_the_list_of_voices_is_paged_and_ones_own(client, post, rin):
    for number in range(20):
        report_person(rin, make_user(), "spam", f"word {number} of rin's")
    flag(rin, post, "spam", "word 20 of rin's")
    report(make_user("ann"), post, "spam", "word of ann's")
    client.force_login(rin)
    first, second = text(page(client, "own_voices")), text(client.get("/reports?page=2"))
    assert first.count("dispute__words") + second.count("dispute__words") == 21
    assert "ann" not in first + second
