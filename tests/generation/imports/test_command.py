"""`manage.py import_account`: an operator's import, which no allowance holds up."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gallery.models import UploadAllowance
from generation.imports import bringing, states
from generation.models import AccountImport, Take
from tests.factories import make_user
from tests.gallery.uploads.files import plain
from tests.generation.imports.copies import copy_with, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "mika.zip"
    rows = [row(1), row(2, parent_id=1), row(3)]
    path.write_bytes(copy_with(rows, {"takes/1.png": plain(1), "takes/2.png": plain(2)}))
    return path


def told(*arguments: object) -> str:
    out = StringIO()
    call_command("import_account", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_it_brings_all_without_counting_and_leaves_the_file(copy, settings):
    settings.UPLOADS_PER_DAY = 1
    mika = make_user("mika")
    out = told(copy, "--as", "Mika")
    assert "2 came, 0 were here already, 1 left out. That was all." in out
    assert "The copy has no picture of it. #3" in out
    assert Take.objects.filter(owner=mika).exclude(parent=None).count() == 1
    assert not UploadAllowance.objects.exists()
    assert copy.exists()
    assert "0 came, 2 were here already, 1 left out" in told(copy, "--as", "mika")
    assert Take.objects.count() == 2


def test_what_is_wrong_is_said(copy, tmp_path):
    with pytest.raises(CommandError, match="no account named"):
        told(copy, "--as", "nobody")
    mika = make_user("mika")
    with pytest.raises(CommandError, match="no file"):
        told(tmp_path / "none.zip", "--as", "mika")
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"nothing")
    with pytest.raises(CommandError, match="no whole ZIP"):
        told(bad, "--as", "mika")
    states.begin(mika, 10)
    with pytest.raises(CommandError, match="being read already"):
        told(copy, "--as", "mika")


def test_one_that_was_killed_is_in_nobodys_way(copy):
    from django.utils import timezone

    mika = make_user("mika")
    dead = states.begin_at_once(mika)
    with pytest.raises(CommandError, match="being read already"):
        told(copy, "--as", "mika")
    assert states.claim() is None
    AccountImport.objects.update(touched_at=timezone.now() - states.LOST_AFTER * 2)
    assert states.claim() is None  # its file is the operator's
    assert "2 came" in told(copy, "--as", "mika")
    assert not AccountImport.objects.filter(pk=dead.pk).exists()


def test_its_owner_may_stop_it_meanwhile(copy, monkeypatch):
    mika = make_user("mika")
    checked = bringing.check_words

    def stopped(*args: Any) -> None:
        states.drop_imports(mika)
        checked(*args)

    monkeypatch.setattr(bringing, "check_words", stopped)
    with pytest.raises(CommandError, match="mika stopped it"):
        told(copy, "--as", "mika")
    assert copy.exists()
