"""`manage.py check_media`: rows and files, in both directions."""

import os
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from gallery.ingest import checking
from gallery.ingest.checking import GRACE_SECONDS, check_media, repair
from gallery.ingest.store import naming_models, store
from gallery.models import Asset, AssetFile, Download
from generation.models import Mask
from tests.factories import make_asset, make_image, make_mask, make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """A folder with the files of one picture and one mask."""
    settings.MEDIA_ROOT = tmp_path
    make_asset(image=make_image(400, 300))
    make_mask(make_user())
    return tmp_path


def age(*paths: Path) -> None:
    """Let more than the grace period go by for these."""
    for path in paths:
        os.utime(path, times=(time.time() - GRACE_SECONDS - 60,) * 2)


def age_all(media: Path) -> None:
    age(*(path for path in media.rglob("*") if path.is_file() or path.name.startswith(".part-")))


def run(*options: str) -> tuple[int, str]:
    """The command's exit code and what it says."""
    out = StringIO()
    try:
        call_command("check_media", *options, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_all_is_well() -> None:
    code, said = run()
    assert code == 0
    assert f"{AssetFile.objects.count() + Mask.objects.count()} files are named by rows." in said
    assert said.endswith("All is well.\n")


def test_every_model_that_names_files_is_asked() -> None:
    assert naming_models() == [AssetFile, Download, Mask]


def test_what_nobody_names_is_removed_after_an_hour(media: Path) -> None:
    orphan = media / store(b"nobody's", "png").path
    half, folder = orphan.parent / ".part-abc", media / ".part-folder"
    half.write_bytes(b"half")
    folder.mkdir()
    (folder / "received").write_bytes(b"x")
    before = {path for path in media.rglob("*") if path.is_file()}
    code, said = run("--repair")
    assert code == 0, "too young to tell"
    assert "younger than 60 minutes" in said
    assert {path for path in media.rglob("*") if path.is_file()} == before
    age_all(media)
    code, said = run()
    assert code == 1
    assert str(orphan.relative_to(media)) in said
    assert orphan.exists(), "told, not done"
    code, said = run("--repair")
    assert code == 0, said
    assert "3 put right: removed" in said
    assert not [path for path in (orphan, half, folder) if path.exists()]
    assert {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()} == {
        *AssetFile.objects.values_list("path", flat=True),
        *Mask.objects.values_list("path", flat=True),
    }


@pytest.mark.parametrize(
    "harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"other")], ids=["gone", "other"]
)
@pytest.mark.parametrize(("variant", "kind"), [("180", "webp"), ("360", "avif"), ("b360", "webp")])
def test_lost_and_damaged_previews_are_made_again(variant: str, kind: str, harm: Any, media: Path) -> None:
    before = AssetFile.objects.get(variant=variant, format=kind)
    harm(media / before.path)
    assert run()[0] == 1
    assert AssetFile.objects.get(pk=before.pk), "looking changes nothing"
    code, said = run("--repair")
    assert code == 0, said
    again = AssetFile.objects.get(variant=variant, format=kind)
    assert (again.sha256, again.width) == (before.sha256, before.width)
    assert (media / again.path).stat().st_size == before.size_bytes
    assert run()[0] == 0


@pytest.mark.parametrize("variant", ["original", "bare"])
def test_a_lost_original_is_told_of_and_nothing_else_is_touched(variant: str, media: Path) -> None:
    file = AssetFile.objects.get(variant=variant)
    (media / file.path).unlink()
    AssetFile.objects.get(variant="180", format="webp")
    count = AssetFile.objects.count()
    code, said = run("--repair")
    assert code == 1
    assert "restore them from a backup" in said
    assert file.path in said
    assert AssetFile.objects.count() == count


def test_a_preview_whose_original_is_lost_too_stays_in_the_books(media: Path) -> None:
    for file in AssetFile.objects.exclude(variant="360"):
        (media / file.path).unlink()
    count = AssetFile.objects.count()
    assert run("--repair")[0] == 1
    assert AssetFile.objects.count() == count


@pytest.mark.parametrize("error", [SyntaxError("broken PNG file"), RuntimeError("Failed to decode image")])
def test_a_preview_whose_original_is_damaged_stays_in_the_books(
    error: Exception, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow calls some damage a syntax error, and what its AVIF decoder finds a runtime error."""
    file = AssetFile.objects.get(variant="original")
    (media / file.path).write_bytes((media / file.path).read_bytes() + b"x")

    def load(_image: Any) -> None:
        raise error

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", load)
    lost = AssetFile.objects.get(variant="180", format="webp")
    (media / lost.path).unlink()
    code, said = run("--repair")
    assert code == 1
    assert (file.path in said, lost.path in said) == (True, True)
    assert AssetFile.objects.filter(path=lost.path).exists()
    AssetFile.objects.filter(pk=lost.pk).delete()
    with pytest.raises(CommandError, match="1 pictures can't be read"):
        call_command("make_variants", stderr=StringIO())


@pytest.mark.parametrize(
    "harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"other")], ids=["gone", "other"]
)
def test_a_lost_or_damaged_download_is_made_again_for_who_asks_next(harm: Any, client: Client, media: Path) -> None:
    post = make_post(asset=Asset.objects.get())
    address = f"/media/{post.asset.key}/original.jpg"
    client.get(address)
    file = Download.objects.get()
    harm(media / file.path)
    assert run()[0] == 1
    assert Download.objects.get() == file, "looking changes nothing"
    code, said = run("--repair")
    assert code == 0, said
    assert not (media / file.path).exists()
    assert client.get(address).content.startswith(b"\xff\xd8")
    assert run()[0] == 0


def test_whether_a_file_is_named_is_looked_up_in_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for model in (AssetFile, Download):
            plan = model._default_manager.filter(path__in=["ab/cd/x.png", "ef/01/y.png"]).explain()
            assert "Seq Scan" not in plan, plan


def test_a_lost_mask_is_told_of(media: Path) -> None:
    (media / Mask.objects.get().path).unlink()
    code, said = run("--repair")
    assert code == 1
    assert Mask.objects.get().path in said


def test_the_quick_way_asks_only_whether_files_are_there(media: Path) -> None:
    file = AssetFile.objects.get(variant="180", format="webp")
    (media / file.path).write_bytes(b"other")
    assert run("--quick")[0] == 0
    (media / file.path).unlink()
    assert run("--quick")[0] == 1


def test_what_is_taken_up_again_between_look_and_repair_stays(media: Path) -> None:
    orphan = store(b"nobody's", "png")
    age(media / orphan.path)
    found = check_media()
    assert found.orphans == [orphan.path]
    store(b"nobody's", "png")
    repair(found)
    assert (media / orphan.path).exists()


def test_what_is_named_between_look_and_repair_stays(media: Path) -> None:
    orphan = store(b"somebody's", "png")
    age(media / orphan.path)
    found = check_media()
    AssetFile.objects.create(
        asset=Asset.objects.get(), variant="sample", format="png", path=orphan.path, sha256=orphan.sha256,
        size_bytes=1, width=1, height=1,
    )  # fmt: skip
    repair(found)
    assert (media / orphan.path).exists()
    assert not checking.check_media().orphans


def test_a_row_that_goes_away_meanwhile_is_nothing_wrong(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = checking._state

    def late(path: str, digest: str) -> str:
        if AssetFile.objects.filter(variant="180", format="webp", path=path).delete()[0]:
            (media / path).unlink()
        return state(path, digest)

    monkeypatch.setattr(checking, "_state", late)
    assert check_media().wrong == []


def test_missing_variants_are_made_and_what_cannot_be_is_told(media: Path) -> None:
    AssetFile.objects.filter(format="avif").delete()
    other = make_asset(image=make_image(200, 100))
    AssetFile.objects.filter(asset=other, format="avif").delete()
    out, errors = StringIO(), StringIO()
    call_command("make_variants", stdout=out)
    assert "5 files made" in out.getvalue()
    call_command("make_variants", stdout=out)
    assert out.getvalue().endswith("2 pictures, 0 files made.\n")
    AssetFile.objects.filter(asset=other, format="avif").delete()
    (media / other.files.get(variant="original").path).unlink()
    with pytest.raises(CommandError, match="1 pictures can't be read"):
        call_command("make_variants", stdout=out, stderr=errors)
    assert f"picture {other.pk}" in errors.getvalue()
