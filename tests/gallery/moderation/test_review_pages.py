"""The pages of the review queue: who may open them, what they refuse and say, and that nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.labels.disputes import dispute
from gallery.models import Case, ModerationAction
from gallery.models.review import CaseKind, CaseState, Outcome, SiteRule
from gallery.moderation.audit import verify
from gallery.moderation.cases import claim, open_case, waiting
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.queue import case_page, lines_of, queue_lines
from gallery.moderation.voices import report, report_person
from tests.factories import make_asset, make_image, make_post, make_user
from tests.gallery.labels.test_disputes import sent as sent_post
from tests.gallery.moderation.reviewing import KEEP, appealed, browser, case_of, door_of, moderator, page_of, text
from tests.gallery.moderation.test_acts import bare_post
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db

QUEUE, NEXT = "/moderation/queue", "/moderation/queue/next"


def test_who_is_no_moderator_any_more_decides_nothing_from_the_page_that_is_still_open(mine):
    one, case, client = mine
    assert client.get(page_of(case)).status_code == 200
    one.role = "member"
    one.save()
    for door, data in (
        (door_of(case), KEEP),
        (QUEUE, KEEP | {"case": [case.pk]}),
        (NEXT, {}),
        (door_of(case), {"act": "claim"}),
    ):
        assert client.post(door, data).status_code == 403
    for address in (QUEUE, page_of(case), "/moderation/waiting", "/moderation/labels"):
        assert client.get(address).status_code == 403
    case.refresh_from_db()
    assert (case.state, ModerationAction.objects.count()) == (CaseState.OPEN, 0)


def test_a_disabled_moderator_is_asked_to_sign_in(mine):
    one, case, client = mine
    one.is_active = False
    one.save()
    for answer in (client.get(page_of(case)), client.post(door_of(case), KEEP), client.post(NEXT)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


@pytest.mark.parametrize("number", ["0", "999999", str(2**62), "9" * 30])
def test_a_case_that_is_none_is_not_found(number):
    client = browser(moderator())
    for path in (f"/moderation/cases/{number}", f"/moderation/cases/{number}/act"):
        assert (client.post(path, KEEP) if path.endswith("act") else client.get(path)).status_code == 404


@pytest.mark.parametrize("left", ["x", "-1", "9" * 30, "٣", "1e3", "0"])
def test_a_forged_number_of_what_is_left_takes_the_first(left):
    one, case = moderator(), case_of()
    answer = browser(one).post(NEXT, {"left": left, "kind": "nonsense"})
    assert answer["Location"] == page_of(case)
    case.refresh_from_db()
    assert case.claimed_by == one


@pytest.mark.parametrize("page", ["0", "x", "1001", "9" * 30, "٣"])
def test_a_page_of_the_queue_that_is_none_is_told_so(page):
    case_of()
    answer = browser(moderator()).get(QUEUE, {"page": page})
    assert answer.status_code == 422
    assert "use a number from 1 to 1000" in text(answer)


@pytest.mark.parametrize("kind", ["", "nonsense", "report"])
def test_the_queue_lists_what_waits_by_kind(kind):
    reported, flagged = case_of(), case_of(CaseKind.FLAG)
    page = text(browser(moderator()).get(QUEUE, {"kind": kind}))
    assert page_of(reported) in page
    assert (page_of(flagged) in page) == (kind != "report")


def test_old_pages_lead_to_their_tab():
    client = browser(moderator())
    assert client.get("/moderation/waiting")["Location"] == f"{QUEUE}?kind=post"
    assert client.get("/moderation/labels")["Location"] == f"{QUEUE}?kind=label"


def test_what_waits_longer_than_the_site_aims_for_is_marked(settings):
    settings.REVIEW_HOURS = 5
    late, new = case_of(), case_of()
    Case.objects.filter(pk=late.pk).update(opened_at=timezone.now() - timedelta(hours=6))
    lines = lines_of(moderator(), queue_lines([]))
    assert [(line.case, line.late) for line in lines] == [(late, True), (new, False)]
    page = text(browser(moderator()).get(QUEUE))
    assert "1 of them longer than the 5 hours" in page
    assert "Waits longer than 5 hours" in text(browser(moderator()).get(page_of(late)))
    assert "Waits longer" not in text(browser(moderator()).get(page_of(new)))


def test_pictures_are_blurred_until_asked_for(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    author = make_user()
    post = make_post(author, asset=make_asset(author, image=make_image(800, 800)))
    client, case = browser(moderator()), case_of(post=post)
    key = post.asset.key
    listed = text(client.get(QUEUE))
    assert f"/{key}/b360" in listed
    shown = {show: text(client.get(page_of(case), {"show": show})) for show in ("", "grey", "full", "x")}
    for show, page in shown.items():
        assert (f"/{key}/b360" in page, f"/{key}/720" in page) == (show in ("", "x"), show in ("grey", "full")), show
        assert ("review__img--grey" in page) == (show != "full")
    for page in (listed, shown[""]):
        assert not [name for name in ("original", "/180", "/360", "/720", "850") if f"{key}/{name.strip('/')}" in page]


def test_deciding_goes_on_with_what_comes_behind_and_of_the_same_kind():
    one = moderator()
    cases = [case_of() for _ in range(3)]
    case_of(CaseKind.FLAG)
    client = browser(one)
    claim(one, cases[1])
    answer = client.post(door_of(cases[1]), KEEP | {"kind": "report"})
    assert answer["Location"] == page_of(cases[2]) + "?kind=report"
    answer = client.post(door_of(cases[2]), KEEP | {"kind": "report"})
    assert answer["Location"] == page_of(cases[0]) + "?kind=report"
    answer = client.post(door_of(cases[0]), KEEP | {"kind": "report"})
    assert answer["Location"] == QUEUE + "?kind=report"
    assert "Nothing is left that you could decide now." in text(client.get(QUEUE))


def test_skipping_goes_round_the_queue():
    one = moderator()
    cases = [case_of() for _ in range(3)]
    client, left, seen = browser(one), "", []
    for _step in range(4):
        client.post(NEXT, {"left": left})
        found = Case.objects.get(claimed_by=one)
        seen.append(cases.index(found))
        left = found.pk
    assert seen == [0, 1, 2, 0]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"outcome": "removed", "rule": "other", "reason": " "}, "Give a reason"),
        ({"outcome": "removed", "rule": "other", "reason": "x" * 2001}, "2001"),
        ({"outcome": "rerated", "reason": "typed words"}, "Choose the new rating first."),
        ({"outcome": "rerated", "rating": "z", "reason": "typed words"}, "z"),
        ({"outcome": "rerated", "rating": "g", "reason": "typed words"}, "General"),
        ({"outcome": "removed", "rule": "nonsense", "reason": "typed words"}, "nonsense"),
        ({"outcome": "approved", "reason": "typed words"}, "be decided in this case"),
        ({"outcome": "upheld", "reason": "typed words"}, "be decided in this case"),
        ({"outcome": "nonsense", "reason": "typed words"}, "nonsense"),
        ({"act": "nonsense", "reason": "typed words"}, "Choose what you decide."),
        ({"outcome": "kept", "reason": "typed\x00words"}, "typed"),
    ],
    ids=lambda value: (
        "-".join(map(str, value.values()))[:30].replace("\x00", "NUL") if isinstance(value, dict) else None
    ),
)
def test_what_is_refused_says_why_keeps_what_was_typed_and_changes_nothing(mine, sent, said):
    _one, case, client = mine
    answer = client.post(door_of(case), sent)
    assert answer.status_code in (409, 422)
    page = text(answer)
    assert said in page
    assert "Nothing was decided." in page
    if "typed words" in sent["reason"]:
        assert "typed words" in page
    case.refresh_from_db()
    assert (case.state, case.claimed_by_id, ModerationAction.objects.count()) == ("open", mine[0].pk, 0)
    # Links of a page that answers at another address lead to pages that can be opened.
    assert client.get(page_of(case), {"show": "grey"}).status_code == 200
    assert 'href="?' not in page


def test_who_lost_the_claim_is_told_who_has_it_and_keeps_the_words(mine):
    _one, case, client = mine
    other = moderator()
    Case.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    claim(other, case)
    answer = client.post(door_of(case), KEEP | {"reason": "my long thoughts"})
    assert answer.status_code == 409
    page = text(answer)
    assert "You don&#x27;t have this case any more" in page
    assert f"{other.username} has this case" in page
    assert "my long thoughts" in page
    assert not ModerationAction.objects.exists()


def test_who_comes_too_late_is_told_who_decided_what(mine):
    _one, case, client = mine
    other = moderator()
    Case.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    claim(other, case)
    decide(other, case, Decision(Outcome.REMOVED, "It is spam.", rule=SiteRule.SPAM))
    for data in (KEEP | {"reason": "my long thoughts"}, {"act": "claim"}):
        answer = client.post(door_of(case), data)
        assert answer.status_code == 409
        page = text(answer)
        assert f"{other.username} decided: Removed" in page
        assert "It is spam." in page
    assert "my long thoughts" in text(client.post(door_of(case), KEEP | {"reason": "my long thoughts"}))
    assert list(ModerationAction.objects.values_list("kind", flat=True)) == ["remove"]


@pytest.mark.django_db(transaction=True)
def test_two_moderators_who_decide_at_once_have_one_effect():
    """One claimed it, the other took it over when that ran out; both press at the same moment."""
    people = [moderator(), moderator()]
    case = case_of()
    claim(people[0], case)
    Case.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    claim(people[1], case)
    clients = [browser(one) for one in people]
    sent = [KEEP, {"outcome": "removed", "rule": "spam"}]
    answers = at_once(*(lambda n=n: clients[n].post(door_of(case), sent[n]) for n in range(2)))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    # And one moderator in two windows.
    case = claim(people[0], case_of())
    answers = at_once(*(lambda n=n: browser(people[0]).post(door_of(case), sent[n]) for n in range(2)))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert f"{people[0].username} decided: " in text(late)
    assert ModerationAction.objects.count() == 2
    assert verify()[1] is None


@pytest.mark.parametrize("how", ["post", "person", "voice", "appeal"])
def test_nobody_decides_their_own_matter(how):
    one, other = moderator(), moderator()
    case = {
        "post": lambda: case_of(post=bare_post(one)),
        "person": lambda: open_case(CaseKind.REPORT, person=one),
        "voice": lambda: report(one, bare_post(), "spam", "x").voice.case,
        "appeal": lambda: appealed(one),
    }[how]()
    client = browser(one)
    assert "another moderator takes it" in text(client.get(page_of(case)))
    assert client.post(door_of(case), {"act": "claim"}).status_code == 403
    assert client.post(NEXT)["Location"] == QUEUE
    # Even with a claim from before it became their own.
    Case.objects.filter(pk=case.pk).update(claimed_by=one, claimed_until=timezone.now() + timedelta(minutes=5))
    if how in ("post", "appeal"):
        assert client.post(door_of(case), {"outcome": CHOICE[how], "reason": "x"}).status_code == 403
    Case.objects.filter(pk=case.pk).update(claimed_by=None, claimed_until=None)
    assert browser(other).post(door_of(case), {"act": "claim"}).status_code == 302


CHOICE = {"post": "kept", "appeal": "upheld"}


def test_a_sole_owner_decides_their_own_matter_and_the_log_says_so():
    owner = make_user(role="owner")
    case, client = case_of(post=bare_post(owner)), browser(owner)
    client.post(door_of(case), {"act": "claim"})
    assert "you decide it alone" in text(client.get(page_of(case)))
    assert client.post(door_of(case), KEEP).status_code == 302
    assert ModerationAction.objects.get().details["own_post"] is True
    about = open_case(CaseKind.REPORT, person=owner)
    client.post(door_of(about), {"act": "claim"})
    client.post(door_of(about), KEEP)
    assert ModerationAction.objects.order_by("-pk").first().details["own_case"] is True


def test_a_report_about_somebody_ends_with_a_row_about_them():
    one, person = moderator(), make_user()
    case = report_person(make_user(), person, "hate", "Insults.").voice.case
    client = browser(one)
    client.post(door_of(case), {"act": "claim"})
    assert client.post(door_of(case), {"outcome": "removed", "rule": "spam"}).status_code == 422
    assert client.post(door_of(case), KEEP).status_code == 302
    act = ModerationAction.objects.get()
    assert (act.kind, act.subject, act.actor) == ("keep", person, one)


def test_a_page_costs_no_more_queries_for_more_cases(django_assert_max_num_queries):
    one = moderator()
    for _number in range(20):
        report(make_user(), bare_post(), "spam", "x")
    with django_assert_max_num_queries(12):
        assert len(lines_of(one, queue_lines([]))) == 20
    with django_assert_max_num_queries(30):
        case_page(one, Case.objects.first(), shown="")


@pytest.mark.parametrize("kind", list(CaseKind))
def test_every_kind_has_a_page_for_those_who_hold_it_and_those_who_do_not(kind):
    one, first = moderator(), moderator()
    case = {
        CaseKind.LABEL: lambda: dispute(make_user(), sent_post("human"), "generated", "Hands.").case,
        CaseKind.APPEAL: lambda: appealed(first),
        CaseKind.POST: lambda: case_of(kind, bare_post(status="pending")),
    }.get(
        kind, lambda: case_of(kind, facts={"rating": "e", "confidence": 0.9, "since": "nonsense", "votes": ["q", "z"]})
    )()
    client = browser(one)
    keys = {CaseKind.LABEL: "g", CaseKind.APPEAL: "g"}.get(kind, "a")
    assert 'data-review-key="c"' in text(client.get(page_of(case)))
    client.post(door_of(case), {"act": "claim"})
    page = text(client.get(page_of(case)))
    assert f'data-review-key="{keys}"' in page
    assert 'data-review-key="a"' in page
    answer = client.post(door_of(case), {"act": "release"})
    assert answer["Location"] == QUEUE
    case.refresh_from_db()
    assert case.claimed_by is None
    assert waiting().filter(pk=case.pk).exists()
