"""Leaving: asked for, called off, carried out; one of two at the same moment."""

import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gallery.accounts.deletion import ask_for_deletion, call_off, delete_due_accounts
from gallery.accounts.roles import change_role
from gallery.community import favourite_groups, opinions, saved_searches
from gallery.errors import Invalid, InvalidTransition
from gallery.filters import acts as filters
from gallery.filters.spec import Rules, Said
from gallery.models import (
    AccountDeletion,
    Asset,
    AssetOrigin,
    Favourite,
    FavouriteGroup,
    ModerationAction,
    Post,
    PostVote,
    SavedSearch,
    UploadDraft,
    User,
    ViewFilter,
)
from gallery.moderation.acts import remove
from gallery.post_state import locked
from gallery.storing import is_there
from generation.models import GenerationRequest, Take
from tests.factories import PASSWORD, make_post, make_request, make_take, make_user
from tests.gallery.accounts.codes import set_up, sign_in
from tests.gallery.threads import at_once, until_somebody_waits
from tests.gallery.uploads.files import drafted, plain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    cache.clear()
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EXPORTS_DIR = tmp_path / "exports"


def make_due(user: User) -> None:
    now = timezone.now()
    AccountDeletion.objects.filter(user=user).update(asked_at=now - timedelta(days=15), due_at=now - timedelta(days=1))


def carry_out(user: User, posts: str = "leave") -> User:
    ask_for_deletion(user, posts)
    make_due(user)
    assert delete_due_accounts(timezone.now()) == 1
    return User.objects.get(pk=user.pk)


def test_it_is_asked_for_with_name_password_and_a_choice(client):
    user = make_user("mika")
    sign_in(client, user)
    form = {"name": "mika", "posts": "leave"}
    assert client.post("/settings/account/delete", form)["Location"].startswith("/accounts/reauthenticate/")
    assert not AccountDeletion.objects.exists()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post("/settings/account/delete", form | {"name": "Mika"}).status_code == 422
    assert client.post("/settings/account/delete", {"name": "mika"}).status_code == 422
    assert client.post("/settings/account/delete", form | {"posts": "burn"}).status_code == 422
    assert not AccountDeletion.objects.exists()
    page = client.post("/settings/account/delete", form)
    assert "will be deleted" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert AccountDeletion.objects.get().user == user


def test_signing_in_calls_it_off(client):
    user = make_user("mika")
    ask_for_deletion(user, "withdraw")
    client.post("/accounts/login/", {"login": "mika", "password": PASSWORD})
    assert not AccountDeletion.objects.exists()
    assert "Your account stays" in client.get("/").content.decode()


def test_a_password_without_the_second_factor_calls_nothing_off(client):
    user = make_user("mika")
    set_up(user)
    ask_for_deletion(user, "leave")
    client.post("/accounts/login/", {"login": "mika", "password": PASSWORD})
    assert AccountDeletion.objects.exists()


def test_before_its_time_nothing_happens():
    user = make_user("mika")
    ask_for_deletion(user, "leave")
    assert delete_due_accounts(timezone.now()) == 0
    assert User.objects.get(pk=user.pk).username == "mika"


def test_what_only_concerned_them_is_gone():
    user = make_user("mika", email="mika@example.org")
    EmailAddress.objects.create(user=user, email="mika@example.org", primary=True)
    set_up(user)
    other = make_post()
    opinions.favourite(user, other)
    favourite_groups.create(user, "mine")
    saved_searches.save(user, "1girl")
    filters.create(user, "Mine", Said(rules=Rules(hide=("spider",))))
    drafted(user, plain(), batch="b")
    take = make_take(user)
    files = list(take.asset.files.values_list("path", flat=True))
    waiting = make_request(user)
    gone = carry_out(user)
    assert (gone.username, gone.email, gone.is_active) == (f"deleted-{user.pk}", "", False)
    assert gone.deleted_at is not None
    assert not gone.has_usable_password()
    for rows in (
        EmailAddress.objects.all(),
        Authenticator.objects.all(),
        UserSession.objects.filter(user=user),
        Favourite.objects.all(),
        FavouriteGroup.objects.all(),
        SavedSearch.objects.all(),
        ViewFilter.objects.all(),
        UploadDraft.objects.all(),
        Take.objects.all(),
        GenerationRequest.objects.filter(pk=waiting.pk),
        AccountDeletion.objects.all(),
        Asset.objects.filter(pk=take.asset_id),
    ):
        assert not rows.exists(), rows.model
    assert Post.objects.get(pk=other.pk).stats.fav_count == 0
    assert files


@pytest.mark.django_db(transaction=True)
def test_files_of_private_takes_go_when_that_is_certain():
    user = make_user("mika")
    take = make_take(user)
    paths = list(take.asset.files.values_list("path", flat=True))
    assert all(is_there(path) for path in paths)
    carry_out(user)
    assert not any(is_there(path) for path in paths)


@pytest.mark.parametrize(("choice", "status"), [("leave", "active"), ("withdraw", "withdrawn")])
def test_posts_stay_or_go_as_they_chose(client, choice, status):
    user = make_user("mika")
    post = make_post(user, title="Mine")
    removed = make_post(user, status="removed")
    carry_out(user, choice)
    post.refresh_from_db()
    removed.refresh_from_db()
    assert (post.status, removed.status) == (status, "removed")
    assert post.author_id == user.pk
    assert "mika" not in client.get("/").content.decode()
    assert client.get("/users/mika").status_code == 404
    assert client.get(f"/users/deleted-{user.pk}").status_code == 404


def test_what_they_called_a_file_goes():
    user = make_user("mika")
    post = make_post(user)
    AssetOrigin.objects.create(asset=post.asset, file_sha256="0" * 64, file_name="mika at home.png", file_format="png")
    carry_out(user)
    assert AssetOrigin.objects.get().file_name == ""


def test_votes_stay_without_a_name():
    user, post = make_user("mika"), make_post()
    opinions.vote(user, post, 1)
    carry_out(user)
    assert PostVote.objects.count() == 1


def test_a_published_take_belongs_to_its_post():
    user = make_user("mika")
    take = make_take(user)
    from generation.takes import publish

    post = publish(user, take, tags=["1girl"], rating="g")
    carry_out(user)
    assert Take.objects.get().post == post
    assert all(is_there(path) for path in post.asset.files.values_list("path", flat=True))


def test_the_only_owner_stays():
    owner = make_user("boss", role="owner")
    with pytest.raises(InvalidTransition):
        ask_for_deletion(owner, "leave")
    second = make_user("second", role="owner")
    ask_for_deletion(owner, "leave")
    with pytest.raises(InvalidTransition):
        ask_for_deletion(second, "leave")
    User.objects.filter(pk=second.pk).update(role="member")
    make_due(owner)
    assert delete_due_accounts(timezone.now()) == 0
    assert User.objects.get(pk=owner.pk).username == "boss"


def test_nothing_of_an_owner_who_stays_is_taken():
    owner, second, kept = make_user("boss", role="owner"), make_user("second", role="owner"), make_post()
    mine = make_post(owner)
    opinions.favourite(owner, kept)
    ask_for_deletion(owner, "withdraw")
    User.objects.filter(pk=second.pk).update(role="member")
    make_due(owner)
    assert delete_due_accounts(timezone.now()) == 0
    mine.refresh_from_db()
    assert (mine.status, Favourite.objects.count()) == ("active", 1)
    assert not ModerationAction.objects.exists()


def test_asked_twice_or_wrongly_it_says_so():
    user = make_user()
    with pytest.raises(Invalid):
        ask_for_deletion(user, "burn")
    ask_for_deletion(user, "leave")
    with pytest.raises(InvalidTransition):
        ask_for_deletion(user, "leave")


def test_the_database_keeps_deleted_accounts_nameless():
    user = make_user("mika", email="mika@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(deleted_at=timezone.now())
    gone = carry_out(user)
    for change in ({"email": "back@example.org"}, {"is_active": True}, {"username": "mika"}, {"role": "owner"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=gone.pk).update(**change)


def test_its_name_can_be_nobody_elses(client):
    sent = {"username": "deleted-7", "email": "", "password1": PASSWORD, "password2": PASSWORD}
    assert "belongs to the site" in client.post("/accounts/signup/", sent).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(4))
def test_called_off_or_carried_out_never_both(turn):
    user = make_user("mika")
    for _number in range(3):
        make_post(user)
    ask_for_deletion(user, "withdraw")
    make_due(user)

    def keep() -> str:
        try:
            return "kept" if call_off(User.objects.get(pk=user.pk)) else "nothing"
        except InvalidTransition:
            return "late"

    kept, deleted = at_once(keep, lambda: delete_due_accounts(timezone.now()))
    after = User.objects.get(pk=user.pk)
    withdrawn = Post.objects.filter(author=user, status="withdrawn").count()
    assert not AccountDeletion.objects.exists()
    if kept == "kept":
        assert (deleted, after.username, withdrawn) == (0, "mika", 0)
    else:
        assert (kept, deleted, after.is_active, withdrawn) == ("late", 1, False, 3)
    assert connection.vendor == "postgresql"


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_nobody_who_waits_for_its_tags():
    user, moderator = make_user("mika"), make_user("mod", role="moderator")
    _first, second = make_post(user, tags=["solo"]), make_post(user, tags=["solo"])
    ask_for_deletion(user, "withdraw")
    make_due(user)

    def delete() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '200ms'")
        time.sleep(0.5)
        return delete_due_accounts(timezone.now())

    @transaction.atomic
    def remove_second() -> str:
        locked(second)
        until_somebody_waits()
        return remove(moderator, second, "No.").status

    removed, deleted = at_once(remove_second, delete)
    assert (removed, deleted) == ("removed", 1)
    assert set(Post.objects.values_list("status", flat=True)) == {"withdrawn", "removed"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [lambda user, _boss: ask_for_deletion(user, "leave"),
                                 lambda user, boss: change_role(boss, user, "moderator", "Trusted.")],
                         ids=["deletion", "role"])  # fmt: skip
def test_people_are_locked_in_one_order(act):
    user = make_user("mika")
    boss, other = make_user("boss", role="owner"), make_user("other", role="owner")

    def act_later() -> object:
        time.sleep(0.5)
        return act(user, other)

    @transaction.atomic
    def strike_them() -> object:
        people = User.objects.select_for_update(no_key=True)
        people.get(pk=user.pk)
        until_somebody_waits()
        return people.get(pk=boss.pk)

    struck, done = at_once(strike_them, act_later)
    assert struck == boss
    assert not isinstance(done, Exception), done
