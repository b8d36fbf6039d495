"""From a take, with a mask from a file, to a child take; text that is added to the prompt; the same without scripts."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from config.embedded.process import Process
from gallery.models import User
from generation.checkpoints import install_bundled
from generation.models import Checkpoint, GenerationRequest, PromptStyle, Resource, Take, Wildcard
from tests.factories import PASSWORD, make_take, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.worker,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
]
OpenPage = Callable[..., Page]
DRAWN = 90_000


@pytest.fixture
def mira(bundled: Path, server_passwords: None, transactional_db: None) -> User:
    """A member on a site with a model that does everything, a style, a wildcard and LoRAs of two families."""
    install_bundled()
    Checkpoint.objects.update(abilities=["txt2img", "img2img", "inpaint"])
    PromptStyle.objects.create(name="Ink", prompt="ink, {prompt}", negative_prompt="colour")
    Wildcard.objects.create(name="hair", text="red hair\nblue hair")
    for slug, family in (("bold-lines", "sd1"), ("photo", "sdxl")):
        Resource.objects.create(
            kind="lora", slug=slug, name=slug, family=family, path="/nowhere", sha256="ab" * 32, default_weight=0.7
        )
    return make_user("mira")


def sign_in(page: Page) -> None:
    """By the form; it leads back to where the member came from."""
    page.fill("[name=login]", "mira")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("#id_prompt")).to_be_visible()


def mask_file(width: int, height: int) -> FilePayload:
    """The left half is painted anew."""
    image = Image.new("L", (width, height), 0)
    image.paste(255, (0, 0, width // 2, height))
    out = io.BytesIO()
    image.save(out, "PNG")
    return {"name": "mask.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_a_take_is_edited_under_a_mask_and_the_child_shows_where_it_comes_from(
    open_page: OpenPage, mira: User, worker: Process
) -> None:
    take = make_take(mira, prompt="1girl, red hair", width=64, height=80)
    page = open_page(f"/accounts/login/?next=/create%3Fedit_take={take.pk}")
    sign_in(page)
    expect(page.locator("#id_prompt")).to_have_value("1girl, red hair")
    expect(page.get_by_alt_text("The picture to start from")).to_be_visible()

    # A mask of another size is refused beside its input; the right one takes its place.
    page.fill("#id_prompt", "1girl, __hair__")
    page.set_input_files("#id_mask_file", mask_file(80, 64))
    expect(page.locator("#mask-error")).to_contain_text("80 × 64 pixels, the picture 64 × 80")
    expect(page.locator("#id_mask_file")).to_be_focused()
    expect(page.locator("#mask-error")).to_be_in_viewport()
    page.set_input_files("#id_mask_file", mask_file(64, 80))
    expect(page.locator("#mask-error")).to_have_count(0)
    expect(page.locator("#id_prompt")).to_have_value("1girl, __hair__")

    page.locator("#id_strength").fill("0.8")
    expect(page.locator("[data-strength]")).to_have_text("0.8")
    page.locator(".counts label", has_text="1").click()
    page.locator("[data-draw]").click()
    expect(page.locator(".shot--done")).to_have_count(2, timeout=DRAWN)  # beside the one that was there
    child = Take.objects.get(parent=take)
    request = child.job.request
    assert (request.prompt, request.strength, request.width, request.height) == ("1girl, __hair__", 0.8, 64, 80)
    assert child.recipe["prompt"] in {"1girl, red hair", "1girl, blue hair"}

    page.locator(".shot--done a.shot__frame").first.click()
    lineage = page.locator("section", has=page.get_by_role("heading", name="Where it comes from"))
    expect(lineage.get_by_role("link").first).to_have_attribute("href", f"/takes/{take.pk}")
    expect(lineage.get_by_alt_text("The mask: white is painted anew")).to_have_js_property("naturalWidth", 64)
    lineage.get_by_role("link").first.click()
    expect(page.get_by_role("navigation", name="Takes drawn over this one").get_by_role("link")).to_have_count(1)


def test_styles_loras_and_wildcards_are_added_as_text_that_can_be_undone(open_page: OpenPage, mira: User) -> None:
    page = open_page("/accounts/login/?next=/create", width=390, height=844)
    sign_in(page)
    prompt = page.locator("#id_prompt")
    prompt.fill("1girl")
    page.locator("summary", has_text="Add to the prompt").click()
    page.get_by_role("button", name="Add the style").click()
    expect(prompt).to_have_value("ink, 1girl")
    expect(page.locator("#id_negative_prompt")).to_have_value("colour")
    # Only LoRAs of the model's family can be chosen.
    expect(page.locator("#id_lora option:not([disabled])")).to_have_count(1)
    page.get_by_role("button", name="Add the LoRA").click()
    page.get_by_role("button", name="Add the wildcard").click()
    expect(prompt).to_have_value("ink, 1girl, <lora:bold-lines:0.7>, __hair__")
    prompt.press("Control+z")
    expect(prompt).to_have_value("ink, 1girl, <lora:bold-lines:0.7>")
    prompt.fill("1girl, <lora:bold-line:1>")
    page.locator("[data-draw]").click()
    expect(page.locator("#prompt-error")).to_contain_text("Did you mean “bold-lines”")
    prompt.fill("1girl, <lora:bold-lines:1>")
    page.locator("[data-draw]").click()
    expect(page.locator(".shot--queued").first).to_be_visible()
    assert [use.resource.slug for use in GenerationRequest.objects.get().resources.all()] == ["bold-lines"]


def test_enter_in_a_number_draws_and_adds_nothing(open_page: OpenPage, mira: User) -> None:
    page = open_page("/accounts/login/?next=/create")
    sign_in(page)
    page.fill("#id_prompt", "1girl")
    page.locator("summary", has_text="More").click()
    page.fill("#id_steps", "3")
    page.press("#id_steps", "Enter")
    expect(page.locator(".shot--queued").first).to_be_visible()
    assert (GenerationRequest.objects.get().prompt, GenerationRequest.objects.get().steps) == ("1girl", 3)


def test_a_picture_of_ones_own_is_drawn_over_without_scripts(open_page: OpenPage, mira: User) -> None:
    page = open_page("/accounts/login/?next=/create", java_script_enabled=False)
    sign_in(page)
    page.locator("summary", has_text="Start from a picture").click()
    page.set_input_files("#id_source_file", mask_file(64, 64))
    page.get_by_role("button", name="Use it").first.click()
    expect(page.get_by_alt_text("The picture to start from")).to_be_visible()
    page.locator("summary", has_text="Add to the prompt").click()
    page.get_by_role("button", name="Add the wildcard").click()
    expect(page.locator("#id_prompt")).to_have_value("__hair__")
    page.set_input_files("#id_mask_file", mask_file(64, 64))
    page.locator("[data-draw]").click()
    expect(page).to_have_url(re.compile(r"/create\?request=\d+$"))
    request = GenerationRequest.objects.get()
    assert request.source_asset is not None
    assert request.mask is not None
    assert request.source_asset.owner == mira


def test_a_file_that_is_too_large_is_not_sent(open_page: OpenPage, mira: User) -> None:
    page = open_page("/accounts/login/?next=/create")
    sign_in(page)
    page.fill("#id_prompt", "1girl, typed")
    page.locator("#id_source_file").evaluate("input => input.closest('details').open = true")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.set_input_files("#id_source_file", {"name": "a.png", "mimeType": "image/png", "buffer": bytes(25 * 2**20 + 1)})
    expect(page.locator(".field", has=page.locator("#id_source_file")).locator(".errorlist")).to_contain_text("25 MB")
    expect(page.locator("#id_prompt")).to_have_value("1girl, typed")
    assert page.locator("#id_source_file").evaluate("input => input.files.length") == 0
    assert "POST" not in sent


def test_a_refusal_leaves_the_folds_as_they_were_and_breaks_no_rule(open_page: OpenPage, mira: User) -> None:
    take = make_take(mira, prompt="1girl, red hair", width=64, height=80)
    page = open_page(f"/accounts/login/?next=/create%3Fedit_take={take.pk}")
    sign_in(page)
    more, second = page.locator(".recipe__more"), page.locator("[data-needs=hires]")
    more.locator("summary").click()
    second.locator("summary").click()
    page.locator(".recipe__inner > summary").click()
    page.set_input_files("#id_mask_file", mask_file(64, 80))
    expect(page.get_by_alt_text("The mask: white is painted anew")).to_be_visible()
    expect(more).to_have_attribute("open", "")
    expect(second).to_have_attribute("open", "")
    page.locator("[value=remove_mask]").click()
    expect(page.get_by_alt_text("The mask: white is painted anew")).to_have_count(0)

    page.locator("[name=outpaint]").first.fill("7")
    page.locator("[data-draw]").click()
    expect(page.locator("#outpaint-error")).to_be_visible()
    second.locator("summary").click()
    second.locator("summary").click()
    page.locator("[name=outpaint]").first.fill("9")
    with page.expect_response("**/create") as answered:
        page.locator("[data-draw]").click()
    assert answered.value.status == 422
    expect(page.locator("[data-draw]")).to_be_enabled()
    expect(page.locator("[name=outpaint]").first).to_be_focused()
    expect(page.locator("#outpaint-error")).to_be_visible()
    page.locator("[name=outpaint]").first.fill("8")
    page.locator("[data-draw]").click()
    expect(page.locator(".request")).to_have_count(2)
