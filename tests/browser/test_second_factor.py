"""Setting up an app and a key, and signing in with each, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages_gallery import broken_rules
from tests.factories import PASSWORD, make_user
from tests.gallery.accounts.codes import code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("mika")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()


def say_who(page: Page) -> None:
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_an_app_is_set_up_and_asked_for(server_passwords: None, open_page: Callable[..., Page]) -> None:
    make_user("mika", role="moderator")
    page = open_page("/")
    sign_in(page)
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Set it up").click()
    say_who(page)
    secret = page.locator("#totp-secret").inner_text()
    image = page.locator(".qr__image")
    assert image.evaluate("image => image.complete && image.naturalWidth > 0")
    assert broken_rules(page) == []
    page.locator("[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    page.context.clear_cookies()
    sign_in(page)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    assert broken_rules(page) == []
    page.locator("[name=code]").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist")).to_be_visible()
    page.locator("[name=code]").fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#user-menu")).to_be_attached()


def test_a_key_is_added_and_signs_in(server_passwords: None, open_page: Callable[..., Page], web: str) -> None:
    make_user("mika")
    # Keys know sites by name; an address of numbers has none.
    page = open_page(web.replace("127.0.0.1", "localhost") + "/accounts/login/")
    home = web.replace("127.0.0.1", "localhost")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.locator("[name=login]").fill("mika")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.goto(home + "/accounts/2fa/webauthn/add/")
    say_who(page)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.context.clear_cookies()
    page.goto(home + "/accounts/login/")
    page.locator("[name=login]").fill("mika")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.get_by_role("button", name="Use a security key or passkey").click()
    expect(page.locator("#user-menu")).to_be_attached()
