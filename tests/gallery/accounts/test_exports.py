"""A copy of one's own account: all that is theirs, nothing that is others', for them alone and for some days."""

import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.test import AsyncClient
from django.urls import reverse
from django.utils import timezone

from gallery.accounts.exports import requests
from gallery.accounts.exports.archive import Stopped, write_archive
from gallery.accounts.exports.requests import ask_for_export, file_of, make_waiting, remove_old_exports
from gallery.accounts.sign_in_link import make_link
from gallery.community import favourite_groups, opinions
from gallery.community.comment_votes import vote_on_comment
from gallery.community.comments import write
from gallery.errors import InvalidTransition, NotNow
from gallery.filters import acts as filters
from gallery.filters.spec import Rules, Said
from gallery.models import AccountExport, User
from gallery.models.review import SiteRule
from gallery.moderation.acts import remove
from gallery.moderation.comments import remove_comment
from gallery.moderation.voices import report
from gallery.storing import content_of, discard
from tagging.wiki import Written, write_page
from tests.factories import PASSWORD, make_post, make_take, make_user
from tests.gallery.accounts.codes import sign_in
from tests.gallery.uploads.files import drafted, plain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path, monkeypatch):
    cache.clear()
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EXPORTS_DIR = tmp_path / "exports"
    monkeypatch.setattr(requests, "ring", lambda: True)


def go_on() -> bool:
    return False


def opened(user: User) -> ZipFile:
    out = io.BytesIO()
    write_archive(user, out, told=lambda done, total: True, stopping=go_on)
    return ZipFile(io.BytesIO(out.getvalue()))


def table(archive: ZipFile, name: str):
    return json.loads(archive.read(f"{name}.json"))


def test_it_holds_all_that_is_theirs():
    user = make_user("mika", email="mika@example.org")
    post = make_post(user, title="A title", tags=["1girl", "smile"], prompt_visibility="hidden")
    take = make_take(user)
    draft = drafted(user, plain(), batch="b")
    kept = make_post()
    opinions.favourite(user, kept)
    favourite_groups.create(user, "mine", is_public=False)
    archive = opened(user)
    assert archive.testzip() is None
    assert "mika" in archive.read("README.txt").decode()
    assert table(archive, "profile")[0]["email"] == "mika@example.org"
    row = table(archive, "posts")[0]
    assert (row["id"], row["title"]) == (post.pk, "A title")
    assert {"1girl", "smile"} <= set(row["tags"])
    assert row["generation"]["prompt"] == "1girl, red hair"
    assert [row["post_id"] for row in table(archive, "favourites")] == [kept.pk]
    assert table(archive, "lists")[0]["name"] == "mine"
    assert table(archive, "takes")[0]["id"] == take.pk
    names = set(archive.namelist())
    assert {f"posts/{post.pk}.png", f"takes/{take.pk}.png"} <= names
    # What was sent is kept in a format of the site's choice.
    assert [name for name in names if name.startswith(f"drafts/{draft.pk}.")]
    original = post.asset.files.get(variant="original")
    assert archive.read(f"posts/{post.pk}.png") == content_of(original.path)
    assert table(archive, "missing") == []


def test_it_holds_what_they_said_and_thought_below_posts_and_wrote_in_the_wiki():
    user = make_user("mika")
    post, hidden = make_post(), make_post()
    mine = write(user, post, "Mine.")
    vote_on_comment(user, write(make_user(), post, "Theirs."), 1)
    vote_on_comment(user, write(make_user(), hidden, "Hidden."), 1)
    write_page(user, "smile", Written("A smile."), seen="new")
    remove(make_user(role="moderator"), hidden, "No.")
    remove_comment(make_user(role="moderator"), mine, "Rude.")
    archive = opened(user)
    assert [row["text"] for row in table(archive, "comments")] == ["Mine."]
    assert [row["score"] for row in table(archive, "votes") if "comment_id" in row] == [1]
    assert table(archive, "statements")[0]["comment_id"] == mine.pk
    assert [row["body"] for row in table(archive, "edits") if row["kind"] == "wiki"] == ["A smile."]


def test_nothing_of_others_is_in_it():
    user, reporter, moderator = make_user("mika"), make_user("snitch"), make_user("judge", role="moderator")
    post = make_post(user)
    make_take(reporter)
    secret = make_post(make_user("stranger"), title="Secret title")
    favourite_groups.create(reporter, "theirs")
    opinions.favourite(user, secret)
    report(reporter, post, SiteRule.SPAM, "I am the snitch here")
    remove(moderator, post, "Against the rules.", SiteRule.SPAM)
    type(secret).objects.filter(pk=secret.pk).update(status="removed")
    archive = opened(user)
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    for word in ("snitch", "judge", "stranger", "Secret title"):
        assert word not in everything
    assert table(archive, "statements")[0]["facts"] == "Against the rules."
    assert table(archive, "favourites") == []


def test_a_post_in_quarantine_is_not_told_of():
    user = make_user("mika")
    post = make_post(user, title="Locked away", status="quarantined")
    archive = opened(user)
    assert table(archive, "posts") == []
    assert f"posts/{post.pk}.png" not in archive.namelist()


def test_a_lost_file_is_named_and_the_rest_is_there():
    user = make_user("mika")
    lost, there = make_post(user), make_post(user)
    discard(lost.asset.files.get(variant="original").path)
    archive = opened(user)
    assert table(archive, "missing") == [{"name": f"posts/{lost.pk}.png"}]
    assert f"posts/{there.pk}.png" in archive.namelist()


def test_it_is_made_fetched_and_removed(client):
    user = make_user("mika")
    make_post(user)
    sign_in(client, user)
    assert client.post("/settings/copy").status_code == 302
    assert "your turn in a moment" in client.get("/settings/copy").content.decode()
    assert make_waiting(go_on) == 1
    export = AccountExport.objects.get()
    assert (export.state, export.done, export.total) == ("ready", 1, 1)
    address = f"/settings/copy/{export.key}.zip"
    assert client.get(address)["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answer = client.get(address)
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    assert ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None
    AccountExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(address).status_code == 404
    file = file_of(export)
    assert file.stat().st_mode & 0o077 == 0
    remove_old_exports(timezone.now() + timedelta(hours=2))
    assert not file.exists()
    assert not AccountExport.objects.exists()


def test_without_a_password_one_has_to_have_signed_in_lately(client):
    owner = make_user("boss", role="owner")
    owner.set_unusable_password()
    owner.save()
    client.post(f"/welcome/{make_link(owner)}")
    export = ask_for_export(owner)
    assert make_waiting(go_on) == 1
    address = reverse("gallery:account_copy_file", args=[export.key])
    assert client.get(address).status_code == 200
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3601
    session.save()
    answer = client.get(address)
    assert answer.status_code == 403
    assert "Sign in again first" in answer.content.decode()


def test_the_asynchronous_server_reads_it_a_block_at_a_time(client):
    """Else it would hold the whole of it, which is gigabytes, before it sends a byte."""
    owner = make_user("boss", role="owner")
    owner.set_unusable_password()
    owner.save()
    client.post(f"/welcome/{make_link(owner)}")
    export = ask_for_export(owner)
    assert make_waiting(go_on) == 1
    served = AsyncClient()
    served.cookies = client.cookies
    answer = async_to_sync(served.get)(reverse("gallery:account_copy_file", args=[export.key]))
    assert answer.status_code == 200
    assert answer.is_async

    async def whole() -> bytes:
        return b"".join([block async for block in answer.streaming_content])

    content = async_to_sync(whole)()
    assert content == file_of(export).read_bytes()
    assert int(answer["Content-Length"]) == len(content)


def test_nobody_else_can_fetch_it(client):
    user, other = make_user("mika"), make_user("other", role="owner")
    ask_for_export(user)
    make_waiting(go_on)
    sign_in(client, other)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get(f"/settings/copy/{AccountExport.objects.get().key}.zip").status_code == 404


def test_one_at_a_time_and_one_a_day():
    user = make_user("mika")
    ask_for_export(user)
    with pytest.raises(InvalidTransition, match="being made already"):
        ask_for_export(user)
    make_waiting(go_on)
    with pytest.raises(InvalidTransition, match="today already"):
        ask_for_export(user)
    AccountExport.objects.update(asked_at=timezone.now() - timedelta(days=2))
    old = file_of(AccountExport.objects.get())
    assert old.exists()
    ask_for_export(user)
    assert AccountExport.objects.get().state == "waiting"


def test_a_full_disk_is_told_before(monkeypatch):
    monkeypatch.setattr(requests, "SPARE_BYTES", 2**60)
    with pytest.raises(NotNow):
        ask_for_export(make_user("mika"))
    assert not AccountExport.objects.exists()


def test_what_fails_says_so_and_leaves_no_file(monkeypatch, settings, client):
    user = make_user("mika")
    ask_for_export(user)

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(requests, "write_archive", full)
    assert make_waiting(go_on) == 0
    assert AccountExport.objects.get().state == "failed"
    assert not list(settings.EXPORTS_DIR.iterdir())
    sign_in(client, user)
    page = client.get("/settings/copy").content.decode()
    assert "too little room" in page
    assert "Make a copy" in page


def test_whoever_stops_leaves_it_to_the_next(monkeypatch, settings):
    ask_for_export(make_user("mika"))

    def stopped(*_args: object, **_kwargs: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(requests, "write_archive", stopped)
        stops = iter([False, True])
        assert make_waiting(lambda: next(stops)) == 0
    assert AccountExport.objects.get().state == "waiting"
    assert not list(settings.EXPORTS_DIR.iterdir())
    assert make_waiting(go_on) == 1


def test_who_was_given_up_writes_nothing_any_more(monkeypatch):
    ask_for_export(make_user("mika"))
    written = requests.write_archive

    def slow(user: User, file: object, **kwargs: object) -> None:
        # Meanwhile another took it for lost.
        AccountExport.objects.update(fence=9)
        written(user, file, **kwargs)

    monkeypatch.setattr(requests, "write_archive", slow)
    assert make_waiting(go_on) == 0
    export = AccountExport.objects.get()
    assert (export.state, export.fence) == ("working", 9)
    assert not file_of(export).exists()


@pytest.mark.parametrize("key", ["x", "no-such-key", "a" * 300])
def test_a_made_up_key_is_not_found(client, key):
    sign_in(client, make_user("mika"))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get(f"/settings/copy/{key}.zip").status_code == 404


def test_what_their_own_filter_hides_is_theirs_all_the_same():
    user, kept = make_user(), make_post(tags=["spider"])
    opinions.favourite(user, kept)
    group = favourite_groups.create(user, "mine")
    favourite_groups.add_to_group(user, group.pk, kept)
    filters.choose(user, filters.create(user, "Calm", Said(rules=Rules(("spider",)))))
    archive = opened(User.objects.get(pk=user.pk))
    assert [row["post_id"] for row in table(archive, "favourites")] == [kept.pk]
    assert table(archive, "lists")[0]["posts"] == [kept.pk]
