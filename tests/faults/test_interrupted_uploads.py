"""An upload that ends in the middle: killed, or on a full disk. There is never a row without its file."""

import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.db import connection

from gallery.ingest.checking import GRACE_SECONDS
from gallery.models import Asset, AssetFile, AssetOrigin, UploadAllowance
from tests.database import test_database_url as database_url
from tests.factories import make_user
from tests.gallery.pictures.files import drawing, saved

pytestmark = pytest.mark.django_db(transaction=True)

# Sends the file of argv[1] as the account of argv[2]; stands still at the place that argv[3] names.
SENDER = """
import sys, time
import django
django.setup()
from gallery import ingest
from gallery.errors import UserFacingError
from gallery.ingest import assets, child, sent
from gallery.models import User

def held(place, act):
    left = [int(place.partition(":")[2] or 0)]
    def instead(*args, **named):
        left[0] -= 1
        if left[0] < 0:
            print("held", flush=True)
            time.sleep(600)
        return act(*args, **named)
    return instead

path, owner, place = sys.argv[1:]
if place.startswith("file"):
    assets.store = held(place, assets.store)
elif place == "rows":
    sent.AssetOrigin.objects.create = held(place, None)
elif place == "child":
    child._end_of = held(place, None)
with open(path, "rb") as file:
    try:
        print("kept", ingest.keep_sent(User.objects.get(pk=owner), file, 0, "a.png").pk, flush=True)
    except UserFacingError as error:
        print(error.code, flush=True)
"""


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of pictures."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


def sender(tmp_path: Path, place: str, *, before: str = "") -> subprocess.Popen[str]:
    """The process that sends a picture; `before` is Python that runs first."""
    source = tmp_path / "sent.png"
    source.write_bytes(saved(drawing(900, 700), "PNG"))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(connection.settings_dict),
        "IRODORI_MEDIA": str(site.MEDIA_ROOT),
        # A compiled module that the limit cuts off would break whoever imports it next.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-c", before + SENDER, str(source), str(make_user().pk), place]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def rows() -> list[int]:
    return [model.objects.count() for model in (Asset, AssetFile, AssetOrigin)]


def check(*options: str) -> str:
    """What `check_media` says; it raises where something is wrong."""
    out = StringIO()
    call_command("check_media", *options, stdout=out)
    return out.getvalue()


def after_the_grace_period(media: Path) -> None:
    for path in media.rglob("*"):
        os.utime(path, times=(time.time() - GRACE_SECONDS - 60,) * 2)


def files_in(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("place", ["child", "file:0", "file:3", "rows"])
def test_a_killed_upload_leaves_nothing_half_stored(place: str, media: Path, tmp_path: Path) -> None:
    process = sender(tmp_path, place)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.kill()
    process.wait()
    process.stdout.close()
    assert rows() == [0, 0, 0]
    assert UploadAllowance.objects.count() == 0
    assert "All is well." in check(), "what was left is too young to be anybody's"
    assert files_in(media), "there is something to tidy up"
    after_the_grace_period(media)
    assert "put right: removed" in check("--repair")
    assert files_in(media) == []
    assert "All is well." in check()
    assert sender(tmp_path, "").communicate()[0].startswith("kept"), "the same picture can be sent again"
    assert rows()[0] == 1
    assert "All is well." in check()


@pytest.mark.parametrize("room", [0, 1000, 20_000, 60_000, 5_000_000])
def test_on_a_full_disk_nothing_is_kept_and_it_says_so(room: int, media: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk that is full after so many bytes of one."""
    full = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
    process = sender(tmp_path, "", before=full)
    said = process.communicate()[0]
    kept = said.startswith("kept")
    assert kept or said == "upload_no_room\n", said
    assert kept == (rows()[0] == 1)
    # Its largest file, a preview, has about 31 kB.
    assert kept == (room >= 60_000)
    assert "All is well." in check()
    if not kept:
        assert rows() == [0, 0, 0]
        assert not list(media.glob(".part-*")), "an error, unlike a kill, takes its folder away"
        after_the_grace_period(media)
        check("--repair")
        assert files_in(media) == []
