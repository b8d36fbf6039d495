"""Folders of their own for what tests of imports keep, and somebody who brings something."""

from pathlib import Path
from typing import Any

import pytest

from gallery.models import User
from generation.imports import states
from tests.factories import make_user


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EXPORTS_DIR = tmp_path / "exports"
    settings.IMPORTS_DIR = tmp_path / "imports"
    settings.QUARANTINE_DIR = tmp_path / "quarantine"
    monkeypatch.setattr(states, "ring", lambda: True)


@pytest.fixture
def noa(db: None) -> User:
    return make_user("noa")
