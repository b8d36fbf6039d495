"""What was sent and is used by nothing goes away after a day; whatever is used stays, and so do shared files."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from gallery.ingest import keep_upload
from gallery.models import Asset, AssetFile
from generation import unused
from generation.errors import RequestRefused
from generation.models import Mask
from generation.requests import one_by_one, submit
from generation.tasks import remove_unused_files
from generation.unused import remove_unused
from tests.factories import make_asset, make_checkpoint, make_image, make_mask, make_post, make_take, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    """An empty folder of pictures, and a model that can be asked for."""
    settings.MEDIA_ROOT = tmp_path
    make_checkpoint()


def age(hours: float = 25) -> None:
    """Let that many hours go by for all that was sent."""
    for model in (Asset, Mask):
        model.objects.update(created_at=F("created_at") - timedelta(hours=hours))


def on_disk() -> set[str]:
    return {str(path.relative_to(site.MEDIA_ROOT)) for path in site.MEDIA_ROOT.rglob("*") if path.is_file()}


def named() -> set[str]:
    return {*AssetFile.objects.values_list("path", flat=True), *Mask.objects.values_list("path", flat=True)}


def test_what_nobody_uses_is_removed_after_a_day_with_its_files() -> None:
    mira = make_user()
    keep_upload(mira, make_image(300, 200))
    make_mask(mira)
    assert on_disk() == named() != set()
    assert remove_unused() == 0
    age(23.9)
    assert remove_unused() == 0
    age(0.2)
    assert remove_unused_files() == 2
    assert (Asset.objects.count(), Mask.objects.count(), on_disk()) == (0, 0, set())


def test_what_is_used_stays() -> None:
    mira = make_user()
    source, mask = keep_upload(mira, make_image(64, 64)), make_mask(mira)
    submit(mira, {"prompt": "a", "source_asset": source.key, "mask": mask.pk}, "used")
    make_take(mira)
    make_post(mira)
    drawn = make_asset(mira)  # what was drawn here is no upload, whatever became of it
    before = Asset.objects.count()
    age()
    assert remove_unused() == 0
    assert Asset.objects.count() == before
    assert Asset.objects.filter(pk=drawn.pk).exists()
    assert on_disk() == named()


def test_a_file_that_somebody_else_sent_too_stays() -> None:
    mira, tomo, picture = make_user(), make_user(), make_image(300, 200)
    keep_upload(mira, picture)
    make_mask(mira)
    age()
    theirs, mask = keep_upload(tomo, picture), make_mask(tomo)
    assert remove_unused() == 2
    assert (Asset.objects.get(), Mask.objects.get()) == (theirs, mask)
    assert on_disk() == named()


def test_a_file_that_the_disk_does_not_let_go_of_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        keep_upload(make_user(), make_image(64 + number, 64))
    age()
    held = sorted(on_disk())[0]
    unlink = Path.unlink

    def refusing(path: Path, missing_ok: bool = False) -> None:
        if str(path).endswith(held):
            raise PermissionError(path)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    assert remove_unused() == 2
    assert on_disk() == {held}


def test_what_is_sent_again_counts_from_now() -> None:
    mira, picture = make_user(), make_image()
    first, mask = keep_upload(mira, picture), make_mask(mira)
    age()
    assert (keep_upload(mira, picture), make_mask(mira)) == (first, mask)
    assert remove_unused() == 0


def elsewhere(act: Any) -> threading.Thread:
    """Begin `act` on a database connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_request_of_this_moment_keeps_its_source_or_says_that_it_is_gone() -> None:
    mira = make_user()
    source, mask = keep_upload(mira, make_image(64, 64)), make_mask(mira)
    age()
    wanted = {"prompt": "a", "source_asset": source.key, "mask": mask.pk}
    with transaction.atomic():
        submit(mira, wanted, "first")
        cleaner = elsewhere(remove_unused)
        cleaner.join(1)
        assert cleaner.is_alive(), "waits for the request"
    cleaner.join(20)
    assert (Asset.objects.count(), Mask.objects.count()) == (1, 1)

    other = keep_upload(mira, make_image(64, 64))
    age()
    refused: list[RequestRefused] = []

    def late() -> None:
        try:
            submit(mira, {"prompt": "a", "source_asset": other.key}, "second")
        except RequestRefused as refusal:
            refused.append(refusal)

    with transaction.atomic():
        one_by_one(mira.pk)
        submitter = elsewhere(late)
        submitter.join(1)
        assert submitter.is_alive()
        assert remove_unused() == 1
    submitter.join(20)
    assert [field for field, _sentence in refused[0].problems] == ["source"]


def test_a_picture_sent_while_the_same_one_is_removed_has_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    mira, tomo, picture = make_user(), make_user(), make_image(300, 200)
    keep_upload(mira, picture)
    age()
    # Between the rows that went and the files that follow: they lie there still, and are named anew.
    removes, threads = unused.ingest.unused.remove, list[threading.Thread]()

    def late(paths: list[str]) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(4907101)")
            threads.append(elsewhere(lambda: removes(paths)))
            threads[0].join(1)
            assert threads[0].is_alive(), "waits for whoever names files"
            keep_upload(tomo, picture)
        return 0

    monkeypatch.setattr(unused.ingest.unused, "remove", late)
    assert remove_unused() == 1
    threads[0].join(20)
    assert Asset.objects.get().owner == tomo
    assert on_disk() == named() != set()


def test_a_removed_picture_can_be_sent_again() -> None:
    mira, picture = make_user(), Image.new("RGB", (64, 64), "red")
    keep_upload(mira, picture)
    age()
    remove_unused()
    again = keep_upload(mira, picture)
    assert on_disk() == named() == set(again.files.values_list("path", flat=True))
    assert again.created_at > timezone.now() - timedelta(minutes=1)
