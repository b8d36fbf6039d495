"""A style that breaks a rule: reported, hidden with reasons, appealed, shown again; and who sees what of it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.test import Client

from gallery.errors import UserFacingError
from gallery.models import Case, ModerationAction, Statement, Strike, User
from gallery.models.review import CaseKind, CaseState, Outcome
from gallery.moderation import things
from gallery.moderation.audit import verify
from gallery.moderation.cases import claim, open_case
from gallery.moderation.decisions import Decision, decide
from gallery.moderation.statements import appeal
from gallery.moderation.voices import report_person, report_thing
from generation import takes
from generation.models import GenerationRequest, StylePage, StylePost
from generation.style_pages.reported import name_of
from generation.style_pages.writing import delete
from tests.factories import make_checkpoint, make_post, make_take, make_user
from tests.gallery.threads import at_once
from tests.generation.style_pages.test_privacy import SECRET, others, signed_in, style_of

pytestmark = pytest.mark.django_db
REPORT = {"rule": "hate", "reason": "It insults."}


@pytest.fixture
def maker() -> User:
    make_checkpoint()
    return make_user("maker")


@pytest.fixture
def style(maker: User) -> StylePage:
    return style_of(maker)


@pytest.fixture
def moderator(db: None) -> User:
    return make_user(role="moderator")


def address(style: StylePage, path: str = "") -> str:
    return f"/styles/{style.slug}{path}"


def hidden(style: StylePage) -> bool:
    return StylePage.objects.values_list("hidden", flat=True).get(pk=style.pk)


def code_of(act: Any, *args: Any) -> str:
    with pytest.raises(UserFacingError) as refusal:
        act(*args)
    return refusal.value.code


def test_hidden_it_is_its_makers_and_moderators_alone(style: StylePage, maker: User, moderator: User) -> None:
    post = takes.publish(maker, make_take(maker, style_page=style.slug), tags=["1girl"], rating="g")
    client = signed_in(moderator)
    assert "Hide…" in client.get(address(style)).text
    assert client.post(address(style, "/moderate"), {"act": "hide", "rule": "hate", "reason": ""}).status_code == 422
    assert not hidden(style)
    done = client.post(address(style, "/moderate"), {"act": "hide", "rule": "hate", "reason": "It insults."})
    assert done.status_code == 302
    for visitor in (Client(), signed_in(make_user())):
        for path in ("", "/edit", "/report", "/moderate"):
            there, nothing = (visitor.get(f"/styles/{slug}{path}") for slug in (style.slug, "no-such-style"))
            assert (there.status_code, SECRET in there.text) == (nothing.status_code, False), path
        for elsewhere in ("/styles", f"/posts/{post.pk}"):
            assert SECRET not in visitor.get(elsewhere).text
        assert visitor.get("/create", {"style": style.slug}).status_code == 404
    assert SECRET in client.get(address(style)).text
    assert SECRET not in client.get("/styles").text
    own = signed_in(maker)
    assert "A moderator hid this style" in own.get(address(style)).text
    assert SECRET in own.get("/styles?of=me").text
    edited = own.post(address(style, "/edit"), {"name": SECRET, "prompt": "ink", "audience": "everybody"})
    assert edited.status_code == 302
    assert hidden(style)


def test_the_maker_reads_why_and_the_log_has_it(style: StylePage, maker: User, moderator: User) -> None:
    things.hide(moderator, name_of(style), "It insults.")
    statement = Statement.objects.get()
    assert (statement.person, statement.restriction, statement.facts) == (maker, "style", "It insults.")
    own = signed_in(maker)
    assert f"/statements/{statement.pk}" in own.get(address(style)).text
    told = own.get(f"/statements/{statement.pk}")
    assert address(style) in told.text
    assert "Nobody but you and moderators can open the style" in told.text
    act = ModerationAction.objects.get()
    assert (act.kind, act.subject, act.details["thing"]) == ("style", maker, name_of(style))
    log = "/moderation/log"
    assert f"{SECRET}: hidden" in signed_in(moderator).get(log).text
    assert SECRET not in Client().get(log).text


def test_nobody_else_draws_with_it_or_comes_into_it(style: StylePage, maker: User, moderator: User) -> None:
    haru = make_user("haru")
    before = make_take(haru, style_page=style.slug)
    things.hide(moderator, name_of(style), "It insults.")
    make_take(haru, style_page=style.slug)
    assert list(GenerationRequest.objects.order_by("pk").values_list("style", flat=True)) == [style.pk, None]
    takes.publish(haru, before, tags=["1girl"], rating="g")
    assert not StylePost.objects.exists()


def test_it_is_shown_again(style: StylePage, moderator: User) -> None:
    assert code_of(things.show, moderator, name_of(style), "A mistake.") == "thing_not_hidden"
    things.hide(moderator, name_of(style), "It insults.")
    assert code_of(things.hide, moderator, name_of(style), "Again.") == "thing_hidden_before"
    answer = signed_in(moderator).post(address(style, "/moderate"), {"act": "show", "reason": "A mistake."})
    assert answer.status_code == 302
    assert Client().get(address(style)).status_code == 200
    assert [act.details["act"] for act in ModerationAction.objects.order_by("pk")] == ["hidden", "shown"]


def test_only_moderators_decide_and_not_about_their_own(style: StylePage, maker: User, moderator: User) -> None:
    assert code_of(things.hide, make_user(), name_of(style), "x") == "moderators_only"
    for client in others()[:2]:
        assert client.post(address(style, "/moderate"), {"act": "hide", "reason": "x"}).status_code in (302, 403)
    own = style_of(moderator, slug="own-style")
    make_user(role="owner")
    assert code_of(things.hide, moderator, name_of(own), "x") == "own_thing"
    private = style_of(maker, slug="private-style", audience="only_me")
    assert signed_in(moderator).post(address(private, "/moderate"), {"act": "hide", "reason": "x"}).status_code == 404
    assert code_of(things.hide, moderator, "style:999999", "x") == "thing_gone"
    assert code_of(things.hide, moderator, "nothing:1", "x") == "thing_gone"
    assert not StylePage.objects.filter(hidden=True).exists()


def test_reports_of_one_style_are_one_case_that_ends_in_hiding(style: StylePage, maker: User, moderator: User) -> None:
    assert Client().post(address(style, "/report"), REPORT | {"contact": ""}).status_code == 302
    haru = make_user("haru")
    client = signed_in(haru)
    assert "Send the report" in client.get(address(style, "/report")).text
    assert client.post(address(style, "/report"), REPORT).status_code == 302
    assert "You said this already" in client.get(address(style, "/report")).text
    assert client.post(address(style, "/report"), REPORT).status_code == 409
    assert client.post(address(style, "/report"), {"rule": "", "reason": ""}).status_code == 422
    assert signed_in(maker).post(address(style, "/report"), REPORT).status_code == 403
    report_person(haru, maker, "hate", "Everywhere.")
    case = Case.objects.get(thing=name_of(style))
    assert (case.kind, case.person, case.post, case.voices.count()) == ("report", maker, None, 2)
    assert Case.objects.count() == 2

    StylePage.objects.update(prompt="kinder")
    staff = signed_in(moderator)
    assert "Style by maker" in staff.get("/moderation/queue").text
    page = staff.get(f"/moderation/cases/{case.pk}").text
    for words in (SECRET, "umbral", "kinder", "As it was when it was reported first", address(style)):
        assert words in page, words
    claim(moderator, case)
    decide(moderator, case, Decision(Outcome.REMOVED, "It insults.", strike=True))
    assert hidden(style)
    assert Statement.objects.filter(person=maker).count() == 2
    assert Statement.objects.get(restriction="style").detection == "report"
    assert Case.objects.get(pk=case.pk).state == CaseState.DECIDED
    assert Case.objects.exclude(pk=case.pk).get().state == CaseState.OPEN
    assert "A moderator looked at it and decided" in client.get("/reports").text


def test_a_report_can_end_in_nothing(style: StylePage, moderator: User) -> None:
    report_thing(AnonymousUser(), name_of(style), "spam", "Nothing but names.")
    case = Case.objects.get()
    claim(moderator, case)
    decide(moderator, case, Decision(Outcome.KEPT, "Nothing wrong."))
    assert not hidden(style)
    assert [act.details["act"] for act in ModerationAction.objects.all()] == ["kept"]
    assert not Statement.objects.exists()


@pytest.mark.parametrize(("outcome", "stays"), [(Outcome.OVERTURNED, False), (Outcome.UPHELD, True)])
def test_the_maker_appeals_and_another_moderator_decides(
    style: StylePage, maker: User, moderator: User, outcome: Outcome, stays: bool
) -> None:
    report_thing(make_user(), name_of(style), "hate", "It insults.")
    case = Case.objects.get()
    claim(moderator, case)
    decide(moderator, case, Decision(Outcome.REMOVED, "It insults.", strike=True))
    appeal(maker, Statement.objects.get(restriction="style"), "It does not.")
    waiting = Case.objects.get(kind=CaseKind.APPEAL)
    assert waiting.thing == name_of(style)
    with pytest.raises(UserFacingError):
        claim(moderator, waiting)
    other = make_user(role="moderator")
    claim(other, waiting)
    decide(other, waiting, Decision(outcome, "Looked at again."))
    assert hidden(style) is stays
    assert Strike.objects.filter(voided_at=None).exists() is stays


def test_what_was_hidden_again_since_stays_so(style: StylePage, maker: User, moderator: User) -> None:
    things.hide(moderator, name_of(style), "It insults.")
    first = Statement.objects.get()
    appeal(maker, first, "It does not.")
    things.show(moderator, name_of(style), "A mistake.")
    things.hide(moderator, name_of(style), "It does, elsewhere.")
    other = make_user(role="moderator")
    waiting = Case.objects.get(kind=CaseKind.APPEAL)
    claim(other, waiting)
    decide(other, waiting, Decision(Outcome.OVERTURNED, "Not for that."))
    assert hidden(style)


def test_of_a_style_that_became_private_moderators_read_what_was_reported(style: StylePage, moderator: User) -> None:
    report_thing(make_user(), name_of(style), "hate", "It insults.")
    StylePage.objects.update(audience="only_me", name="zqprivate", prompt="zqwords")
    case = Case.objects.get()
    page = signed_in(moderator).get(f"/moderation/cases/{case.pk}").text
    assert "umbral" in page
    claim(moderator, case)
    decide(moderator, case, Decision(Outcome.REMOVED, "It insults."))
    assert hidden(style)
    for text in (page, signed_in(moderator).get("/moderation/log").text):
        assert "zq" not in text


def test_cases_about_a_deleted_style_are_closed(style: StylePage, maker: User, moderator: User) -> None:
    report_thing(make_user(), name_of(style), "hate", "It insults.")
    delete(maker, style)
    case = Case.objects.get()
    assert case.state == CaseState.MOOT
    assert signed_in(moderator).get(f"/moderation/cases/{case.pk}").status_code == 200


def test_a_case_about_an_erased_style_can_be_ended(style: StylePage, moderator: User) -> None:
    report_thing(make_user(), name_of(style), "hate", "It insults.")
    StylePage.objects.all().delete()
    case = Case.objects.get()
    claim(moderator, case)
    assert code_of(decide, moderator, case, Decision(Outcome.REMOVED, "It insults.")) == "thing_gone"
    decide(moderator, case, Decision(Outcome.KEPT, "It is gone."))
    assert Case.objects.get().state == CaseState.DECIDED


def test_the_database_keeps_cases_about_things_whole(style: StylePage, maker: User) -> None:
    report_thing(make_user(), name_of(style), "hate", "It insults.")
    for wrong in ({"person": maker}, {"thing": "style:0"}, {"thing": "style:0", "person": maker, "post": make_post()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.create(kind="report", **({"thing": name_of(style)} | wrong))


@pytest.mark.django_db(transaction=True)
def test_reports_at_the_same_moment_are_one_case() -> None:
    make_checkpoint()
    style = style_of(make_user("maker"))
    people = [make_user() for _ in range(4)]
    heard = at_once(*(lambda one=one: report_thing(one, name_of(style), "hate", "x") for one in people))
    assert not [one for one in heard if isinstance(one, Exception)]
    assert Case.objects.get().voices.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_hide_once_and_the_chain_holds() -> None:
    make_checkpoint()
    name = name_of(style_of(make_user("maker")))
    people = [make_user(role="moderator") for _ in range(2)]
    results = at_once(*(lambda one=one: things.hide(one, name, "It insults.") for one in people))
    assert sorted(type(result).__name__ for result in results) == ["InvalidTransition", "ModerationAction"]
    assert (Statement.objects.count(), ModerationAction.objects.count()) == (1, 1)
    assert verify()[1] is None


def test_a_person_and_a_style_of_theirs_are_two_cases(style: StylePage, maker: User) -> None:
    with transaction.atomic():
        assert open_case(CaseKind.REPORT, person=maker, thing=name_of(style)) != open_case(
            CaseKind.REPORT, person=maker
        )
