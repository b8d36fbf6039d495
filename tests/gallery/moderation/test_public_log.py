"""The moderation log as everybody reads it: no name, and nothing of a post that the viewer can't open."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.accounts.roles import change_role
from gallery.labels.acts import decide as decide_label
from gallery.labels.disputes import dispute, reject
from gallery.models import ModerationAction, Post, Statement
from gallery.models.moderation import ModerationKind
from gallery.models.review import SiteRule
from gallery.moderation.acts import keep, quarantine, remove, rerate, restore
from gallery.moderation.cases import claim
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.public_log import NAMES_POST, TOLD, UNTOLD, told, told_acts
from gallery.moderation.statements import appeal
from gallery.moderation.voices import report
from gallery.post_ratings.floor_acts import set_floor
from gallery.post_ratings.locks import lock_rating
from gallery.posts import withdraw
from gallery.refusals.rules import Wanted, save_rule
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def main(client, **query):
    """The page's own part; the frame of a signed-in reader holds their name."""
    return client.get("/moderation/log", query).content.decode().split("<main", 1)[1].split("</main>")[0]


@pytest.fixture
def warden():
    return make_user("zxwarden", role="moderator")


@pytest.fixture
def post(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_post(make_user("zxmika"), title="zxtitle")


def only(viewer=VISITOR, **which):
    return told(told_acts(viewer).get(**which))


def test_a_rating_or_label_of_a_post_in_sight_is_told_with_its_reason(warden, post, settings):
    settings.MAX_PUBLIC_RATING = "sensitive"
    rerate(warden, post, "s", "A low neckline.")
    assert only(make_user(shown_ratings=["g", "s"])).reason == "A low neckline."
    act = only(make_user(shown_ratings=["g", "s"]))
    assert (act.post, act.change, act.role) == (post.pk, "General → Sensitive", "Moderator")
    hidden = only(VISITOR)
    assert (hidden.post, hidden.change, hidden.reason, hidden.at) == (None, "", "", None)


def test_the_label_is_told_and_a_rejected_dispute_is_not(warden, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    post = make_post(make_user(), ai_level="unknown", ai_evidence="none")
    raised = dispute(make_user(), post, "human", "I saw it.")
    reject(warden, raised, "You did not.")
    act = only()
    assert (act.post, act.reason, act.change) == (None, "", "")
    decide_label(warden, post, "assisted", "The layers.")
    act = told(told_acts(VISITOR).first())
    assert (act.post, act.reason, act.change) == (post.pk, "The layers.", "Origin unknown → AI-assisted")


@pytest.mark.parametrize("role", ["", "member"])
def test_nothing_of_a_hidden_post_and_no_name_stands_on_the_page(client, warden, post, role):
    admin, other = make_user("zxadmin", role="admin"), make_user("zxother")
    gone, waits, away = (make_post(post.author, title="zxtitle") for _number in range(3))
    rerate(warden, post, "e", "zxreason of a rating")
    lock_rating(warden, post, "zxreason of a lock")
    remove(warden, gone, "zxreason of a removal", SiteRule.HATE)
    appeal(post.author, Statement.objects.get(post=gone), "zxappeal")
    remove(warden, waits, "zxreason of a removal")
    quarantine(warden, waits, "zxreason of a quarantine")
    withdraw(post.author, away, "zxreason of my own")
    change_role(admin, other, "moderator", "zxreason of a role")
    save_rule(admin, None, Wanted("zxrule", "refuse", ("prompt",), "zxword"), "zxreason of a rule")
    report(VISITOR, make_post(make_user("zxkept")), "hate", "zxvoice")
    keep(warden, Post.objects.get(author__username="zxkept"), "zxreason of a kept one")
    set_floor(warden, "1girl", "s", "zxreason of a floor")
    if role:
        client.force_login(make_user("reader", role=role, shown_ratings="gsqe"))
    page = main(client)
    assert re.findall(r"zx\w+", page) == []
    assert re.findall(r'href="/(?:posts|users|media)/[^"]*', page) == []
    assert re.findall(r"\bPost \d+", page) == []
    assert "Hate, threats or harassment" in page
    assert "Role changed" in page
    assert "Quarantined" not in page
    assert "Withdrawn" not in page
    assert "1girl" not in page
    client.force_login(warden)
    assert {"zxreason", "zxmika", "zxother"} <= set(re.findall(r"zx\w+", main(client)))


def test_an_overturned_decision_names_the_post_as_restored_alone(warden, post):
    remove(warden, post, "Traced.", SiteRule.RIGHTS)
    raised = appeal(post.author, Statement.objects.get(), "It is not.")
    other = make_user(role="moderator")
    claim(other, raised.case)
    decide(other, raised.case, Decision("overturned", "It is not."))
    named = {ModerationKind(act.kind): told(act) for act in told_acts(VISITOR)}
    assert named[ModerationKind.RESTORE].post == post.pk
    assert named[ModerationKind.RESTORE].reason == ""
    assert named[ModerationKind.REMOVE].post is named[ModerationKind.OVERTURN].post is None


def test_who_kept_a_post_leaves_no_mark_on_it(warden, post):
    report(VISITOR, post, "hate", "Bad.")
    keep(warden, post, "Nothing.")
    assert (only().post, only().reason) == (None, "")


def test_every_kind_of_act_is_told_or_not_by_decision():
    assert set(TOLD) | UNTOLD == set(ModerationKind)
    assert not UNTOLD & set(TOLD)
    about_people = {ModerationKind.STRIKE, ModerationKind.VOID, ModerationKind.BAN, ModerationKind.UNBAN}
    assert not NAMES_POST & (about_people | UNTOLD | {ModerationKind.ROLE, ModerationKind.REMOVE, ModerationKind.KEEP})


def test_acts_of_the_site_itself_say_so(post):
    from gallery.accounts.house import house_account

    ModerationAction.objects.create(
        actor=house_account(), kind="rerate", post=post, reason="A tag.", details={"from": "g", "to": "s"}
    )
    assert only().role == "The site itself"


def test_the_log_is_filtered_by_kind_and_paged(client, warden, post):
    boss = make_user("boss", role="owner")
    ModerationAction.objects.bulk_create(
        ModerationAction(actor=boss, kind="role", subject=warden, reason="r") for _number in range(60)
    )
    rerate(warden, post, "s", "Low.")
    restore(warden, remove(warden, post, "Off."), "On.")
    first, second = main(client), main(client, page="2")
    assert first.count("<tr>") + second.count("<tr>") - 2 == 63
    assert "?page=2" in first
    assert main(client, kind="remove").count("<tr>") - 1 == 1
    assert 'count-bubble numeric">60<' in main(client)
    assert client.get("/moderation/log", {"kind": "quarantine"}).status_code == 422
    assert client.get("/moderation/log", {"kind": "ban"}).status_code == 200


@pytest.mark.parametrize("query", [{"kind": "x" * 400}, {"kind": "\x00"}, {"page": "0"}, {"page": "x"}])
def test_what_is_no_kind_and_no_page_is_said(client, query):
    answer = client.get("/moderation/log", query)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
