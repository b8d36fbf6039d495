"""Pictures that their makers keep private are closed to other users of the machine."""

import os
import stat
from pathlib import Path

import pytest

from config.prepare import close_media
from gallery.ingest.store import store


@pytest.fixture
def open_umask():
    before = os.umask(0o000)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("open_umask")
def test_stored_files_and_their_folders_are_the_sites_alone(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "var" / "media"
    stored = store(b"a private picture", "png")
    file = settings.MEDIA_ROOT / stored.path
    assert mode(file) == 0o600
    assert [mode(folder) for folder in (file.parent, file.parent.parent, settings.MEDIA_ROOT)] == [0o700] * 3
    # The database's own user may have to pass through it.
    assert mode(tmp_path / "var") & 0o005 == 0o005


@pytest.mark.usefixtures("open_umask")
def test_each_start_closes_a_folder_that_an_older_version_left_open(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "var" / "media"
    settings.MEDIA_ROOT.mkdir(parents=True, mode=0o755)
    close_media()
    assert mode(settings.MEDIA_ROOT) == 0o700
    assert mode(tmp_path / "var") & 0o005 == 0o005
