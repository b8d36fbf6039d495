"""Where an account is signed in."""

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from gallery.accounts.sessions import browser_of, forget_ended, rough, system_of
from tests.factories import PASSWORD, make_user
from tests.gallery.accounts.codes import sign_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 "
    "Edg/126.0.0.0"
)


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [(FIREFOX, "Firefox 128", "Linux"), (IPHONE, "Safari 17", "iOS"), (EDGE, "Edge 126", "Windows"), ("curl", "", "")],
    ids=["firefox", "iphone", "edge", "unknown"],
)
def test_a_browser_is_recognised(agent, browser, system):
    assert (browser_of(agent), system_of(agent)) == (browser, system)


@pytest.mark.parametrize(
    ("address", "block"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("127.0.0.1", "127.0.0.1"), ("x", "")],
    ids=["IPv4", "IPv6", "this machine", "none"],
)
def test_an_address_is_told_roughly(address, block):
    assert rough(address) == block


def two_browsers(user):
    here, there = Client(headers={"user-agent": FIREFOX}), Client(headers={"user-agent": IPHONE})
    for browser in (here, there):
        sign_in(browser, user)
    return here, there


def test_the_page_lists_them_and_signs_others_out():
    user = make_user("mika")
    here, there = two_browsers(user)
    page = here.get("/settings/sessions").content.decode()
    assert "Firefox 128 on Linux" in page
    assert "Safari 17 on iOS" in page
    assert page.count("This one") == 1
    here.post("/settings/sessions")
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 302


def test_one_can_be_ended_and_nobody_elses():
    user, other = make_user("mika"), make_user("other")
    here, there = two_browsers(user)
    stranger = Client()
    sign_in(stranger, other)
    number = next(device.pk for device in here.get("/settings/sessions").context["devices"] if not device.current)
    assert stranger.post("/settings/sessions", {"session": number}).status_code == 404
    assert there.get("/settings").status_code == 200
    assert here.post("/settings/sessions", {"session": number}).status_code == 302
    assert there.get("/settings").status_code == 302


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "\x00", "1.5", "²"])
def test_a_made_up_number_is_not_found(client, number):
    client.force_login(make_user(), "django.contrib.auth.backends.ModelBackend")
    assert client.post("/settings/sessions", {"session": number}).status_code == 404


def test_a_new_password_signs_out_everywhere_else():
    user = make_user("mika")
    here, there = two_browsers(user)
    sent = {"oldpassword": PASSWORD, "password1": "another long phrase", "password2": "another long phrase"}
    here.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert here.post("/accounts/password/change/", sent).status_code == 302
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 302


def test_where_a_session_was_is_forgotten_once_it_ended():
    here, there = two_browsers(make_user("mika"))
    there.post("/accounts/logout/")
    forget_ended()
    assert UserSession.objects.get().session_key == here.session.session_key


def test_a_session_that_was_not_listed_is_once_it_is_seen(client):
    cache.clear()
    client.force_login(make_user("mika"), "django.contrib.auth.backends.ModelBackend")
    client.get("/settings")
    assert "This one" in client.get("/settings/sessions").content.decode()


def test_a_cache_that_is_out_of_reach_keeps_nobody_from_a_page(client, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }
    client.force_login(make_user("mika"))
    assert client.get("/settings/account").status_code == 200
