"""A second factor: asked for at every way in, and needed for what members may not do."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from config.exposure import default_second_factor
from gallery.accounts.sign_in_link import make_link
from gallery.models import ModerationAction, User
from generation.access import usable_by
from generation.models import Checkpoint
from tests.factories import PASSWORD, make_checkpoint, make_post, make_user
from tests.gallery.accounts.codes import code_of, set_up, sign_in

pytestmark = pytest.mark.django_db
STAFF = ["moderator", "admin", "owner"]
PAGES = {"moderator": "/moderation", "admin": "/moderation/rules/new", "owner": "/moderation/rules/new"}


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


@pytest.fixture
def required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


def signed_in(client):
    return "_auth_user_id" in client.session


def test_a_password_alone_lets_nobody_in_who_has_a_second_factor(client):
    user = make_user("mika")
    secret = set_up(user)
    answer = client.post("/accounts/login/", {"login": "mika", "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert signed_in(client)


def test_a_code_counts_once(client):
    user = make_user("mika")
    secret = set_up(user)
    code = code_of(secret)
    for browser, inside in ((client, True), (Client(), False)):
        browser.post("/accounts/login/", {"login": "mika", "password": PASSWORD})
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        assert signed_in(browser) is inside


def test_a_recovery_code_lets_in_once(client):
    user = make_user("mika")
    set_up(user)
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    for browser, inside in ((client, True), (Client(), False)):
        browser.post("/accounts/login/", {"login": "mika", "password": PASSWORD})
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        assert signed_in(browser) is inside


def test_guessing_codes_is_slowed_down(client):
    user = make_user("mika")
    secret = set_up(user)
    client.post("/accounts/login/", {"login": "mika", "password": PASSWORD})
    for guess in range(12):
        client.post("/accounts/2fa/authenticate/", {"code": f"{guess:06d}"})
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert not signed_in(client)


@pytest.mark.parametrize("setting", ["required", "optional"])
def test_a_sign_in_link_asks_for_the_second_factor_too(client, settings, setting):
    settings.STAFF_SECOND_FACTOR = setting
    owner = make_user("boss", role="owner")
    secret = set_up(owner)
    answer = client.post(f"/welcome/{make_link(owner)}")
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert signed_in(client)


@pytest.mark.parametrize("role", STAFF)
def test_staff_without_a_second_factor_are_members_and_led_to_one(client, required, role):
    sign_in(client, make_user("boss", role=role))
    assert signed_in(client)
    answer = client.get(PAGES[role])
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert "Your role waits for a second factor" in client.get("/").content.decode()
    removed = make_post(status="removed")
    assert client.get(f"/posts/{removed.pk}").status_code == 404


@pytest.mark.parametrize("role", STAFF)
def test_their_acts_do_nothing(client, required, role):
    sign_in(client, make_user("boss", role=role))
    post = make_post()
    act = {"act": "remove", "rating": "", "reason": "No."}
    assert client.post(f"/posts/{post.pk}/moderate", act).status_code in {302, 403}
    post.refresh_from_db()
    assert post.status == "active"
    assert not ModerationAction.objects.exists()


@pytest.mark.parametrize("role", STAFF)
def test_with_it_the_role_counts(client, required, role):
    user = make_user("boss", role=role)
    sign_in(client, user, set_up(user))
    assert client.get(PAGES[role]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_counts_as_showing_it(client, required):
    user = make_user("boss", role="moderator")
    sign_in(client, user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert "data:image/svg+xml;base64," in page.content.decode()
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    assert client.get("/moderation").status_code == 200


def test_a_session_from_before_it_was_set_up_elsewhere_has_to_show_it(client, required):
    user = make_user("boss", role="moderator")
    sign_in(client, user)
    secret = set_up(user)
    assert client.get("/moderation").status_code == 302
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    assert client.get("/moderation").status_code == 200


@pytest.mark.parametrize("role", ["member", "moderator"])
def test_a_password_alone_puts_no_other_factor_in_its_place(client, required, role):
    user = make_user("boss", role=role)
    sign_in(client, user)
    secret = set_up(user)
    kept = set(Authenticator.objects.values_list("pk", "type"))
    answer = client.post("/accounts/reauthenticate/?next=/settings/account", {"password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fsettings%2Faccount"
    for address in ("recovery-codes/", "recovery-codes/download/", "totp/activate/", "webauthn/", "webauthn/add/"):
        answer = client.get(f"/accounts/2fa/{address}")
        assert answer["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Faccounts%2F2fa%2F"), address
    for address in ("totp/deactivate/", "recovery-codes/generate/"):
        assert client.post(f"/accounts/2fa/{address}")["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert set(Authenticator.objects.values_list("pk", "type")) == kept
    assert client.get("/accounts/2fa/").status_code == 200
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200


def test_a_password_from_just_before_it_was_set_up_elsewhere_does_not_do(client, required):
    user = make_user("boss", role="moderator")
    sign_in(client, user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    set_up(user)
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 302
    assert client.post("/accounts/2fa/totp/deactivate/")["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_without_it_the_role_is_gone_at_once(client, required):
    user = make_user("boss", role="moderator")
    sign_in(client, user, set_up(user))
    assert client.get("/moderation").status_code == 200
    Authenticator.objects.filter(user=user).delete()
    assert client.get("/moderation").status_code == 302


def test_where_it_is_left_to_them_the_role_counts_as_ever(client, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    sign_in(client, make_user("boss", role="owner"))
    assert client.get("/moderation").status_code == 200


def test_a_model_of_staff_is_no_models_of_who_has_shown_nothing():
    make_checkpoint("staff", min_role="moderator")
    user = make_user("boss", role="moderator")
    assert Checkpoint.objects.filter(usable_by(user, Checkpoint)).count() == 1
    user.unproven = True
    assert Checkpoint.objects.filter(usable_by(user, Checkpoint)).count() == 0


def test_an_operator_can_reset_it_and_the_log_tells(client):
    user = make_user("mika")
    sign_in(client, user, set_up(user))
    assert UserSession.objects.filter(user=user).exists()
    call_command("reset_second_factor", "mika", reason="Lost phone.")
    assert not Authenticator.objects.exists()
    assert not Session.objects.filter(session_key=client.session.session_key).exists()
    act = ModerationAction.objects.get()
    assert (act.kind, act.subject, act.reason) == ("account", user, "Lost phone.")
    assert client.get("/settings").status_code == 302
    with pytest.raises(CommandError, match="no second factor"):
        call_command("reset_second_factor", "mika")
    with pytest.raises(CommandError, match="no account"):
        call_command("reset_second_factor", "nobody")


@pytest.mark.parametrize(
    ("listens_on", "answers_to", "proxies", "expected"),
    [
        ("127.0.0.1", ["localhost", "127.0.0.1", "[::1]", "testserver", "http://localhost:8000"], 0, "optional"),
        ("::1", ["http://[::1]:8000"], 0, "optional"),
        ("0.0.0.0", ["localhost"], 0, "required"),
        ("127.0.0.1", ["localhost", "gallery.example"], 0, "required"),
        ("127.0.0.1", ["*"], 0, "required"),
        ("127.0.0.1", ["https://gallery.example"], 0, "required"),
        ("127.0.0.1", ["localhost"], 1, "required"),
    ],
    ids=["own machine", "IPv6", "all interfaces", "a name", "any name", "an address", "a proxy"],
)
def test_it_is_required_where_others_can_reach_the_site(listens_on, answers_to, proxies, expected):
    assert default_second_factor(listens_on=listens_on, answers_to=answers_to, proxies=proxies) == expected


def test_recovery_codes_and_secrets_are_nobody_elses(client):
    set_up(make_user("mika"))
    sign_in(client, make_user("other"))
    for address in ("/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/download/"):
        assert client.get(address).status_code == 404
    assert User.objects.get(username="mika")
