"""Folders of their own for what tests of imports keep."""

from pathlib import Path
from typing import Any

import pytest

from generation.imports import states


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EXPORTS_DIR = tmp_path / "exports"
    settings.IMPORTS_DIR = tmp_path / "imports"
    settings.QUARANTINE_DIR = tmp_path / "quarantine"
    monkeypatch.setattr(states, "ring", lambda: True)
