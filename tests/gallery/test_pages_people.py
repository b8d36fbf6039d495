"""Accounts: signing in and up, the one-time link, settings, profiles, roles, the log."""

import re

import pytest
from django.core import mail

from gallery.accounts.sign_in_link import make_link
from gallery.models import ModerationAction, User
from tests.factories import PASSWORD, make_post, make_user

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def signed_in(client):
    return "_auth_user_id" in client.session


def test_signing_up_in_and_out(client):
    sent = {"username": "mika", "email": "mika@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", sent).status_code == 302
    assert signed_in(client)
    assert User.objects.get(username="mika").role == "member"
    client.post("/accounts/logout/")
    assert not signed_in(client)
    client.post("/accounts/login/", {"login": "mika@example.org", "password": PASSWORD})
    assert signed_in(client)


def test_a_wrong_password_is_a_sentence_and_keeps_the_name(client):
    make_user("mika")
    page = text(client.post("/accounts/login/", {"login": "mika", "password": "wrong"}))
    assert 'value="mika"' in page
    assert 'role="alert"' in page


def test_a_closed_registration_says_so(client, settings):
    settings.REGISTRATION_OPEN = False
    page = text(client.get("/accounts/signup/"))
    assert "Registration is closed" in page
    assert "password1" not in page
    assert "/accounts/signup/" not in text(client.get("/"))


def test_a_forgotten_password_is_replaced_by_mail(client):
    make_user("mika", email="mika@example.org")
    assert client.post("/accounts/password/reset/", {"email": "mika@example.org"}, follow=True).status_code == 200
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    page = client.get(link, follow=True)
    assert "New password" in text(page)
    chosen = {"password1": "another long phrase", "password2": "another long phrase"}
    done = client.post(page.redirect_chain[-1][0], chosen, follow=True)
    assert "Password changed" in text(done)
    assert client.login(username="mika", password="another long phrase")


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/x-y/",
        "/accounts/password/reset/key/done/",
        "/accounts/inactive/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/none/",
    ],
)
def test_every_page_for_getting_in_stands_in_the_sites_frame(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert 'class="site-header"' in text(response)


@pytest.mark.parametrize(
    "address", ["/accounts/logout/", "/accounts/password/change/", "/accounts/email/", "/accounts/reauthenticate/"]
)
def test_every_page_of_an_account_stands_in_the_sites_frame(client, address):
    make_user("mika", email="mika@example.org")
    client.post("/accounts/login/", {"login": "mika", "password": PASSWORD})
    response = client.get(address)
    assert response.status_code == 200
    assert 'class="site-header"' in text(response)


def test_looking_at_a_sign_in_link_does_not_use_it_up(client):
    owner = make_user("owner", role="owner")
    address = f"/welcome/{make_link(owner)}"
    for _ in range(3):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
        assert not signed_in(client)
    assert client.post(address).status_code == 302
    assert client.session["_auth_user_id"] == str(owner.pk)


def test_who_comes_by_a_link_is_told_to_choose_a_password(client):
    owner = make_user("owner", role="owner")
    assert "has no password yet" not in text(client.post(f"/welcome/{make_link(owner)}", follow=True))
    client.logout()
    owner.set_unusable_password()
    owner.save()
    assert "has no password yet" in text(client.post(f"/welcome/{make_link(owner)}", follow=True))


def test_a_sign_in_link_works_once(client):
    address = f"/welcome/{make_link(make_user())}"
    client.post(address)
    client.logout()
    response = client.post(address)
    assert response.status_code == 410
    assert "used before or has expired" in text(response)
    assert not signed_in(client)


def test_settings_offer_ratings_up_to_the_ceiling_only(client, settings):
    settings.MAX_PUBLIC_RATING = "sensitive"
    user = make_user("mika")
    client.login(username="mika", password=PASSWORD)
    page = text(client.get("/settings"))
    assert 'value="s"' in page
    assert 'value="e"' not in page
    assert client.post("/settings", {"shown_ratings": ["g", "s"]}).status_code == 302
    user.refresh_from_db()
    assert user.shown_ratings == ["g", "s"]


@pytest.mark.parametrize("chosen", [[], ["e"], ["x"]])
def test_settings_refuse_what_is_not_on_offer(client, chosen):
    user = make_user("mika")
    client.login(username="mika", password=PASSWORD)
    assert client.post("/settings", {"shown_ratings": chosen}).status_code == 422
    user.refresh_from_db()
    assert user.shown_ratings == ["g"]


def test_a_profile_shows_what_the_viewer_may_see(client):
    mika = make_user("Mika")
    shown, hidden = make_post(mika), make_post(mika, rating="s")
    page = text(client.get("/users/mika"))
    assert f"/posts/{shown.pk}?" in page
    assert f"/posts/{hidden.pk}?" not in page
    assert client.get("/users/nobody").status_code == 404


def test_an_author_finds_removed_posts_on_the_own_profile_only(client):
    mika = make_user("mika")
    post = make_post(mika, status="removed")
    assert f"/posts/{post.pk}" not in text(client.get("/users/mika"))
    client.login(username="mika", password=PASSWORD)
    assert f'/posts/{post.pk}"' in text(client.get("/users/mika"))


def test_an_admin_makes_a_moderator_with_a_row_in_the_log(client):
    make_user("boss", role="admin")
    mika = make_user("mika")
    client.login(username="boss", password=PASSWORD)
    response = client.post("/users/mika/role", {"role": "moderator", "reason": "Helps every day."})
    assert response.status_code == 302
    mika.refresh_from_db()
    assert mika.role == "moderator"
    act = ModerationAction.objects.get()
    assert (act.kind, act.subject, act.details) == ("role", mika, {"from": "member", "to": "moderator"})


@pytest.mark.parametrize(
    ("actor", "subject", "role", "status"),
    [
        ("member", "member", "moderator", 403),
        ("moderator", "member", "moderator", 403),
        ("admin", "member", "admin", 403),
        ("admin", "owner", "member", 403),
        ("admin", "member", "king", 422),
        ("owner", "owner", "member", 302),
    ],
)
def test_who_may_give_which_role(client, actor, subject, role, status):
    make_user("actor", role=actor)
    person = make_user("subject", role=subject)
    client.login(username="actor", password=PASSWORD)
    response = client.post("/users/subject/role", {"role": role, "reason": "because"})
    assert response.status_code == status
    person.refresh_from_db()
    assert person.role == (role if status == 302 else subject)


def test_the_last_owner_stays(client):
    owner = make_user("owner", role="owner")
    client.login(username="owner", password=PASSWORD)
    response = client.post("/users/owner/role", {"role": "member", "reason": "tired"})
    assert response.status_code == 409
    assert "only owner" in text(response)
    owner.refresh_from_db()
    assert owner.is_owner


def test_the_log_pages_through_every_act_once(client):
    boss = make_user("boss", role="moderator")
    mika = make_user("mika")
    ModerationAction.objects.bulk_create(
        ModerationAction(actor=boss, kind="role", subject=mika, reason=f"reason {number}") for number in range(70)
    )
    client.login(username="boss", password=PASSWORD)
    first = client.get("/moderation/log")
    second = client.get(first.context["listed"].next_url)
    seen = [row["act"].reason for response in (first, second) for row in response.context["acts"]]
    assert seen == [f"reason {number}" for number in reversed(range(70))]
    assert second.context["listed"].next_url == ""


@pytest.mark.parametrize(
    "address", ["/settings", "/statements", "/reports", "/posts/1/flag", "/posts/1/edit", "/posts/1/withdraw"]
)
def test_visitors_are_sent_to_sign_in_and_come_back(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={address}"


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_the_theme_is_in_the_first_byte_of_the_page(client, theme):
    client.post("/preferences", {"theme": theme, "next": "/about"})
    assert f'data-theme="{theme}"' in text(client.get("/about"))
