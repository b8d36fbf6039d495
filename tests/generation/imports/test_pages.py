"""The page for members: a copy comes in whole or in pieces, its progress and its report are its owner's alone."""

import re
import shutil
from datetime import timedelta
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.models import User
from gallery.models.review import SiteRule
from gallery.moderation.sanctions import ban
from generation.imports import states
from generation.imports.carrying_out import bring_waiting
from generation.models import AccountImport, Take
from tests.factories import make_user
from tests.gallery.uploads.files import plain
from tests.generation.imports.copies import brought, copy_with, going_on, row, sent

pytestmark = pytest.mark.django_db

PAGE, PIECE = "/settings/import", "/settings/import/piece"


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def noa(client: Client) -> User:
    user = make_user("noa")
    client.force_login(user)
    return user


def content() -> bytes:
    return copy_with([row(1), row(2, parent_id=1), row(3)], {"takes/1.png": plain(1), "takes/2.png": plain(2)})


def piece(client: Client, at: Any, size: Any, part: bytes, **more: Any) -> Any:
    data = {"at": at, "size": size, "label": "a.zip 1", "piece": SimpleUploadedFile("piece", part)} | more
    return client.post(PIECE, data)


def test_it_is_linked_from_the_account(client, noa):
    assert f'href="{PAGE}"' in client.get(reverse("gallery:account")).content.decode()
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_whole_file_comes_is_read_and_reported(client, noa):
    answer = client.post(PAGE, {"file": SimpleUploadedFile("noa.zip", content())})
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    page = client.get(PAGE).content.decode()
    assert "It is your turn in a moment" in page
    assert 'name="file"' not in page
    assert bring_waiting(going_on) == 1
    page = client.get(PAGE).content.decode()
    assert "What came from Elsewhere (https://elsewhere.example)" in page
    assert re.findall(r"<dd[^>]*>(\d+)</dd>", page) == ["2", "0", "1"]
    assert "The copy has no picture of it." in page
    assert "#3" in page
    assert client.get(reverse("generation:take", args=[Take.objects.latest("pk").pk])).status_code == 200


def test_pieces_come_one_after_the_other_and_lost_ones_again(client, noa):
    whole = content()
    assert piece(client, 0, len(whole), whole[:500]).json() == {"received": 500}
    answer = piece(client, 0, len(whole), whole[:500])
    assert (answer.status_code, answer.json()) == (409, {"received": 500})
    assert "Choose the same file again" in client.get(PAGE).content.decode()
    # Another file begins anew.
    assert piece(client, 0, len(whole), whole[:300], label="b.zip 2").json() == {"received": 300}
    assert piece(client, 300, len(whole), whole[300:], label="b.zip 2").json() == {"received": len(whole)}
    answer = piece(client, 300, len(whole), whole[300:], label="b.zip 2")
    assert (answer.status_code, answer.json()["error"]) == (409, "bring_under_way")
    assert bring_waiting(going_on) == 1
    assert Take.objects.filter(owner=noa).count() == 2


@pytest.mark.parametrize(
    ("at", "size"),
    [
        ("", "5"),
        ("0", ""),
        ("-1", "5"),
        ("0", "0"),
        ("0", "9" * 30),
        ("٣", "5"),
        ("0.5", "5"),
        ("0", "1e9"),
        ("0", "2"),
    ],
)
def test_pieces_of_nothing_are_refused(client, noa, at, size, settings):
    answer = piece(client, at, size, b"12345")
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert not AccountImport.objects.filter(received_bytes__gt=0).exists()


def test_more_than_may_be_sent_is_refused_before_it_is_sent(client, noa, settings):
    settings.IMPORT_MAX_MB = 1
    answer = piece(client, 0, 2**20 + 1, b"1")
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.json()["message"]
    assert not AccountImport.objects.exists()


def test_a_full_disk_is_told_before(client, noa, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12, 10**6))
    answer = client.post(PAGE, {"file": SimpleUploadedFile("noa.zip", content())})
    assert answer.status_code == 503
    assert "too little room" in answer.content.decode()


def test_what_is_here_already_needs_no_room_again(client, noa, monkeypatch):
    whole, spare = content(), states.SPARE_BYTES
    free = 2 * len(whole) + spare
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 10**12, free))
    assert piece(client, 0, len(whole), whole[:500]).status_code == 200
    free -= 500
    assert piece(client, 500, len(whole), whole[500:]).json() == {"received": len(whole)}


def test_a_disk_that_fills_up_keeps_what_is_there(client, noa, monkeypatch):
    whole = content()
    piece(client, 0, len(whole), whole[:500])

    def full(*_args: Any) -> int:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(states, "_written", full)
        assert piece(client, 500, len(whole), whole[500:]).status_code == 503
    assert piece(client, 500, len(whole), whole[500:]).json() == {"received": len(whole)}


def test_without_a_file_it_says_so(client, noa):
    answer = client.post(PAGE)
    assert answer.status_code == 422
    assert "Choose the ZIP first." in answer.content.decode()


def test_what_is_no_copy_is_told_on_the_page(client, noa):
    client.post(PAGE, {"file": SimpleUploadedFile("noa.zip", b"not a zip")})
    bring_waiting(going_on)
    page = client.get(PAGE).content.decode()
    assert "This is no whole ZIP." in page
    assert 'name="file"' in page


def test_it_can_be_stopped_and_what_came_stays(client, noa, settings):
    brought(noa, content())
    sent(noa, content())
    assert client.post(PAGE, {"act": "drop"}).status_code == 303
    assert not AccountImport.objects.exists()
    assert Take.objects.filter(owner=noa).count() == 2


def test_files_of_dropped_imports_go(client, noa, settings, django_capture_on_commit_callbacks):
    sent(noa, content())
    assert len(list(settings.IMPORTS_DIR.iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(PAGE, {"act": "drop"})
    assert not list(settings.IMPORTS_DIR.iterdir())


def test_what_waits_for_tomorrow_says_when(client, noa):
    sent(noa, content())
    AccountImport.objects.update(not_before=timezone.now() + timedelta(hours=3))
    page = client.get(PAGE).content.decode()
    assert "It goes on by itself at" in page
    assert "hx-trigger" not in page


def test_another_members_import_is_none_of_mine(client, noa):
    other = make_user("other")
    brought(other, content())
    page = client.get(PAGE).content.decode()
    assert "Elsewhere" not in page
    assert bring_waiting(going_on) == 0
    assert not Take.objects.filter(owner=noa).exists()


def test_whoever_is_banned_sends_nothing(client, noa):
    ban(make_user(role="owner"), noa, until=None, rule=SiteRule.SPAM, reason="A flood.")
    assert client.get(PAGE).status_code == 200
    assert piece(client, 0, 5, b"12345").status_code == 403
    assert client.post(PAGE, {"file": SimpleUploadedFile("a.zip", content())}).status_code == 403
    with pytest.raises(Exception, match="look"):
        states.begin(noa, 5)
    assert not AccountImport.objects.exists()


def test_transfers_that_nobody_goes_on_with_are_dropped(noa, settings):
    states.begin(noa, 100)
    states.add_piece(noa, 0, BytesIO(b"x"))
    later = timezone.now() + timedelta(days=2)
    assert states.remove_old_files(later) == 1
    assert not AccountImport.objects.exists()
    assert not list(settings.IMPORTS_DIR.iterdir())


def test_files_are_closed_to_others_on_the_machine(noa, settings):
    run = sent(noa, content())
    assert states.file_of(run).stat().st_mode & 0o077 == 0
    assert settings.IMPORTS_DIR.stat().st_mode & 0o077 == 0
