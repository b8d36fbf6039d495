"""A model's page with a long card, as browsers show it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from generation.models import Checkpoint
from tests.browser.test_pages_gallery import broken_rules
from tests.factories import make_checkpoint

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
ROWS = "\n".join(f"| background | tag_number_{number} | {number}% ({number}/100) | 4.2% |" for number in range(100))
CARD = f"""# Model

It draws [things](https://example.org).

## What it draws

| kind | what it can show, in so many words that they wrap | an example prompt |
|---|---|---|
| portrait | hair of many colours and shapes, eyes, mouths and glasses | `1girl, red_hair, blue_background` |

## Per tag

| group | tag | drawn as asked | false positives |
|---|---|---|---|
{ROWS}

## Data

    python -m generation.bundled train --minutes 600 --start-from generation/bundled/model --size 128

## Training

Long ago.
"""


@pytest.fixture
def address(transactional_db: None) -> str:
    """Where a model with a long card is shown."""
    made = make_checkpoint()
    Checkpoint.objects.filter(pk=made.pk).update(card=CARD, card_translations={"ja": CARD}, example_prompts=["1girl"])
    return f"/models/{made.slug}"


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_a_models_page(open_page: OpenPage, address: str, width: int) -> None:
    page = open_page(address, width=width)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert broken_rules(page) == []


def test_tables_scroll_in_their_boxes_on_a_phone(open_page: OpenPage, address: str) -> None:
    page = open_page(address, width=390, locale="ja")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    wide, long = page.locator(".table-scroll").all()
    for box in (wide, long):
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert wide.evaluate("box => box.scrollHeight === box.clientHeight")
    head = long.locator("th").first
    top = head.bounding_box()["y"] - long.bounding_box()["y"]
    long.evaluate("box => box.scrollTo(0, 500)")
    assert head.bounding_box()["y"] - long.bounding_box()["y"] == pytest.approx(top, abs=1)


def test_a_key_scrolls_a_long_table(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    box = page.locator(".table-scroll--long")
    box.focus()
    page.keyboard.press("End")
    page.wait_for_function("box => box.scrollTop > 100", arg=box.element_handle())


def test_the_contents_lead_to_the_headings_clear_of_the_header(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    page.get_by_role("link", name="Per tag").click()
    heading = page.get_by_role("heading", name="Per tag")
    expect(heading).to_be_in_viewport()
    header = page.locator(".site-header").bounding_box()
    assert heading.bounding_box()["y"] >= header["y"] + header["height"]
