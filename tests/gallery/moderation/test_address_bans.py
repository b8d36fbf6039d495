"""Bans of addresses: what can be typed, whom they stop, and that they end by themselves."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from gallery.accounts.standing import standing_block
from gallery.errors import Invalid, InvalidTransition, NotAllowed
from gallery.models import Ban, ModerationAction, User
from gallery.models.review import SiteRule
from gallery.models.sanction import Scope
from gallery.moderation.address_blocks import checked_block
from gallery.moderation.sanctions import ban_addresses, unban
from tests.factories import PASSWORD, make_user
from tests.gallery.threads import at_once

OWN = "198.51.100.9"


def shut_out(block="203.0.113.0/24", *, scope=Scope.VISITORS, days=7, actor=None, own=OWN):
    until = None if days is None else timezone.now() + timedelta(days=days)
    actor = actor or make_user(role="moderator")
    return ban_addresses(
        actor, block, scope=scope, until=until, rule=SiteRule.SPAM, reason="a flood of accounts", own_address=own
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        (" 203.0.113.0/24 ", "203.0.113.0/24"),
        ("203.0.0.0/16", "203.0.0.0/16"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
    ],
)
def test_what_is_read(typed, meant):
    assert str(checked_block(typed, OWN)) == meant


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "block_unreadable"),
        ("everybody", "block_unreadable"),
        ("203.0.113.0/33", "block_unreadable"),
        ("203.0.113.0/-1", "block_unreadable"),
        ("203.0.113.0/255.255.255.0", "block_unreadable"),
        ("203.0.113.0/²", "block_unreadable"),
        ("203.0.113.256", "block_unreadable"),
        ("203.0.113.7\x00; DROP TABLE", "block_unreadable"),
        ("fe80::1%eth0", "block_unreadable"),
        ("1" * 500, "block_unreadable"),
        ("203.0.113.7/24", "block_with_more"),
        ("0.0.0.0/0", "block_too_wide"),
        ("203.0.0.0/15", "block_too_wide"),
        ("::/0", "block_too_wide"),
        ("2001:db8::/31", "block_too_wide"),
        ("::ffff:0:0/96", "block_mapped"),
        ("127.0.0.1", "block_not_public"),
        ("::1", "block_not_public"),
        ("198.51.100.0/24", "block_holds_yours"),
        ("198.51.100.9", "block_holds_yours"),
    ],
)
def test_what_is_refused_by_a_sentence(typed, code):
    with pytest.raises(Invalid) as caught:
        checked_block(typed, OWN)
    assert caught.value.code == code
    assert "%(" not in caught.value.message


def test_ones_own_network_is_found_in_every_spelling():
    for own in ("::ffff:203.0.113.9", "203.0.113.9"):
        with pytest.raises(Invalid):
            checked_block("203.0.113.0/24", own)
    with pytest.raises(Invalid):
        checked_block("2001:db8:1:2::/64", "2001:db8:1:2:ffff::1")
    assert checked_block("203.0.113.0/24", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("203.0.113.0", True),
        ("203.0.113.255", True),
        ("::ffff:203.0.113.9", True),
        ("203.0.112.255", False),
        ("203.0.114.0", False),
        ("2001:db8::1", False),
        ("", False),
        ("nowhere", False),
    ],
)
def test_whom_a_block_holds(address, inside):
    found = shut_out()
    assert standing_block(address) == (found if inside else None)


@pytest.mark.django_db
def test_it_ends_with_its_time_or_is_lifted():
    found, other = shut_out(), shut_out("203.0.113.0/25", days=None)
    assert standing_block("203.0.113.7") == other
    unban(make_user(role="moderator"), other, "enough")
    assert standing_block("203.0.113.7") == found
    then = timezone.now() - timedelta(seconds=1)
    Ban.objects.filter(pk=found.pk).update(since=then - timedelta(days=1), until=then)
    assert standing_block("203.0.113.7") is None
    assert shut_out().stands()
    assert ModerationAction.objects.filter(kind="unban", details__block="203.0.113.0/25").exists()


@pytest.mark.django_db
def test_the_search_for_an_address_has_an_index():
    shut_out()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM gallery_ban WHERE lifted_at IS NULL AND block IS NOT NULL"
            " AND block >>= '203.0.113.7'::inet"
        )
        assert "ban_one_of_a_block_at_a_time" in "".join(row[0] for row in cursor.fetchall())


@pytest.mark.django_db
def test_members_and_demoted_moderators_ban_no_addresses():
    demoted = make_user(role="moderator")
    User.objects.filter(pk=demoted.pk).update(role="member")
    for actor in (make_user(), demoted):
        with pytest.raises(NotAllowed):
            shut_out(actor=actor)
    with pytest.raises(Invalid):
        shut_out(scope="acts")
    assert not Ban.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_of_the_same_block_at_once_are_one():
    one, other = make_user(role="moderator"), make_user(role="moderator")
    results = at_once(lambda: shut_out(actor=one), lambda: shut_out(actor=other, days=None))
    refused = [result for result in results if isinstance(result, InvalidTransition)]
    assert [error.code for error in refused] == ["block_banned_already"]
    assert Ban.objects.count() == ModerationAction.objects.count() == 1


JOIN = {"username": "newcomer", "password1": PASSWORD, "password2": PASSWORD}


@pytest.mark.django_db
@pytest.mark.parametrize("scope", [Scope.VISITORS, Scope.SIGN_IN])
def test_nobody_joins_from_there(client, scope):
    shut_out(scope=scope)
    for asked in (client.get, lambda url, **more: client.post(url, JOIN, **more)):
        response = asked(reverse("account_signup"), REMOTE_ADDR="203.0.113.7")
        assert (response.status_code, b"From your network" in response.content) == (403, True)
    assert not User.objects.filter(username="newcomer").exists()
    assert client.post(reverse("account_signup"), JOIN, REMOTE_ADDR="203.0.114.7").status_code == 302
    assert User.objects.filter(username="newcomer").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["member", "moderator"])
@pytest.mark.parametrize("scope", [Scope.VISITORS, Scope.SIGN_IN])
def test_signing_in_is_shut_only_where_the_ban_says_so_and_never_to_moderators(client, scope, role):
    person = make_user(role=role)
    shut_out(scope=scope)
    given = {"login": person.username, "password": PASSWORD}
    response = client.post(reverse("account_login"), given, REMOTE_ADDR="203.0.113.7")
    shut = scope == Scope.SIGN_IN and role == "member"
    assert response.status_code == (403 if shut else 302)
    assert ("_auth_user_id" in client.session) is not shut


@pytest.mark.django_db
def test_looking_and_members_acts_stay(client):
    person = make_user()
    shut_out(scope=Scope.SIGN_IN)
    assert client.get(reverse("gallery:posts"), REMOTE_ADDR="203.0.113.7").status_code == 200
    assert client.post(reverse("preferences"), {"theme": "dark"}, REMOTE_ADDR="203.0.113.7").status_code == 302
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("gallery:create_list"), {"name": "cats"}, REMOTE_ADDR="203.0.113.7")
    assert response.status_code == 302


@pytest.mark.django_db
def test_the_address_is_the_one_that_the_trusted_proxy_passed_on(client, settings):
    shut_out()
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    url, through = reverse("account_signup"), {"REMOTE_ADDR": "10.0.0.1"}
    assert client.get(url, HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.7", **through).status_code == 403
    # What somebody claims before the proxy is not heard.
    assert client.get(url, HTTP_X_FORWARDED_FOR="203.0.113.7, 198.51.100.1", **through).status_code == 200
