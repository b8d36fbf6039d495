"""The review queue in a real browser: cleared by keyboard, without scripts, in both themes, on a phone and a desk."""

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from gallery.labels.disputes import dispute
from gallery.models import Case, ModerationAction, Post, User
from gallery.models.review import CaseKind, CaseState
from gallery.moderation.acts import remove
from gallery.moderation.audit import verify
from gallery.moderation.cases import claim, open_case
from gallery.moderation.statements import appeal
from gallery.moderation.voices import dispute_rating, flag, report, report_person
from tests.browser.test_labels import picture_of
from tests.browser.test_pages_gallery import broken_rules, sign_in
from tests.factories import make_asset, make_image, make_post, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
# What the moderator presses for each kind; a reason is typed where none stands for itself.
KEYS = {
    "post": ["a"],
    "report": ["v", "v", "x"],
    "flag": ["a"],
    "rating": ["3", "r"],
    "label": ["i", "a"],
    "appeal": ["i", "a"],
    "scan": ["a"],
    "stuck": ["a"],
}


def a_post(author: User, **fields: object) -> Post:
    return make_post(author, asset=make_asset(author, image=make_image(400, 300)), **fields)  # type: ignore[arg-type]


@pytest.fixture
def people(server_passwords: None) -> dict[str, User]:
    """Two moderators, an author and a member who says things."""
    roles = {"warden": "moderator", "keeper": "moderator", "mika": "member", "rin": "member"}
    return {name: make_user(name, role=role) for name, role in roles.items()}


def fill(people: dict[str, User], count: int) -> list[Case]:
    """So many cases, every kind in turn."""
    mika, rin, keeper = people["mika"], people["rin"], people["keeper"]
    for number in range(count):
        kind = list(CaseKind)[number % len(CaseKind)]
        if kind == CaseKind.POST:
            a_post(mika, status="pending")
        elif kind == CaseKind.REPORT:
            report(rin, a_post(mika), "law" if number == 1 else "spam", "It is an advertisement.")
        elif kind == CaseKind.FLAG:
            flag(make_user(), a_post(mika), "quality", "Six fingers.")
        elif kind == CaseKind.RATING:
            dispute_rating(make_user(), a_post(mika), "q", "The mirror.")
        elif kind == CaseKind.LABEL:
            dispute(make_user(), a_post(mika, ai_level="human", ai_evidence="declared"), "generated", "The hand.")
        elif kind == CaseKind.APPEAL:
            post = a_post(mika)
            remove(keeper, post, "Spam.")
            appeal(mika, post.statements.get(), "It is not.")
        elif kind == CaseKind.SCAN:
            found = {"rating": "e", "confidence": 0.9, "version": "test 1"}
            with transaction.atomic():
                open_case(kind, post=a_post(mika), facts=found)
        else:
            post = a_post(mika, status="pending")
            Case.objects.filter(post=post).update(kind=kind, facts={"tries": 3})
    return list(Case.objects.filter(state=CaseState.OPEN).order_by("-urgency", "pk"))


def test_a_moderator_clears_a_queue_of_thirty_by_keyboard(open_page: OpenPage, people: dict[str, User]) -> None:
    cases = fill(people, 30)
    assert len(cases) == 30
    assert {case.kind for case in cases} == set(CaseKind.values)
    before = ModerationAction.objects.count()
    page = open_page("/about")
    sign_in(page, "warden")
    page.goto("/moderation/queue")
    page.keyboard.press("n")
    for number, case in enumerate(cases):
        expect(page).to_have_url(re.compile(rf"/moderation/cases/{case.pk}$"))
        # The address is there before the scripts that hear keys.
        page.wait_for_load_state()
        for key in KEYS[case.kind]:
            if key == "v":
                before_url = page.url
                page.keyboard.press("v")
                page.wait_for_function("before => location.href !== before", arg=before_url)
                page.wait_for_load_state()
                expect(page.locator("#decision")).to_be_visible()
            elif key == "i":
                page.keyboard.press("i")
                # Letters that are keys elsewhere are typed here.
                page.keyboard.type("anx 1: it holds")
                page.keyboard.press("Escape")
            elif key == "x":
                # The rule by keyboard, too: Tab reaches it, its first letter chooses.
                page.locator("#decision select").focus()
                page.keyboard.type("Spam")
                page.keyboard.press("Escape")
                page.keyboard.press("x")
            else:
                page.keyboard.press(key)
        following = rf"/cases/{cases[number + 1].pk}$" if number + 1 < len(cases) else r"/moderation/queue$"
        expect(page).to_have_url(re.compile(following))
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    assert not Case.objects.filter(state=CaseState.OPEN).exists()
    for case in Case.objects.filter(pk__in=[case.pk for case in cases]):
        assert (case.state, case.decided_by) == ("decided", people["warden"]), case.kind
        rows = ModerationAction.objects.filter(post=case.post, actor=people["warden"])
        assert rows.count() == 1, (case.kind, list(rows.values_list("kind", flat=True)))
        assert rows.get().reason == case.reason
    assert ModerationAction.objects.count() == before + 30
    typed = Case.objects.filter(kind__in=["label", "appeal"]).values_list("reason", flat=True)
    assert set(typed) == {"anx 1: it holds"}
    assert verify()[1] is None


def test_keys_of_the_list_pick_and_open_and_help_tells_of_them(open_page: OpenPage, people: dict[str, User]) -> None:
    cases = fill(people, 3)
    page = open_page("/about")
    sign_in(page, "warden")
    page.goto("/moderation/queue")
    for key in "jjx":
        page.keyboard.press(key)
    expect(page.locator("[name=case]:checked")).to_have_value(str(cases[1].pk))
    expect(page.locator("[data-picked]")).to_have_text("(1)")
    page.locator("#together-reason").focus()
    page.keyboard.type("nxj")
    expect(page.locator("#together-reason")).to_have_value("nxj")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="While you review")).to_be_visible()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/moderation/queue$"))
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/moderation/cases/\d+$"))


def test_a_case_is_decided_without_scripts(open_page: OpenPage, people: dict[str, User]) -> None:
    cases = fill(people, 2)
    page = open_page("/about", java_script_enabled=False)
    sign_in(page, "warden")
    page.goto("/moderation/queue")
    page.get_by_role("button", name="Start with the first").click()
    page.get_by_role("link", name="Show it in grey").click()
    # What the reporter named is chosen; another reason has to be told.
    expect(page.get_by_label("Rule")).to_have_value("law")
    page.get_by_label("Rule").select_option("other")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("Nothing was decided.")).to_be_visible()
    page.get_by_label("Reason").fill("An advertisement.")
    page.get_by_role("button", name="Remove", exact=True).click()
    said = page.get_by_role("status").filter(has_text=f"Post {cases[0].post_id}: Removed")
    expect(said.get_by_role("link", name=f"Case {cases[0].pk}")).to_have_attribute(
        "href", f"/moderation/cases/{cases[0].pk}"
    )
    expect(page).to_have_url(re.compile(rf"/moderation/cases/{cases[1].pk}$"))
    page.goto("/moderation/queue")
    page.locator("[name=case]").first.check()
    page.get_by_role("button", name="Approve, leave as it is").click()
    expect(page.get_by_text("1 case is decided.")).to_be_visible()
    expect(page.get_by_text("Nothing waits")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_pages_of_the_queue_are_accessible_and_fit(
    open_page: OpenPage, people: dict[str, User], theme: str, width: int
) -> None:
    cases = fill(people, 10)
    report_person(people["rin"], people["mika"], "hate", "Insults.")
    claim(people["keeper"], cases[-1])
    for case in cases[:3]:
        claim(people["warden"], case)
    page = open_page("/about", width=width, color_scheme=theme)
    sign_in(page, "warden")
    problems = []
    numbers = Case.objects.filter(state=CaseState.OPEN).values_list("pk", flat=True)
    for address in ["/moderation/queue", "/moderation", *(f"/moderation/cases/{number}" for number in numbers)]:
        page.goto(address)
        picture_of(page, f"{theme}-{width}{address.replace('/', '_')}")
        problems += [f"{address}: {problem}" for problem in broken_rules(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        problems += [f"{address}: {wide} px too wide"] if wide > 0 else []
    assert problems == []
