"""Django's admin: for an owner with a second factor, to look at."""

import re

import pytest
from django.core.cache import cache
from django.urls import URLResolver

from gallery.back_office.site import site
from gallery.models import ModerationAction, User
from gallery.moderation.acts import remove
from tests.factories import make_post, make_user
from tests.gallery.accounts.codes import set_up, sign_in

pytestmark = pytest.mark.django_db
LOG = "/admin/gallery/moderationaction/"


@pytest.fixture
def owner(client):
    cache.clear()
    user = make_user("boss", role="owner")
    sign_in(client, user, set_up(user))
    return user


def every_address() -> list[str]:
    """One for each route of the admin."""
    import config.urls  # noqa: F401 - registers the tables

    found = []
    for patterns, _name, _namespace in [site.urls]:
        for pattern in patterns:
            inner = pattern.url_patterns if isinstance(pattern, URLResolver) else [pattern]
            for one in inner:
                whole = str(pattern.pattern) if inner is not patterns and one is not pattern else ""
                found.append(f"/admin/{whole}{one.pattern}".replace("<path:object_id>", "1"))
    return [re.sub(r"\^\(\?P<app_label>.*\)/\$", "gallery/", address) for address in found]


@pytest.mark.parametrize("role", ["", "admin"])
def test_no_address_of_it_answers_to_others(client, role):
    cache.clear()
    addresses = every_address()
    assert len(addresses) > 40
    if role:
        user = make_user("boss", role=role)
        sign_in(client, user, set_up(user))
    assert {client.get(address).status_code for address in addresses} == {404}


@pytest.mark.parametrize("setting", ["required", "optional"])
@pytest.mark.parametrize("role", ["", "member", "moderator", "admin"])
def test_to_all_others_it_does_not_exist(client, settings, role, setting):
    cache.clear()
    settings.STAFF_SECOND_FACTOR = setting
    if role:
        user = make_user("boss", role=role)
        sign_in(client, user, set_up(user))
    for address in ("/admin/", LOG, "/admin/login/", "/admin/gallery/user/1/change/", "/admin/nothing/"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"username": "boss"}).status_code == 404


@pytest.mark.parametrize("setting", ["required", "optional"])
def test_an_owner_without_a_second_factor_is_led_to_one(client, settings, setting):
    settings.STAFF_SECOND_FACTOR = setting
    user = make_user("boss", role="owner")
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"
    set_up(user)
    assert client.get(LOG)["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Fadmin%2F")


def test_every_table_can_be_looked_at_under_the_same_policy(client, owner):
    make_post(make_user("mika"))
    index = client.get("/admin/")
    assert index.status_code == 200
    for app in index.context["app_list"]:
        for model in app["models"]:
            page = client.get(model["admin_url"])
            assert page.status_code == 200, model["admin_url"]
            assert "unsafe-inline" not in page["Content-Security-Policy"]
            assert "<script>" not in page.content.decode()


def test_the_log_can_be_read_and_not_written(client, owner):
    post = make_post()
    remove(owner, post, "Against the rules.")
    act = ModerationAction.objects.get()
    assert "Against the rules." in client.get(LOG).content.decode()
    page = client.get(f"{LOG}{act.pk}/change/")
    assert page.status_code == 200
    assert 'name="reason"' not in page.content.decode()
    assert client.post(f"{LOG}{act.pk}/change/", {"reason": "Other."}).status_code == 403
    for address in (f"{LOG}add/", f"{LOG}{act.pk}/delete/"):
        assert client.get(address).status_code == 404
    client.post(LOG, {"action": "delete_selected", "_selected_action": act.pk})
    act.refresh_from_db()
    assert act.reason == "Against the rules."


def test_accounts_can_be_read_and_not_written(client, owner):
    mika = make_user("mika")
    page = client.get(f"/admin/gallery/user/{mika.pk}/change/").content.decode()
    assert mika.password not in page
    assert client.post(f"/admin/gallery/user/{mika.pk}/change/", {"role": "owner"}).status_code == 403
    assert User.objects.get(pk=mika.pk).role == "member"


def test_what_is_in_quarantine_is_in_no_table(client, owner):
    post = make_post(title="Locked away", status="quarantined")
    assert "Locked away" not in client.get("/admin/gallery/post/").content.decode()
    assert client.get(f"/admin/gallery/post/{post.pk}/change/").status_code == 302


@pytest.mark.parametrize("lookup", ["password__startswith", "private_favourites", "email__icontains"])
def test_addresses_ask_for_no_more_than_the_lists_offer(client, owner, lookup):
    assert client.get("/admin/gallery/user/", {lookup: "m"}).status_code == 400
    assert client.get("/admin/gallery/user/", {"role__exact": "owner"}).status_code == 200
    assert client.get("/admin/gallery/post/", {"commentary__icontains": "m"}).status_code == 400
