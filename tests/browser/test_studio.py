"""The studio when something is missing: the event stream, or scripts altogether."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gallery.models import User
from gallery.refusals.rules import Wanted, save_rule
from generation.checkpoints import install_bundled
from generation.models import GenerationRequest, Job
from generation.requests import cancel_job
from tests.factories import PASSWORD, make_checkpoint, make_user

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]


@pytest.fixture
def mira(bundled: Path, server_passwords: None, transactional_db: None) -> User:
    """A member on a site with a model; no worker runs."""
    install_bundled()
    return make_user("mira")


def draw(page: Page, prompt: str) -> GenerationRequest:
    """Type, press the big button, wait for the tiles."""
    page.fill("#id_prompt", prompt)
    page.locator("[data-draw]").click()
    expect(page.locator(".shot--queued").first).to_be_visible()
    return GenerationRequest.objects.get(prompt=prompt)


def sign_in(page: Page) -> None:
    """By the form; it leads back to where the visitor came from."""
    page.fill("[name=login]", "mira")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/create")


def test_what_was_typed_survives_signing_in_and_tiles_move_without_events(open_page: OpenPage, mira: User) -> None:
    page = open_page("/create")
    page.route("**/create/events", lambda route: route.abort())
    page.fill("#id_prompt", "1girl, smile")
    page.locator("[data-draw]").click()
    sign_in(page)
    expect(page.locator("#id_prompt")).to_have_value("1girl, smile")

    request = draw(page, "1girl, smile")
    expect(page.locator(".shot")).to_have_count(4)
    expect(page.locator(".request")).to_contain_text("No worker is online right now")
    first = Job.objects.get(request=request, index=0)
    cancel_job(mira, first)
    expect(page.locator(f"#job-{first.pk}")).to_have_class(re.compile("shot--cancelled"))
    page.get_by_role("button", name="Cancel picture 2").click()
    expect(page.locator(".shot--cancelled")).to_have_count(2)
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator(".shot--cancelled")).to_have_count(4)
    assert {job.state for job in request.jobs.all()} == {"cancelled"}


def test_what_is_typed_waits_for_whoever_looks_elsewhere_and_for_nobody_else(open_page: OpenPage, mira: User) -> None:
    make_user("rin")
    page = open_page("/accounts/login/?next=/create")
    sign_in(page)
    page.fill("#id_prompt", "1girl, green eyes")
    page.locator(".counts label", has_text="2").click()
    page.goto("/posts")
    page.goto("/create")
    expect(page.locator("#id_prompt")).to_have_value("1girl, green eyes")
    expect(page.locator(".counts input:checked")).to_have_value("2")
    # What a link brings is not written over.
    page.goto("/create?prompt=1boy")
    expect(page.locator("#id_prompt")).to_have_value("1boy")
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/create")
    page.fill("[name=login]", "rin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/create")
    expect(page.locator("recipe-form:defined")).to_be_visible()
    expect(page.locator("#id_prompt")).to_have_value("")


def test_an_error_is_shown_beside_its_field_and_the_next_try_works(open_page: OpenPage, mira: User) -> None:
    page = open_page("/accounts/login/?next=/create", width=390, height=844)
    sign_in(page)
    page.locator("[data-draw]").click()
    expect(page.locator("#prompt-error")).to_contain_text("The prompt is empty")
    expect(page.locator("#id_prompt")).to_be_focused()
    made = draw(page, "red hair")
    # The results stand below the form on a phone; they come into view.
    expect(page.locator(f"#request-{made.pk}")).to_be_in_viewport()
    expect(page.locator("#id_key")).not_to_have_value(made.idempotency_key)


def test_the_chosen_model_decides_what_is_offered(open_page: OpenPage, mira: User) -> None:
    server = {"family": "remote", "path": "", "endpoint": "http://gpu/v1", "samplers": ["Euler"], "is_default": False}
    make_checkpoint("far", name="Far one", **server)
    make_checkpoint("words", name="Words", family="CogView4Pipeline", abilities=["txt2img"], is_default=False)
    page = open_page("/accounts/login/?next=/create")
    sign_in(page)
    clip_skip, second_pass = page.locator("[data-needs=clip_skip]"), page.locator("[data-needs=hires]")
    page.locator("details:has(#id_steps) > summary").click()
    expect(clip_skip).to_be_visible()
    page.locator("#id_model").select_option("far")
    expect(clip_skip).to_be_hidden()
    expect(second_pass).to_be_hidden()
    expect(page.locator("[data-needs=img2img]")).to_be_visible()
    expect(page.locator("#prompt-plain")).to_contain_text("“Far one” reads plain sentences")
    page.locator("#id_model").select_option("words")
    expect(page.locator("[data-needs=img2img]")).to_be_hidden()
    page.locator("#id_model").select_option("tiny")
    expect(second_pass).to_be_visible()
    expect(page.locator("#prompt-plain")).to_be_hidden()
    # What was filled in stays in sight, whatever is chosen then.
    second_pass.locator("summary").click()
    page.fill("#id_hires_scale", "1.5")
    page.locator("#id_model").select_option("far")
    expect(page.locator("#id_hires_scale")).to_have_value("1.5")
    expect(page.locator("#id_hires_scale")).to_be_visible()


def test_everything_works_without_scripts(open_page: OpenPage, mira: User) -> None:
    page = open_page("/accounts/login/?next=/create", java_script_enabled=False)
    sign_in(page)
    made = draw(page, "blue hair")
    assert page.url.endswith(f"/create?request={made.pk}")
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator(".shot--cancelled")).to_have_count(4)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_sticky_button_covers_no_complaint(open_page: OpenPage, mira: User, width: int, height: int) -> None:
    page = open_page("/accounts/login/?next=/create", width=width, height=height)
    sign_in(page)
    page.fill("#id_prompt", "red hair")
    page.locator("details:has(#id_steps) > summary").click()
    page.fill("#id_steps", "4000")
    page.locator("[data-draw]").click()
    expect(page.locator("#steps-error")).to_be_in_viewport()
    # The focused field scrolls into place a moment later.
    page.wait_for_function(
        """() => {
            const error = document.getElementById("steps-error"), box = error.getBoundingClientRect();
            const seen = document.elementFromPoint(box.left + 10, box.top + box.height / 2);
            return seen === error || error.contains(seen);
        }"""
    )


def test_a_refused_recipe_keeps_a_box_that_was_dragged_larger_and_the_policy_quiet(
    open_page: OpenPage, mira: User
) -> None:
    page, said = open_page("/accounts/login/?next=/create"), []
    page.on("console", lambda message: said.append(message.text))
    sign_in(page)
    page.fill("#id_prompt", "<lora:nowhere:1>")
    # As the handle in its corner does.
    page.locator("#id_prompt").evaluate("box => { box.style.height = '200px' }")
    page.locator("[data-draw]").click()
    expect(page.locator("#id_prompt[aria-invalid=true]")).to_be_visible()
    assert not [text for text in said if "Security Policy" in text]


def test_what_was_refused_goes_with_the_next_drawing(open_page: OpenPage, mira: User) -> None:
    save_rule(make_user(role="owner"), None, Wanted("Nights", "refuse", ("prompt",), "moonless"), "Too dark.")
    page = open_page("/accounts/login/?next=/create")
    sign_in(page)
    page.fill("#id_prompt", "1girl, moonless")
    page.locator("[data-draw]").click()
    expect(page.locator("#prompt-error")).to_contain_text("Nights")

    draw(page, "1girl, smile")
    expect(page.locator("#recipe .errorlist, #recipe [data-refused], #recipe [aria-invalid]")).to_have_count(0)
    expect(page.locator("#id_prompt")).to_have_value("1girl, smile")
