"""Adding models: what is recorded, what is refused and in which words."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from generation.models import Checkpoint, Resource
from generation.models_on_disk.adding import Wanted, add
from generation.models_on_disk.refusals import ModelRefused
from tests.factories import make_checkpoint, make_user

pytestmark = pytest.mark.django_db


def refusal(path: Path, **wanted: Any) -> ModelRefused:
    """Why it can't be added; nothing may have been written."""
    before = (Checkpoint.objects.count(), Resource.objects.count())
    with pytest.raises(ModelRefused) as refused:
        add(Wanted(path=path, **wanted))
    assert (Checkpoint.objects.count(), Resource.objects.count()) == before
    return refused.value


def test_a_single_file_is_recorded_with_its_facts_and_defaults(checkpoint_file: Callable[..., Path]) -> None:
    path = checkpoint_file("My Anime v3")
    row = add(Wanted(path=path, licence="CreativeML-OpenRAIL-M", trigger_words=["masterpiece", " ", "masterpiece"]))
    row.refresh_from_db()
    assert isinstance(row, Checkpoint)
    assert (row.slug, row.name, row.family, row.path) == (
        "my-anime-v3",
        "My Anime v3",
        "sd1",
        "My Anime v3.safetensors",
    )
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert row.short_hash == row.sha256[:10]
    assert (row.native_width, row.min_side, row.max_side, row.side_multiple) == (64, 64, 1536, 8)
    assert (row.default_sampler, row.default_guidance, row.default_clip_skip) == ("DPM++ 2M Karras", 7.0, 1)
    assert row.default_sampler in row.samplers
    assert row.abilities == ["txt2img", "img2img", "inpaint"]
    assert (row.prediction_type, row.state, row.is_default) == ("epsilon", "ready", True)
    assert (row.licence, row.trigger_words) == ("CreativeML-OpenRAIL-M", ["masterpiece"])


@pytest.mark.parametrize(
    ("base", "how", "columns"),
    [
        ("sd1", {"flat": True}, {"family": "sd1", "default_clip_skip": 2}),
        ("sd2", {}, {"family": "sd2", "prediction_type": "v_prediction", "default_sampler": "Euler a"}),
        ("sdxl", {}, {"family": "sdxl", "default_guidance": 6.0, "max_side": 2048}),
        ("sdxl", {"marks": ("v_pred", "ztsnr")}, {"prediction_type": "v_prediction", "default_guidance": 5.0}),
    ],
)
def test_defaults_follow_from_the_base(
    base: str, how: dict[str, Any], columns: dict[str, Any], checkpoint_file: Callable[..., Path]
) -> None:
    row = add(Wanted(path=checkpoint_file("model", base, **how)))
    assert {name: getattr(row, name) for name in columns} == columns
    if "marks" in how:
        assert "Heun" not in row.samplers


def test_a_folder_is_recorded_with_its_card_and_licence(tiny_folder: Path, models_dir: Path) -> None:
    folder = Path(shutil.copytree(tiny_folder, models_dir / "nested" / "tiny"))
    (folder / "README.md").write_text("---\ntags:\n- a\nlicense: 'openrail'\n---\n# Tiny\n", "utf-8")
    row = add(Wanted(path=folder))
    assert isinstance(row, Checkpoint)
    assert (row.path, row.name, row.family) == ("nested/tiny", "tiny", "sd1")
    assert (row.licence, "# Tiny" in row.card) == ("openrail", True)
    assert len(row.files) == len([file for file in folder.rglob("*") if file.is_file()])


def test_a_path_outside_the_folder_stays_absolute(checkpoint_file: Callable[..., Path], tmp_path: Path) -> None:
    moved = checkpoint_file().rename(tmp_path / "elsewhere.safetensors")
    assert add(Wanted(path=moved)).path == str(moved)


def test_only_the_first_model_for_members_becomes_the_default(checkpoint_file: Callable[..., Path]) -> None:
    assert not add(Wanted(path=checkpoint_file("a"), min_role="owner")).is_default
    assert add(Wanted(path=checkpoint_file("b", seed=2))).is_default
    assert not add(Wanted(path=checkpoint_file("c", seed=3))).is_default


def test_a_lora_is_recorded_with_its_base_and_both_hashes(lora_file: Callable[..., Path]) -> None:
    path = lora_file("Add Detail", width=2048)
    row = add(Wanted(path=path, trigger_words=["detailed"]))
    assert isinstance(row, Resource)
    assert (row.kind, row.slug, row.name, row.family) == ("lora", "add-detail", "Add Detail", "sdxl")
    weights = path.read_bytes()
    weights = weights[8 + int.from_bytes(weights[:8], "little") :]
    assert row.weights_sha256 == hashlib.sha256(weights).hexdigest()
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_names_that_are_taken_get_a_number_and_wanted_ones_a_refusal(lora_file: Callable[..., Path]) -> None:
    add(Wanted(path=lora_file("one"), slug="detail"))
    assert add(Wanted(path=lora_file("two", value=2.0), name="Detail")).slug == "detail-2"
    said = refusal(lora_file("three", value=3.0), slug="detail")
    assert (said.field, "“detail” is taken" in said.message) == ("slug", True)
    assert refusal(lora_file("three", value=3.0), slug="not a slug").field == "slug"


def test_a_name_without_latin_letters_still_gets_a_short_name(
    checkpoint_file: Callable[..., Path], lora_file: Callable[..., Path]
) -> None:
    assert add(Wanted(path=checkpoint_file("色取り"))).slug == "model"
    assert add(Wanted(path=lora_file("青い髪"))).slug == "青い髪"


def test_the_same_weights_and_the_same_path_are_taken_once(
    checkpoint_file: Callable[..., Path], lora_file: Callable[..., Path]
) -> None:
    path, lora = checkpoint_file("one"), lora_file("detail")
    add(Wanted(path=path))
    add(Wanted(path=lora))
    assert "added before, as “one”" in refusal(path).message
    for original, copy in ((path, "two"), (lora, "other")):
        twin = Path(shutil.copy(original, original.with_stem(copy)))
        assert "is here already" in refusal(twin).message


def test_a_file_without_vae_wants_one_that_fits(
    checkpoint_file: Callable[..., Path], vae_file: Callable[..., Path], lora_file: Callable[..., Path]
) -> None:
    path = checkpoint_file("bare", with_vae=False)
    said = refusal(path)
    assert (said.field, "has no VAE" in said.message) == ("vae", True)
    assert "no VAE “kl-f8”" in refusal(path, vae="kl-f8").message
    add(Wanted(path=lora_file("kl-f8-lora"), slug="kl-f8"))
    assert "no VAE “kl-f8”" in refusal(path, vae="kl-f8").message
    vae = add(Wanted(path=vae_file("kl-f8"), base="sdxl"))
    assert "is for Stable Diffusion XL" in refusal(path, vae="kl-f8").message
    Resource.objects.filter(pk=vae.pk).update(family="sd1")
    row = add(Wanted(path=path, vae="kl-f8"))
    assert isinstance(row, Checkpoint)
    assert row.default_vae == vae


def test_what_a_file_does_not_say_must_be_said(models_dir: Path, lora_file: Callable[..., Path]) -> None:
    save_file(
        {"a.lora_down.weight": torch.zeros(2, 5), "a.lora_up.weight": torch.zeros(5, 2)}, models_dir / "x.safetensors"
    )
    said = refusal(models_dir / "x.safetensors")
    assert (said.field, "Say it" in said.message) == ("base", True)
    assert add(Wanted(path=models_dir / "x.safetensors", base="sdxl")).family == "sdxl"
    assert "made for Stable Diffusion 1" in refusal(lora_file(), base="sdxl").message
    assert refusal(lora_file(), kind="embedding").field == "kind"
    assert refusal(lora_file(), kind="model").field == "kind"


def test_what_a_model_predicts_can_be_said_beside_it(checkpoint_file: Callable[..., Path]) -> None:
    path = checkpoint_file("base", "sd2")
    row = add(Wanted(path=path, prediction="epsilon"))
    assert isinstance(row, Checkpoint)
    assert row.prediction_type == "epsilon"
    assert [file[0] for file in row.files] == ["base.safetensors", "base.yaml"]
    row.delete()
    assert "change it there" in refusal(path, prediction="v_prediction").message


def test_what_was_said_of_a_refused_model_can_be_said_again(
    checkpoint_file: Callable[..., Path], vae_file: Callable[..., Path]
) -> None:
    path = checkpoint_file("bare", "sd2", with_vae=False)
    assert refusal(path, prediction="v_prediction").field == "vae"
    assert not path.with_suffix(".yaml").exists(), "nothing is left of a refused try"
    vae = add(Wanted(path=vae_file(), base="sd2"))
    make_checkpoint("taken")
    assert refusal(path, prediction="epsilon", vae=vae.slug, slug="taken").field == "slug"
    path.with_suffix(".yaml").write_text("model:\n  params:\n    parameterization: eps  # mine\n", "utf-8")
    assert refusal(path, prediction="epsilon", slug="taken").field == "vae"
    row = add(Wanted(path=path, prediction="epsilon", vae=vae.slug))
    assert isinstance(row, Checkpoint)
    assert row.prediction_type == "epsilon"
    assert "# mine" in path.with_suffix(".yaml").read_text("utf-8"), "a file of whoever runs the site stays"


def test_a_model_can_be_for_workers_of_a_class(checkpoint_file: Callable[..., Path]) -> None:
    path = checkpoint_file()
    for bad in ("Big GPU", "cuda:0", "x" * 21, "remote"):
        assert refusal(path, device_class=bad).field == "device_class"
    row = add(Wanted(path=path, device_class=" big "))
    assert isinstance(row, Checkpoint)
    assert row.device_class == "big"


def test_who_may_use_it_is_recorded(checkpoint_file: Callable[..., Path]) -> None:
    ann = make_user("Ann")
    said = refusal(checkpoint_file(), users=["ann", "nobody", "no\0body"])
    assert said.field == "users"
    assert "nobody" in said.message
    assert "Ann" not in said.message
    assert refusal(checkpoint_file(), min_role="king").field == "min_role"
    row = add(Wanted(path=checkpoint_file(), min_role="admin", users=["ann", " "]))
    assert (row.min_role, list(row.allowed_users.all())) == ("admin", [ann])


def _text(path: Path) -> Path:
    path.write_bytes(b"nothing of the kind, but some bytes")
    return path


def _empty_folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("lost.safetensors", lambda path: path, "There is no file or folder"),
        ("a.ckpt", _text, "Python pickle"),
        ("a.pt", _text, "Python pickle"),
        ("a.gguf", _text, "GGUF"),
        ("a.txt", _text, "no safetensors file"),
        ("a.safetensors", _text, "no safetensors file"),
        ("folder", _empty_folder, "no model_index.json"),
    ],
)
def test_what_is_no_model_is_refused_in_words(
    name: str, make: Callable[[Path], Path], words: str, models_dir: Path
) -> None:
    assert words in refusal(make(models_dir / name)).message


def test_impossible_paths_are_refused(models_dir: Path) -> None:
    assert "too long" in refusal(models_dir / ("x" * 600)).message
    assert "too long" in refusal(Path("a\0b")).message


def test_every_reason_of_the_engine_has_a_sentence() -> None:
    import re

    from generation.engine import errors
    from generation.models_on_disk import refusals

    text = Path(errors.__file__).read_text("utf-8").replace("\n", " ")
    for table, pattern in (
        (refusals._CORRUPT, r"Reasons of corrupt_checkpoint: (.*?)\.  ?Reasons"),
        (refusals._UNSUPPORTED, r"Reasons of unsupported_checkpoint: (.*?)\.  ?Reasons"),
        (refusals._RESOURCE, r"Reasons of corrupt_resource: (.*?)\. "),
    ):
        found = re.search(pattern, text)
        assert found
        listed = re.sub(r"\(.*?\)|and of a safetensors file|those of a safetensors file", ",", found[1])
        reasons = {reason.strip() for reason in listed.split(",") if reason.strip()}
        assert reasons, pattern
        assert reasons <= table.keys()


def test_a_model_behind_an_address_is_no_duplicate(checkpoint_file: Callable[..., Path]) -> None:
    make_checkpoint("remote", path="", endpoint="http://127.0.0.1:1/v1", sha256="")
    assert add(Wanted(path=checkpoint_file())).pk
