"""Checking and removing models: what vanished or changed can't be asked for; nothing on disk is touched."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from safetensors.torch import save_file

from generation.models import Checkpoint, Resource
from generation.models_on_disk import checking
from generation.models_on_disk.adding import Wanted, add
from generation.models_on_disk.checking import check
from generation.models_on_disk.refusals import ModelRefused
from generation.models_on_disk.removing import make_default, remove, switch
from tests.factories import make_checkpoint, make_request, make_resource, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["checkpoint", "lora"])
def added(request: Any, checkpoint_file: Callable[..., Path], lora_file: Callable[..., Path]) -> Checkpoint | Resource:
    return add(Wanted(path=checkpoint_file() if request.param == "checkpoint" else lora_file()))


def path_of(row: Checkpoint | Resource, models_dir: Path) -> Path:
    return models_dir / row.path


def test_sound_files_are_hashed_again_and_unchanged_ones_need_not_be(
    added: Checkpoint | Resource, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (check(added).problem, check(added).hashed) == ("", True)
    os.utime(path_of(added, models_dir), ns=(1, 1))
    assert check(added, fast=True).hashed  # another time: it may be another file
    monkeypatch.setattr(checking, "hash_of", lambda path: pytest.fail("hashed"))
    assert not check(added, fast=True).hashed


def test_a_vanished_file_closes_the_door_and_its_return_opens_it(
    added: Checkpoint | Resource, models_dir: Path
) -> None:
    path = path_of(added, models_dir)
    path.rename(path.with_suffix(".away"))
    assert "gone" in check(added, fast=True).problem
    added.refresh_from_db()
    assert (added.state, "gone" in added.error) == ("corrupt", True)
    path.with_suffix(".away").rename(path)
    assert check(added, fast=True).problem == ""
    added.refresh_from_db()
    assert (added.state, added.error) == ("ready", "")


def test_another_file_under_the_same_name_closes_the_door(
    added: Checkpoint | Resource, models_dir: Path, checkpoint_file: Callable[..., Path], lora_file: Callable[..., Path]
) -> None:
    old = added.short_hash
    checkpoint_file(seed=2) if isinstance(added, Checkpoint) else lora_file(value=2.0)
    problem = check(added, fast=True).problem
    assert "others than those that were added" in problem
    assert old in problem
    added.refresh_from_db()
    assert (added.state, added.short_hash) == ("corrupt", old)
    assert check(added, fast=True).problem, "a second look must not take the new files for the old ones"


def test_a_byte_that_changed_in_silence_is_found_by_hashing(added: Checkpoint | Resource, models_dir: Path) -> None:
    path = path_of(added, models_dir)
    times = path.stat()
    with path.open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x7f")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert check(added, fast=True).problem == ""
    assert check(added).problem != ""


def test_a_cut_file_says_so(added: Checkpoint | Resource, models_dir: Path) -> None:
    path = path_of(added, models_dir)
    os.truncate(path, path.stat().st_size - 10)
    assert "was cut" in check(added).problem


def test_what_is_switched_off_stays_off(added: Checkpoint | Resource, models_dir: Path) -> None:
    switch(added, on=False)
    check(added)
    added.refresh_from_db()
    assert added.state == "disabled"
    path_of(added, models_dir).unlink()
    assert check(added).problem
    added.refresh_from_db()
    assert added.state == "disabled"


def test_a_model_behind_an_address_has_nothing_to_check() -> None:
    remote = make_checkpoint("remote", path="", endpoint="http://127.0.0.1:1/v1", sha256="")
    assert check(remote).problem == ""
    remote.refresh_from_db()
    assert remote.state == "ready"


def test_removing_forgets_the_row_and_leaves_the_file(added: Checkpoint | Resource, models_dir: Path) -> None:
    path, model, key = path_of(added, models_dir), type(added), added.pk
    assert remove(added)
    assert not model.objects.filter(pk=key).exists()
    assert path.exists()


def test_what_pictures_were_asked_of_is_switched_off_instead(added: Checkpoint | Resource) -> None:
    if isinstance(added, Checkpoint):
        make_request(make_user(), checkpoint=added)
    else:
        make_request(make_user(), checkpoint=make_checkpoint()).resources.create(resource=added)
    assert not remove(added)
    added.refresh_from_db()
    assert added.state == "disabled"


def test_a_vae_that_a_model_draws_with_is_switched_off_instead(
    checkpoint_file: Callable[..., Path], vae_file: Callable[..., Path]
) -> None:
    vae = add(Wanted(path=vae_file(), base="sd1"))
    add(Wanted(path=checkpoint_file("bare", with_vae=False), vae=vae.slug))
    assert not remove(vae)


def test_another_default_is_chosen_when_the_default_goes(settings: Any) -> None:
    first = make_checkpoint("first")
    make_checkpoint("hidden", min_role="owner", name="A")
    second = make_checkpoint("second", name="B")
    third = make_checkpoint("third", name="C")
    switch(first, on=False)
    second.refresh_from_db()
    assert (second.is_default, first.is_default) == (True, False)
    make_default(third)
    assert list(Checkpoint.objects.filter(is_default=True)) == [third]
    assert remove(third)
    assert list(Checkpoint.objects.filter(is_default=True)) == [second]
    settings.BUNDLED_MODEL_DIR = second.path
    assert not remove(second), "the bundled model would come back at the next start"


@pytest.mark.parametrize("kind", ["checkpoint", "lora"])
def test_a_path_that_cannot_be_looked_at_is_said_and_closes_the_door(kind: str, models_dir: Path) -> None:
    # A name longer than any file system allows: looking for it fails, as in a folder that must not be read.
    path = "x" * 300
    row = make_checkpoint(path=path) if kind == "checkpoint" else make_resource(path=path)
    assert "can't be read" in check(row).problem
    row.refresh_from_db()
    assert (row.state, "can't be read" in row.error) == ("corrupt", True)


def test_a_folder_with_nonsense_in_its_configs_is_said_and_closes_the_door(tiny_folder: Path, models_dir: Path) -> None:
    folder = Path(shutil.copytree(tiny_folder, models_dir / "tiny"))
    row = add(Wanted(path=folder))
    config = json.loads((folder / "vae/config.json").read_text("utf-8"))
    (folder / "vae/config.json").write_text(json.dumps(config | {"block_out_channels": 7}), "utf-8")
    assert "don't fit together" in check(row).problem


def test_only_what_all_may_use_becomes_the_default() -> None:
    first = make_checkpoint("first")
    staff = make_checkpoint("staff", min_role="moderator")
    with pytest.raises(ModelRefused, match="all members may use"):
        make_default(staff)
    assert list(Checkpoint.objects.filter(is_default=True)) == [first]
    with pytest.raises(IntegrityError, match="default_is_for_everybody"), transaction.atomic():
        Checkpoint.objects.filter(pk=first.pk).update(min_role="moderator")


def test_a_folder_is_checked_file_by_file(tiny_folder: Path, models_dir: Path) -> None:
    folder = Path(shutil.copytree(tiny_folder, models_dir / "tiny"))
    row = add(Wanted(path=folder))
    assert check(row).problem == ""
    (folder / "notes.txt").write_text("read me", "utf-8")
    assert check(row, fast=True).problem == ""
    (folder / "unet/diffusion_pytorch_model.safetensors").unlink()
    assert "unet/diffusion_pytorch_model.safetensors” is missing" in check(row, fast=True).problem
    save_file({}, folder / "unet/diffusion_pytorch_model.safetensors")
    assert check(row).problem
