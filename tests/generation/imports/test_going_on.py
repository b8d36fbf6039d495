"""An import that is killed, stopped or held up goes on where it was, and nothing comes twice or half."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gallery.models import Asset, UploadAllowance
from generation.imports import bringing, carrying_out, lineage, pictures, states
from generation.imports.carrying_out import bring_waiting
from generation.models import AccountImport, BroughtTake, Take
from tests.gallery.uploads.files import plain
from tests.generation.imports.copies import (
    brought,
    copy_with,
    going_on,
    row,
    sent,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("at", ["picture", "row", "edges"])
def test_a_crash_in_the_middle_leaves_nothing_half_and_goes_on(noa, monkeypatch, at):
    content = copy_with([row(1), row(2, parent_id=1)], {"takes/1.png": plain(1), "takes/2.png": plain(2)})
    sent(noa, content)

    class Killed(BaseException):
        pass

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    where = {
        "picture": (bringing, "check_words"),
        "row": (BroughtTake.objects, "update_or_create"),
        "edges": (lineage, "without_circles"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*where[at], die)
        with pytest.raises(Killed):
            bring_waiting(going_on)
    assert Take.objects.count() == BroughtTake.objects.count()
    assert AccountImport.objects.get().state == "working"
    assert bring_waiting(going_on) == 0  # it may still be alive
    AccountImport.objects.update(touched_at=timezone.now() - states.LOST_AFTER - timedelta(seconds=1))
    assert bring_waiting(going_on) == 1
    assert (Take.objects.count(), Asset.objects.count()) == (2, 2)
    assert Take.objects.exclude(parent=None).count() == 1
    assert UploadAllowance.objects.get(user=noa).files == 2


def test_who_was_given_up_writes_nothing_any_more(noa, monkeypatch):
    sent(noa, copy_with([row(1)], {"takes/1.png": plain(1)}))
    checked = bringing.check_words

    def slow(*args: Any) -> None:
        AccountImport.objects.update(fence=9)  # another took it for lost
        checked(*args)

    monkeypatch.setattr(bringing, "check_words", slow)
    bring_waiting(going_on)
    assert not Take.objects.exists()
    assert not BroughtTake.objects.exists()
    assert AccountImport.objects.get().state == "working"


def test_whoever_stops_leaves_it_to_the_next(noa):
    sent(noa, copy_with([row(1), row(2)], {"takes/1.png": plain(1), "takes/2.png": plain(2)}))
    stops = iter([False, False, True, True])
    assert bring_waiting(lambda: next(stops)) == 0
    assert (AccountImport.objects.get().state, Take.objects.count()) == ("waiting", 1)
    assert bring_waiting(going_on) == 1
    assert Take.objects.count() == 2


def test_a_full_disk_ends_it_and_the_same_file_again_goes_on(noa, monkeypatch, settings):
    content = copy_with([row(1), row(2)], {"takes/1.png": plain(1), "takes/2.png": plain(2)})
    kept, calls = pictures.keep_sent, []

    def full(*args: Any, **kwargs: Any) -> Any:
        from gallery.errors import NotNow

        calls.append(1)
        if len(calls) == 2:
            raise NotNow("upload_no_room")
        return kept(*args, **kwargs)

    monkeypatch.setattr(pictures, "keep_sent", full)
    run = brought(noa, content)
    assert (run.state, run.trouble["code"], Take.objects.count()) == ("failed", "bring_no_room", 1)
    assert not list(settings.IMPORTS_DIR.iterdir())
    assert brought(noa, content).state == "done"
    assert Take.objects.count() == 2


def test_a_file_that_is_gone_asks_for_it_again(noa):
    run = sent(noa, copy_with([row(1)], {"takes/1.png": plain(1)}))
    states.file_of(run).unlink()
    bring_waiting(going_on)
    run.refresh_from_db()
    assert (run.state, run.trouble["code"]) == ("failed", "bring_not_here")


def test_a_busy_machine_is_waited_for(noa, monkeypatch):
    from gallery.errors import NotNow

    def busy(*_args: Any, **_kwargs: Any) -> Any:
        raise NotNow("upload_busy")

    with monkeypatch.context() as patch:
        patch.setattr(pictures, "keep_sent", busy)
        run = brought(noa, copy_with([row(1)], {"takes/1.png": plain(1)}))
    assert (run.state, run.fence, run.not_before > timezone.now()) == ("waiting", 0, True)


def test_what_nobody_thought_of_is_told_and_what_came_stays(noa, monkeypatch):
    def broken(*_args: Any, **_kwargs: Any) -> Any:
        raise KeyError("surprise")

    monkeypatch.setattr(carrying_out, "link", broken)
    run = brought(noa, copy_with([row(1)], {"takes/1.png": plain(1)}))
    assert (run.state, run.trouble["code"], Take.objects.count()) == ("failed", "bring_failed", 1)


def test_pieces_fit_together(noa):
    content = copy_with([row(1)], {"takes/1.png": plain(1)})
    states.begin(noa, len(content), "a.zip 1")
    states.add_piece(noa, 0, io.BytesIO(content[:100]))
    # An older answer was lost: the same piece again changes nothing.
    assert states.add_piece(noa, 0, io.BytesIO(content[:100])).received_bytes == 100
    assert states.begin(noa, len(content), "a.zip 1").received_bytes == 100
    states.add_piece(noa, 100, io.BytesIO(content[100:]))
    assert bring_waiting(going_on) == 1
    assert Take.objects.count() == 1


def test_what_was_told_before_a_pause_stands_in_the_report_once(noa, settings):
    settings.UPLOADS_PER_DAY = 1
    rows = [7, row(1, mask_id=8), row(2, parent_id=1)]
    run = brought(noa, copy_with(rows, {"takes/1.png": plain(1), "takes/2.png": plain(2)}))
    assert run.state == "waiting"
    UploadAllowance.objects.update(day=date(2020, 1, 1))
    AccountImport.objects.update(not_before=timezone.now())
    assert bring_waiting(going_on) == 1
    run.refresh_from_db()
    assert run.state == "done"
    assert [note["code"] for note in run.notes] == ["bring_no_mask", "bring_bad_rows"]
