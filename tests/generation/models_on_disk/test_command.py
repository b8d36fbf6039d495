"""`manage.py models`: what it prints, and what it says no to."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from django.core.management import CommandError, call_command
from safetensors.torch import save_file

from generation.models import Checkpoint, Resource
from tests.factories import make_checkpoint, make_request, make_user

pytestmark = pytest.mark.django_db


def models(*words: object) -> str:
    out = io.StringIO()
    call_command("models", *(str(word) for word in words), stdout=out, no_color=True)
    return out.getvalue()


def test_adding_listing_checking_and_removing(
    checkpoint_file: Callable[..., Path], lora_file: Callable[..., Path], models_dir: Path
) -> None:
    make_user("ann")
    assert "No models yet" in models("list")
    said = models(
        "add", checkpoint_file("anime", "sdxl"), "--name", "Anime", "--licence", "OpenRAIL", "--trigger", "a",
        "--trigger", "b", "--min-role", "moderator", "--user", "ann",
    )  # fmt: skip
    row = Checkpoint.objects.get()
    assert "Added the checkpoint “Anime” (Stable Diffusion XL)" in said
    assert row.sha256 in said
    assert "No licence" not in said
    assert (row.trigger_words, row.min_role, row.allowed_users.count()) == (["a", "b"], "moderator", 1)
    said = models("add", lora_file("detail"), "--slug", "more-detail")
    assert "<lora:more-detail:1>" in said
    assert Resource.objects.get().weights_sha256[:12] in said
    assert "No licence" in said
    listed = models("list")
    assert "anime" in listed
    assert "more-detail" in listed
    assert "Moderator and up" in listed
    assert "anime" not in models("list", "--kind", "lora")
    assert models("check", "more-detail") == "lora more-detail: sound\n"
    assert models("check", "--fast") == "checkpoint anime: unchanged\nlora more-detail: unchanged\n"
    (models_dir / "anime.safetensors").unlink()
    with pytest.raises(CommandError, match="1 of 2 can't be used"):
        models("check")
    assert "Damaged" in models("list")
    assert "Removed “detail”" in models("remove", "more-detail")
    assert (models_dir / "detail.safetensors").exists()


def _text_file(folder: Path) -> Path:
    path = folder / "text.safetensors"
    path.write_text("This is a text and no model at all.")
    return path


def _another_file(folder: Path) -> Path:
    path = folder / "other.safetensors"
    save_file({"head.weight": torch.zeros(3, 3)}, path)
    return path


def test_what_cannot_be_done_names_the_option(
    checkpoint_file: Callable[..., Path], lora_file: Callable[..., Path], models_dir: Path
) -> None:
    for words, said in (
        (("add", models_dir / "lost"), "There is no file or folder"),
        (("add", "ftp://gpu/v1"), "ftp://gpu/v1 is no address of an image server"),
        (("add", "http://u:p@gpu/v1"), "no user name or password"),
        (("add", _text_file(models_dir)), "is no safetensors file: its header can't be read"),
        (("add", _another_file(models_dir)), "Nothing in this file says that it is a model"),
        (("add", checkpoint_file("bare", with_vae=False)), r"has no VAE.*\(--vae\)"),
        (("add", checkpoint_file("a"), "--user", "nobody"), r"no account named nobody. \(--user\)"),
        (("add", checkpoint_file("a"), "--kind", "engine"), "invalid choice"),
        (("remove", "nothing"), "no model with the short name nothing"),
        (("check", "nothing"), "No model on disk has the short name nothing"),
    ):
        with pytest.raises(CommandError, match=said):
            models(*words)
    assert not Checkpoint.objects.exists()


def test_a_short_name_of_two_models_needs_the_kind(
    checkpoint_file: Callable[..., Path], lora_file: Callable[..., Path]
) -> None:
    models("add", checkpoint_file("a"), "--slug", "same")
    models("add", lora_file("b"), "--slug", "same")
    with pytest.raises(CommandError, match=r"Several.*checkpoint, lora.*--kind"):
        models("remove", "same")
    models("remove", "same", "--kind", "lora")
    assert (Checkpoint.objects.count(), Resource.objects.count()) == (1, 0)


def test_a_used_model_is_switched_off(checkpoint_file: Callable[..., Path]) -> None:
    models("add", checkpoint_file("a"))
    make_request(make_user(), checkpoint=Checkpoint.objects.get())
    assert "Switched off “a”" in models("remove", "a")


def test_removing_the_default_tells_the_next_one() -> None:
    for slug, fields in (
        ("old", {}),
        ("a-server", {"path": "", "endpoint": "http://gpu/v1"}),
        ("b-closed", {"min_role": "moderator"}),
        ("c-off", {"state": "disabled"}),
        ("d-disk", {}),
    ):
        make_checkpoint(slug, **fields)
    assert "“D-Disk” is the default now." in models("remove", "old")
    assert "default" not in models("remove", "c-off")
    assert "“A-Server” is the default now." in models("remove", "d-disk"), "rather an image server than none"
    said = models("remove", "a-server")
    assert "No model is the default now." in said
    assert "Make it the default" in said


def test_a_path_elsewhere_is_mentioned(checkpoint_file: Callable[..., Path], tmp_path: Path) -> None:
    moved = checkpoint_file("a").rename(tmp_path / "a.safetensors")
    assert f"every worker must find it at this path ({moved})" in models("add", moved)
    make_checkpoint("remote", path="", endpoint="http://127.0.0.1:1/v1", sha256="")
    assert "http://127.0.0.1:1/v1" in models("list")
    assert "remote" not in models("check")
