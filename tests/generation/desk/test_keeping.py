"""Archive and bin: which files go and when, what stays, and what must never be touched."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.errors import Gone
from gallery.models import Asset, AssetFile, Download, LockedAway, User
from gallery.models.asset import Variant
from gallery.models.refusal import LockedBy
from gallery.refusals.quarantine import lock_away
from generation import takes as doors
from generation.desk import keeping, marks
from generation.desk.notes import Notes, describe
from generation.desk.storage import storage_of
from generation.errors import RequestRefused
from generation.models import GenerationRequest, Job, Mask, Take
from generation.requests import submit
from generation.tasks import tend_takes
from generation.unused import remove_unused
from tests.factories import make_checkpoint, make_mask, make_take, make_take_row, make_user, start_job
from tests.gallery.threads import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(days=31)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.QUARANTINE_DIR = tmp_path / "away"
    make_checkpoint()


@pytest.fixture
def mira() -> User:
    return make_user()


def on_disk() -> set[str]:
    return {str(path.relative_to(site.MEDIA_ROOT)) for path in site.MEDIA_ROOT.rglob("*") if path.is_file()}


def variants(take: Take) -> set[str]:
    return set(AssetFile.objects.filter(asset=take.asset).values_list("variant", flat=True))


def files(take: Take) -> set[str]:
    return set(AssetFile.objects.filter(asset=take.asset).values_list("path", flat=True))


def drawn_over(user: User, take: Take, **wanted: Any) -> Take:
    return make_take(user, source_take=take.pk, strength=0.5, **wanted)


def test_the_archive_keeps_small_pictures_recipe_and_notes(mira: User):
    take = make_take(mira, prompt="1girl, sea")
    small = set(
        AssetFile.objects.filter(asset=take.asset).exclude(variant__in=keeping.WHOLE).values_list("path", flat=True)
    )
    marks.rate(mira, [take.pk], 3)
    before = storage_of(mira)
    done = keeping.archive(mira, [take.pk])
    assert (done.count, done.freed) == (1, before.whole + before.made)
    assert done.freed > 0
    assert variants(take) & {Variant.ORIGINAL, Variant.BARE} == set()
    assert on_disk() == small == files(take)
    take.refresh_from_db()
    assert take.archived_at is not None
    assert (take.recipe["prompt"], take.stars) == ("1girl, sea", 3)
    assert storage_of(mira).whole == 0
    assert keeping.archive(mira, [take.pk]).count == 0


def test_what_is_published_is_neither_archived_nor_purged(mira: User):
    take = make_take(mira)
    doors.publish(mira, take, tags=["1girl"], rating="g")
    before = on_disk()
    assert keeping.archive(mira, [take.pk]).published == 1
    assert keeping.to_bin(mira, [take.pk]).changed == 0
    marks.flag(mira, [take.pk], "reject")
    assert keeping.archive_old_rejects(timezone.now() + LATER) == 0
    assert on_disk() == before
    for field in ("archived_at", "purged_at"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Take.objects.filter(pk=take.pk).update(**{field: timezone.now()})


@pytest.mark.parametrize("first", ["publish", "archive", "bin"])
def test_of_publishing_and_putting_away_at_the_same_moment_one_waits_for_the_other(mira: User, first: str):
    take = make_take(mira)
    acts: dict[str, Callable[[], Any]] = {
        "publish": lambda: doors.publish(mira, take, tags=["1girl"], rating="g"),
        "archive": lambda: keeping.archive(mira, [take.pk]),
        "bin": lambda: keeping.to_bin(mira, [take.pk]),
    }
    second = acts["archive" if first == "publish" else "publish"]
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            acts[first]()
            other = pool.submit(at_once, second)
            until_somebody_waits()
        came = other.result(60)[0]
    take.refresh_from_db()
    whole = Variant.ORIGINAL in variants(take)
    if first == "publish":
        assert (take.post_id is not None, take.archived_at, whole, came.count) == (True, None, True, 0)
    else:
        assert (take.post_id, whole) == (None, first == "bin")
        assert isinstance(came, Gone if first == "archive" else Take.DoesNotExist)


def test_rejects_are_archived_thirty_days_after_they_were_rejected(mira: User):
    rejected, picked = make_take(mira), make_take(mira)
    marks.flag(mira, [rejected.pk], "reject")
    marks.flag(mira, [picked.pk], "pick")
    assert keeping.archive_old_rejects(timezone.now() + timedelta(days=29, hours=23)) == 0
    assert keeping.archive_old_rejects(timezone.now() + LATER) == 1
    assert Variant.ORIGINAL not in variants(rejected)
    assert Variant.ORIGINAL in variants(picked)


def test_what_is_being_drawn_over_is_left_until_that_is_done(mira: User):
    take = make_take(mira)
    job = submit(mira, {"prompt": "1girl", "source_take": take.pk}, "over").jobs.get()
    assert keeping.archive(mira, [take.pk]).busy == 1
    keeping.to_bin(mira, [take.pk])
    assert keeping.empty_bins(timezone.now() + LATER) == 0
    assert Variant.ORIGINAL in variants(take)
    start_job(job)
    assert keeping.empty_bins(timezone.now() + LATER) == 0
    Job.objects.filter(pk=job.pk).update(state="cancelled", lease_until=None)
    assert keeping.empty_bins(timezone.now() + LATER) == 1


@pytest.mark.parametrize("name", ["take_archived", "take_in_bin"])
def test_who_draws_over_an_archived_take_or_one_in_the_bin_is_told(mira: User, name: str):
    take = make_take(mira)
    (keeping.archive if name == "take_archived" else keeping.to_bin)(mira, [take.pk])
    for wanted in ({"source_take": take.pk}, {"source_asset": take.asset.key}):
        with pytest.raises(RequestRefused) as refused:
            submit(mira, {"prompt": "1girl", **wanted}, "over")
        assert dict(refused.value.problems)["source"] == Gone(name, id=take.pk).message
    with pytest.raises((Gone, Take.DoesNotExist)):
        doors.publish(mira, take, tags=["1girl"], rating="g")


def test_the_bin_gives_back_and_forgets_after_thirty_days(mira: User):
    take, other = make_take(mira), make_take(mira)
    kept = files(other)
    done = keeping.to_bin(mira, [take.pk])
    assert list(doors.owned(mira)) == [other]
    marks.undo(mira, done.undo)
    assert doors.owned(mira).count() == 2
    keeping.to_bin(mira, [take.pk])
    assert keeping.out_of_bin(mira, [take.pk]).changed == 1
    keeping.to_bin(mira, [take.pk])
    assert keeping.empty_bins(timezone.now() + timedelta(days=29)) == 0
    Take.objects.filter(pk=take.pk).update(purged_at=timezone.now() - LATER)
    assert tend_takes() == {"archived": 0, "erased": 1}
    assert not Take.objects.filter(pk=take.pk).exists()
    assert not Asset.objects.filter(pk=take.asset_id).exists()
    assert not Job.objects.filter(pk=take.job_id).exists()
    assert GenerationRequest.objects.count() == 1
    assert on_disk() == kept


def test_a_purged_take_that_others_stand_on_leaves_its_place_and_its_childs_mask(mira: User):
    parent = make_take(mira, prompt="1girl, secret garden")
    mask = make_mask(mira)
    child = drawn_over(mira, parent, mask=mask.pk)
    whole = files(child) | {mask.path}
    describe(mira, parent.pk, Notes("reject", 1, ("hand",), "secret"))
    keeping.to_bin(mira, [parent.pk])
    assert keeping.empty_bins(timezone.now() + LATER) == 1
    parent.refresh_from_db()
    child.refresh_from_db()
    assert parent.erased_at is not None
    assert (parent.recipe, parent.words, parent.note, parent.to_fix, parent.flag) == ({}, "", "", [], "none")
    assert (child.parent, child.mask) == (parent, mask)
    assert on_disk() == whole
    Mask.objects.update(created_at=timezone.now() - LATER)
    remove_unused()
    assert Mask.objects.count() == 1
    assert keeping.empty_bins(timezone.now() + 2 * LATER) == 0
    for act in (keeping.out_of_bin, keeping.to_bin):
        assert act(mira, [parent.pk]).changed == 0


def test_a_mask_of_a_take_without_a_request_stays(mira: User):
    mask = make_mask(mira)
    make_take_row(mira, mask=mask)
    Mask.objects.update(created_at=timezone.now() - LATER)
    remove_unused()
    assert Mask.objects.get() == mask


def test_pictures_of_one_request_go_one_by_one(mira: User):
    take = make_take(mira)
    request = take.job.request
    Job.objects.create(request=request, user=mira, index=1, seed=1, cost=1, steps_total=1, state="cancelled")
    keeping.to_bin(mira, [take.pk])
    keeping.empty_bins(timezone.now() + LATER)
    assert request.jobs.count() == 1


def test_what_is_locked_away_is_never_erased(mira: User):
    take = make_take(mira)
    lock_away(take.asset, LockedBy.LIST, {})
    away = {path for path in Path(site.QUARANTINE_DIR).rglob("*") if path.is_file()}
    keeping.archive(mira, [take.pk])
    keeping.to_bin(mira, [take.pk])
    assert keeping.empty_bins(timezone.now() + 10 * LATER) == 0
    assert Take.objects.get(pk=take.pk).erased_at is None
    assert LockedAway.objects.get().asset == take.asset
    assert {path for path in Path(site.QUARANTINE_DIR).rglob("*") if path.is_file()} == away != set()


def test_made_downloads_go_with_the_archive(mira: User, client: Any):
    take = make_take(mira)
    client.force_login(mira)
    assert client.get(f"/takes/{take.pk}/file.jpg").status_code == 200
    assert Download.objects.count() == 1
    keeping.archive(mira, [take.pk])
    assert Download.objects.count() == 0
    answer = client.get(f"/takes/{take.pk}/file.jpg")
    assert answer.status_code == 410
    assert "Draw it again" in answer.text
    media = client.get(f"/media/{take.asset.key}/original.png")
    assert (media.status_code, "Draw it again" in media.text) == (410, True)


def test_nobody_archives_or_purges_anothers_takes(mira: User):
    take = make_take(mira)
    tomo = make_user()
    assert keeping.archive(tomo, [take.pk]).count == 0
    assert keeping.to_bin(tomo, [take.pk]).changed == 0
    done = keeping.to_bin(mira, [take.pk])
    assert done.changed == 1
    assert keeping.out_of_bin(tomo, [take.pk]).changed == 0


def test_the_meter_says_what_each_step_frees(mira: User):
    rejected, plain, binned = (make_take(mira) for _ in range(3))
    make_take(make_user())
    marks.flag(mira, [rejected.pk], "reject")
    keeping.to_bin(mira, [binned.pk])
    meter = storage_of(mira)
    sizes = {take: sum(AssetFile.objects.filter(asset=take.asset).values_list("size_bytes", flat=True)) for take in
             (rejected, plain, binned)}  # fmt: skip
    assert meter.total == sum(sizes.values())
    assert meter.in_bin == sizes[binned]
    assert (meter.takes, meter.rejects, meter.unpicked, meter.binned, meter.archived) == (3, 1, 2, 1, 0)
    assert keeping.archive(mira, [rejected.pk]).freed == meter.of_rejects > 0
    assert storage_of(mira).of_unpicked == meter.of_unpicked - meter.of_rejects
