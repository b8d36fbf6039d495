"""Installing the bundled model, and what a new site asks for by itself."""

import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from gallery.accounts.names import HOUSE_NAME
from gallery.models import User
from generation import checkpoints
from generation.engine.sampler_names import NO_ZERO_SNR, SAMPLER_NAMES
from generation.errors import CheckpointBroken, RequestRefused
from generation.models import Checkpoint, GenerationRequest, Job
from generation.requests import submit
from tagging.models import Tag
from tests.generation.tiny_model import FACTS, KNOWN_TAGS

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(settings: Any, tiny_folder: Path, tmp_path: Path) -> Path:
    """A bundled model that a test may damage."""
    settings.BUNDLED_MODEL_DIR = shutil.copytree(tiny_folder, tmp_path / "model")
    return settings.BUNDLED_MODEL_DIR


def test_installing_records_what_the_folder_says(copy: Path) -> None:
    made = checkpoints.install_bundled()
    assert (made.slug, made.name, made.state, made.is_default) == ("tiny", "Tiny", "ready", True)
    assert (made.native_width, made.min_side, made.max_side, made.side_multiple) == (64, 64, 128, 16)
    assert (made.default_steps, made.default_sampler, made.default_guidance) == (4, "Euler", 3.0)
    assert made.known_tags == list(KNOWN_TAGS)
    assert "can't draw" in made.card
    assert len(made.sha256) == 64
    assert set(Tag.objects.values_list("name", flat=True)) == set(KNOWN_TAGS)
    assert list(checkpoints.available()) == [made]
    assert checkpoints.folder_of(made) == copy


def test_a_second_start_reads_no_weights(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = checkpoints.install_bundled()

    def no_reading(folder: Path) -> str:
        raise AssertionError(folder)

    monkeypatch.setattr(checkpoints, "hash_of", no_reading)
    assert checkpoints.install_bundled() == first
    card = copy / "README.md"
    os.utime(card, ns=(1, 1))
    with pytest.raises(AssertionError):
        checkpoints.install_bundled()


def test_cards_in_other_languages_are_kept_by_language(copy: Path) -> None:
    (copy / "README.ja.md").write_text("# Tiny\n\n何も描けません。\n", "utf-8")
    (copy / "README.pt-BR.md").write_text("Nada.", "utf-8")
    (copy / "README.old copy.md").write_text("Old.", "utf-8")
    made = checkpoints.install_bundled()
    assert made.card_translations == {"ja": "# Tiny\n\n何も描けません。\n", "pt-br": "Nada."}
    assert "can't draw" in made.card
    (copy / "README.ja.md").unlink()
    assert set(checkpoints.install_bundled().card_translations) == {"pt-br"}


def test_a_cards_bad_bytes_and_length_keep_no_model_out(copy: Path) -> None:
    (copy / "README.md").write_bytes(b"caf\xe9 \0" + b"x" * 2 * checkpoints.CARD_BYTES)
    made = checkpoints.install_bundled()
    assert made.state == "ready"
    assert made.card.startswith("caf\ufffd \ufffdx")
    assert len(made.card) == checkpoints.CARD_BYTES


def _with_zero_snr(folder: Path) -> None:
    path = folder / "scheduler" / "scheduler_config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"rescale_betas_zero_snr": True}), "utf-8")


def test_samplers_that_cannot_follow_the_noise_schedule_are_not_offered(
    copy: Path, client: Client, django_user_model: type[User]
) -> None:
    _with_zero_snr(copy)
    made = checkpoints.install_bundled()
    assert "DDIM" in made.samplers
    assert not set(made.samplers) & NO_ZERO_SNR
    options = client.get("/create").content.decode()
    assert '<option lang="en">DDIM</option>' in options
    assert ">Heun</option>" not in options
    with pytest.raises(RequestRefused) as caught:
        submit(django_user_model.objects.create_user("mira"), {"prompt": "smile", "sampler": "Heun"}, "k")
    ((field, sentence),) = caught.value.problems
    assert field == "sampler"
    assert "Tiny" in sentence
    assert "DDIM" in sentence
    assert "PLMS" not in sentence


def test_a_default_sampler_that_cannot_follow_the_noise_schedule_is_refused(copy: Path) -> None:
    _with_zero_snr(copy)
    _facts(default_sampler="Heun")(copy)
    with pytest.raises(CheckpointBroken, match="noise schedule"):
        checkpoints.install_bundled()


def test_a_row_from_before_samplers_were_recorded_is_refreshed(copy: Path) -> None:
    made = checkpoints.install_bundled()
    assert set(made.samplers) >= NO_ZERO_SNR
    Checkpoint.objects.update(samplers=[])
    assert checkpoints.samplers_of(Checkpoint.objects.get()) == SAMPLER_NAMES
    assert checkpoints.install_bundled().samplers == list(SAMPLER_NAMES)


def test_the_bundled_model_does_what_its_pipeline_can(copy: Path) -> None:
    made = checkpoints.install_bundled()
    assert set(made.abilities) == {"txt2img", "img2img", "inpaint"}
    assert made.prediction_type == "epsilon"
    Checkpoint.objects.update(abilities=["txt2img"], prediction_type="")  # as rows of earlier versions have it
    again = checkpoints.install_bundled()
    assert set(again.abilities) == {"txt2img", "img2img", "inpaint"}
    assert again.prediction_type == "epsilon"


def test_other_weights_are_another_hash(copy: Path) -> None:
    first = checkpoints.install_bundled().sha256
    weights = copy / "vae" / "diffusion_pytorch_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    again = checkpoints.install_bundled()
    assert again.sha256 != first
    assert Checkpoint.objects.count() == 1


def _cut(folder: Path) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _facts(**changes: Any) -> Callable[[Path], None]:
    facts = {key: value for key, value in (FACTS | changes).items() if value is not None}
    return lambda folder: (folder / "irodori.json").write_text(json.dumps(facts)) and None


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_cut, "unet"),
        (_without("model_index.json"), "model_index.json"),
        (_without("vae/diffusion_pytorch_model.safetensors"), "vae"),
        (_without("irodori.json"), "irodori.json"),
        (_facts(slug=None), "slug"),
        (_facts(default_steps="many"), "many"),
        (_facts(known_tags=["1girl"]), "irodori.json"),
        (_facts(known_tags=[{"name": "no * tag", "category": 0}]), "tag"),
        (_facts(default_sampler="Magic"), "Magic"),
        (lambda folder: (folder / "irodori.json").write_text("[") and None, "irodori.json"),
        (shutil.rmtree, "model"),
    ],
)
def test_a_damaged_folder_is_named_and_closed_until_it_is_whole(
    copy: Path, tiny_folder: Path, member: Callable[[str], User], damage: Callable[[Path], None], said: str
) -> None:
    checkpoints.install_bundled()
    damage(copy)
    with pytest.raises(CheckpointBroken, match=said.replace("*", ".")):
        checkpoints.install_bundled()
    broken = Checkpoint.objects.get()
    assert (broken.state, bool(broken.error)) == ("corrupt", True)
    with pytest.raises(RequestRefused):
        submit(member("mira"), {"prompt": "1girl"}, "k")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(tiny_folder, copy)
    assert checkpoints.install_bundled().state == "ready"


def test_a_model_that_was_switched_off_stays_off(copy: Path) -> None:
    Checkpoint.objects.filter(pk=checkpoints.install_bundled().pk).update(state="disabled")
    os.utime(copy / "README.md", ns=(1, 1))
    assert checkpoints.install_bundled().state == "disabled"


def test_another_default_model_stays_the_default(copy: Path) -> None:
    first = checkpoints.install_bundled()
    Checkpoint.objects.update(is_default=False)
    other = Checkpoint.objects.get()
    other.pk, other.slug, other.path, other.is_default = None, "other", "elsewhere", True
    other.save()
    os.utime(copy / "README.md", ns=(1, 1))
    checkpoints.install_bundled()
    first.refresh_from_db()
    assert not first.is_default


def test_a_bundled_model_that_not_all_may_use_is_no_default(copy: Path) -> None:
    checkpoints.install_bundled()
    Checkpoint.objects.update(is_default=False, min_role="moderator")
    os.utime(copy / "unet/config.json", ns=(1, 1))
    again = checkpoints.install_bundled()
    assert (again.is_default, again.min_role) == (False, "moderator")


def _prepare() -> str:
    said, wrong = io.StringIO(), io.StringIO()
    call_command("prepare_site", stdout=said, stderr=wrong)
    return said.getvalue() + wrong.getvalue()


def test_a_new_site_asks_for_its_first_pictures_once(copy: Path) -> None:
    assert "2 starter pictures queued" in _prepare()
    house = User.objects.get(username=HOUSE_NAME)
    assert not house.has_usable_password()
    assert not house.is_moderator
    requests = GenerationRequest.objects.filter(user=house).order_by("id")
    assert [request.publish_as for request in requests] == [
        {"title": "Red", "tags": ["1girl", "red_hair", "smile"], "rating": "g"},
        {"title": "", "tags": ["night_sky"], "rating": "g"},
    ]
    assert [request.seed for request in requests] == [1, 2]
    assert "queued" not in _prepare()
    assert Job.objects.count() == 2
    assert User.objects.filter(username=HOUSE_NAME).count() == 1


def test_the_first_pictures_come_also_where_few_may_wait(copy: Path, settings: Any) -> None:
    settings.QUEUE_MAX_WAITING_PER_USER = settings.QUEUE_MAX_WAITING = 1
    assert "2 starter pictures queued" in _prepare()
    assert Job.objects.count() == 2


def test_a_starter_that_cannot_be_drawn_keeps_the_others_for_the_next_start(copy: Path) -> None:
    facts = copy / "irodori.json"
    whole = facts.read_text()
    broken = json.loads(whole)
    broken["starter_prompts"][1]["seed"] = -5
    facts.write_text(json.dumps(broken))
    assert "queued" not in _prepare()
    assert Job.objects.count() == 0
    facts.write_text(whole)
    assert "2 starter pictures queued" in _prepare()


def test_a_site_may_do_without_first_pictures(copy: Path, settings: Any) -> None:
    settings.STARTER_GALLERY = False
    _prepare()
    assert not Job.objects.exists()


def test_a_site_without_a_usable_model_starts_and_says_so(copy: Path) -> None:
    shutil.rmtree(copy)
    assert "no usable model" in _prepare()
    assert User.objects.filter(username=HOUSE_NAME).exists()
    assert not Checkpoint.objects.exists()
