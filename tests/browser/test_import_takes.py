"""A copy of an account is sent in pieces, with a lost connection in the middle, and its report is read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from gallery.models import User
from generation.imports.carrying_out import bring_waiting
from generation.models import AccountImport, Take
from tests.browser.test_pages_gallery import broken_rules
from tests.factories import PASSWORD, make_user
from tests.generation.imports.copies import copy_of, going_on, make_chain

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]


@pytest.fixture
def mira(server_passwords: None, transactional_db: None) -> User:
    """A member with nothing yet."""
    return make_user("mira")


@pytest.fixture
def copy(mira: User, tmp_path: Path) -> Path:
    """The copy of another account: three takes in a line."""
    other = make_user("mika")
    make_chain(other)
    path = tmp_path / "mika.zip"
    path.write_bytes(copy_of(other))
    return path


def sign_in(page: Page) -> None:
    """By the form; it leads back to the page."""
    page.fill("[name=login]", "mira")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/settings/import")


def sound(page: Page) -> None:
    """Axe finds nothing in either theme, and nothing is cut off."""
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert broken_rules(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_pieces_are_sent_again_where_they_were_lost(open_page: OpenPage, mira: User, copy: Path, width: int) -> None:
    page = open_page("/settings/import", width=width)
    sign_in(page)
    sound(page)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if len(lost) in (1, 2):
            lost.append("lost")
            route.abort()
        else:
            lost.append("sent")
            route.continue_()

    page.route("**/settings/import/piece", lose)
    page.evaluate("document.querySelector('[data-import]').dataset.piece = '4000'")
    page.set_input_files("#id_file", copy)
    page.get_by_role("button", name="Bring it here").click()
    expect(page.locator("#import-state")).to_contain_text("It is your turn in a moment")
    assert lost[:4] == ["sent", "lost", "lost", "sent"]
    run = AccountImport.objects.get()
    assert run.received_bytes == copy.stat().st_size
    assert bring_waiting(going_on) == 1
    # By itself: the page asks how far it is.
    expect(page.locator(".import-report")).to_contain_text("What came from")
    expect(page.locator(".import-counts")).to_contain_text("3")
    page.reload()
    sound(page)
    page.get_by_role("link", name="Look at my takes").click()
    page.wait_for_url("**/takes")
    assert Take.objects.filter(owner=mira).count() == 3


def test_without_scripts_a_small_copy_comes_whole(open_page: OpenPage, mira: User, copy: Path) -> None:
    page = open_page("/settings/import", java_script_enabled=False)
    sign_in(page)
    expect(page.locator("#import-limits")).to_contain_text("larger ones need scripts")
    page.set_input_files("#id_file", copy)
    page.get_by_role("button", name="Bring it here").click()
    expect(page.locator("#import-state")).to_contain_text("It is your turn in a moment")
    assert bring_waiting(going_on) == 1
    # By itself: the page without scripts comes anew every few seconds.
    expect(page.locator(".import-report")).to_contain_text("What came from", timeout=60_000)


def test_why_a_file_is_no_copy_is_said_without_loading_the_page_again(
    open_page: OpenPage, mira: User, tmp_path: Path
) -> None:
    page = open_page("/settings/import")
    sign_in(page)
    empty, broken = tmp_path / "empty.zip", tmp_path / "broken.zip"
    empty.write_bytes(b"")
    broken.write_bytes(b"not a ZIP at all" * 100)
    page.set_input_files("#id_file", empty)
    page.get_by_role("button", name="Bring it here").click()
    expect(page.locator("[data-import-problem]")).to_contain_text("empty")
    page.set_input_files("#id_file", broken)
    page.get_by_role("button", name="Bring it here").click()
    expect(page.locator("#import-state")).to_contain_text("It is your turn in a moment")
    bring_waiting(going_on)
    expect(page.get_by_role("alert").first).to_contain_text("ZIP")
    # And the next one can be sent at once.
    expect(page.locator("#id_file")).to_be_enabled()
