"""The owner's one-time link, roles and the site's own accounts."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from gallery.accounts.house import house_account, owner_account
from gallery.accounts.names import username_validators
from gallery.accounts.roles import change_role
from gallery.accounts.sign_in_link import consume, make_link
from gallery.errors import Invalid, InvalidTransition, LinkUnusable, NotAllowed
from gallery.models import ModerationAction, SignInLink, User
from tests.factories import make_user
from tests.gallery.threads import at_once

pytestmark = pytest.mark.django_db


def printed(*command, **options):
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


def test_a_link_signs_in_once():
    user = make_user()
    token = make_link(user)
    assert token not in SignInLink.objects.get().token_hash
    assert consume(token) == user
    with pytest.raises(LinkUnusable) as caught:
        consume(token)
    assert caught.value.status == 410


def test_a_new_link_ends_the_unused_ones_of_the_same_person():
    user = make_user()
    old, foreign = make_link(user), make_link(make_user())
    new = make_link(user)
    with pytest.raises(LinkUnusable):
        consume(old)
    assert consume(new) == user
    assert consume(foreign) != user


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_signed_in():
    token = make_link(make_user())
    found = at_once(*[lambda: consume(token)] * 4)
    assert sorted(type(result).__name__ for result in found) == ["LinkUnusable"] * 3 + ["User"]


@pytest.mark.parametrize("token", ["", "x", "é" * 500, "\ud800", "\x00"])
def test_an_unknown_token_is_refused(token):
    make_link(make_user())
    with pytest.raises(LinkUnusable):
        consume(token)


def test_an_expired_link_and_that_of_a_disabled_account_are_refused():
    expired, disabled = make_link(make_user()), make_link(make_user(is_active=False))
    SignInLink.objects.filter(user__is_active=True).update(expires_at=timezone.now() - timedelta(seconds=1))
    for token in (expired, disabled):
        with pytest.raises(LinkUnusable):
            consume(token)


def test_owner_link_makes_the_owner_and_prints_only_the_address(settings):
    settings.SITE_URL = "http://localhost:8000"
    text = printed("owner_link")
    assert text.startswith("http://localhost:8000/welcome/")
    assert text.count("\n") == 1
    user = consume(text.strip().rpartition("/")[2])
    assert (user.username, user.role, user.has_usable_password()) == ("owner", "owner", False)
    assert printed("owner_link") != text
    assert User.objects.filter(role="owner").count() == 1


def test_owner_link_is_for_the_owner_that_there_is():
    someone = make_user("mika", role="owner")
    assert owner_account() == someone
    assert consume(printed("owner_link").strip().rpartition("/")[2]) == someone


@pytest.mark.parametrize("fields", [{"role": "member"}, {"role": "owner", "is_active": False}])
def test_an_account_named_owner_that_is_none_gets_no_link(fields):
    make_user("owner", **fields)
    with pytest.raises(InvalidTransition) as caught:
        owner_account()
    assert caught.value.code == "no_owner"
    with pytest.raises(CommandError, match="set_role"):
        call_command("owner_link")
    assert not SignInLink.objects.exists()


def test_nobody_can_sign_in_to_the_house_account_or_take_its_name():
    house = house_account()
    assert house == house_account()
    assert not house.has_usable_password()
    assert not house.is_moderator
    for name in ("irodori", "Owner"):
        with pytest.raises(ValidationError):
            [validate(name) for validate in username_validators]


def test_set_role_changes_the_role_and_logs_it():
    mika = make_user("Mika")
    assert printed("set_role", "mika", "moderator") == "Mika: moderator\n"
    mika.refresh_from_db()
    assert mika.is_moderator
    row = ModerationAction.objects.get()
    assert (row.kind, row.subject, row.actor, row.details) == (
        "role",
        mika,
        house_account(),
        {"from": "member", "to": "moderator"},
    )
    printed("set_role", "mika", "moderator")
    assert ModerationAction.objects.count() == 1, "what changes nothing is not logged"


def test_the_last_owner_stays_and_an_unknown_name_is_named():
    make_user("mika", role="owner")
    with pytest.raises(CommandError, match="only owner"):
        call_command("set_role", "mika", "member")
    with pytest.raises(CommandError, match="nobody"):
        call_command("set_role", "nobody", "admin")
    make_user("yuki", role="owner")
    call_command("set_role", "mika", "member", stdout=StringIO())
    assert not User.objects.get(username="mika").is_owner


@pytest.mark.parametrize(
    ("actor", "subject", "role", "outcome"),
    [
        ("member", "member", "moderator", "admins_only"),
        ("moderator", "member", "moderator", "admins_only"),
        ("admin", "member", "moderator", None),
        ("admin", "moderator", "member", None),
        ("admin", "member", "admin", "owner_only"),
        ("admin", "owner", "member", "owner_only"),
        ("admin", "admin", "member", "owner_only"),
        ("owner", "admin", "member", None),
        ("owner", "member", "owner", None),
        ("owner", "member", "king", "unknown_role"),
    ],
)
def test_who_may_give_which_role(actor, subject, role, outcome):
    somebody, other = make_user(role=actor), make_user(role=subject)
    make_user(role="owner")
    if outcome is None:
        assert change_role(somebody, other, role, "as agreed").role == role
        assert ModerationAction.objects.get().details == {"from": subject, "to": role}
        return
    with pytest.raises((NotAllowed, Invalid)) as caught:
        change_role(somebody, other, role, "as agreed")
    assert caught.value.code == outcome
    other.refresh_from_db()
    assert (other.role, ModerationAction.objects.count()) == (subject, 0)


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_unmake_each_other_at_once():
    one, other = make_user(role="owner"), make_user(role="owner")
    at_once(
        lambda: change_role(one, other, "member", "quarrel"),
        lambda: change_role(other, one, "member", "quarrel"),
    )
    assert User.objects.filter(role="owner").count() == 1


def test_the_only_owner_cannot_step_down():
    owner = make_user(role="owner")
    with pytest.raises(InvalidTransition):
        change_role(owner, owner, "member", "tired")
