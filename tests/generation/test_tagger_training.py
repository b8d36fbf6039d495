"""The tagger's training at toy size: resuming, export, thresholds and measuring."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from generation.bundled import dataset
from generation.bundled.rhythm import Budget
from generation.bundled.tagger import others, procedures
from generation.bundled.tagger.calibrate import implications, suggest_from
from generation.bundled.tagger.degrade import degrade
from generation.bundled.tagger.evaluate import as_table, evaluate_tagger
from generation.bundled.tagger.export import export_tagger
from generation.bundled.tagger.network import TaggerNetwork
from generation.bundled.tagger.train import held_out_from, load_tagger, train_tagger
from generation.bundled.vocabulary import TAGS
from generation.bundled.workplace import Workplace, load_checkpoint, save_checkpoint
from tagging.tagger import Tagger


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A working folder with 32 pictures and a tagger after three steps."""
    found = Workplace(tmp_path_factory.mktemp("tagger"))
    dataset.build(found.folder, 32, 128)
    train(found, 3)
    return found


def train(place: Workplace, steps: int) -> None:
    strangers = np.random.default_rng(0).integers(0, 256, (8, 128, 128, 3), dtype=np.uint8)
    train_tagger(place, Budget(5, steps), "cpu", batch=8, others=strangers)


def test_training_resumes_where_it_stopped(place: Workplace) -> None:
    before = load_checkpoint(place.checkpoint("tagger"))
    train(place, 2)
    after = load_checkpoint(place.checkpoint("tagger"))
    assert before is not None
    assert after is not None
    assert after["step"] == before["step"] + 2
    assert after["cost"]["pictures"] == before["cost"]["pictures"] + 16
    assert not torch.equal(after["model"]["out.weight"], before["model"]["out.weight"])


def test_a_checkpoint_of_another_vocabulary_is_refused(place: Workplace, tmp_path: Path) -> None:
    other = Workplace(tmp_path)
    dataset.build(other.folder, 16, 128)
    state = load_checkpoint(place.checkpoint("tagger"))
    assert state is not None
    save_checkpoint(other.checkpoint("tagger"), state | {"tags": ["1girl"]})
    with pytest.raises(ValueError, match="knows other tags"):
        train(other, 1)


def test_the_exported_file_answers_as_the_network_does(place: Workplace, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    export_tagger(place, folder)
    export_tagger(place, folder)  # a second export replaces the first
    assert {path.name for path in folder.iterdir()} == {"tagger.onnx", "tagger.json", "README.md"}
    pictures = torch.rand(3, 3, 128, 128) * 2 - 1
    with torch.no_grad():
        wanted = torch.sigmoid(load_tagger(place)(pictures)).numpy()
    np.testing.assert_allclose(Tagger(folder).confidences(pictures.numpy()), wanted, atol=1e-4)
    facts = json.loads((folder / "tagger.json").read_text("utf-8"))
    assert tuple(tag["name"] for tag in facts["tags"]) == TAGS
    assert 0 <= facts["own_kind"] <= 0.95


def test_measuring_writes_a_table(place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export_tagger(place, tmp_path)
    monkeypatch.setattr(others, "training_kinds", lambda: ["micah", "clouds"])
    result = evaluate_tagger(place, tmp_path, renders=6, drawings=0, strangers=2)
    assert result["renders"]["groups"]["subject"]["shown"] == 6
    assert set(result["refused"]) == set(others.held_out_kinds())
    assert "| subject |" in as_table(result)
    export_tagger(place, tmp_path)
    assert "| subject |" in (tmp_path / "README.md").read_text("utf-8")


def test_held_out_kinds_and_the_data_sets_own_styles_are_never_trained_on() -> None:
    trained = set(others.training_kinds())
    assert not trained & set(others.held_out_kinds())
    assert not trained & {"pixel-art-neutral", "toon-head", "adventurer", "adventurer-neutral", "critters"}
    assert {"lorelei", "photo_like"} <= trained


def test_every_procedure_draws_another_picture_for_another_seed() -> None:
    for name in procedures.PROCEDURES:
        one, again, other = (others.picture(name, seed) for seed in (1, 1, 2))
        assert one.shape == (128, 128, 3)
        assert one.dtype == np.uint8
        assert (one == again).all()
        assert (one != other).any()


def test_degraded_pictures_stay_in_range_and_recognisable() -> None:
    pictures = np.stack([dataset.render(dataset.sample(number), number, 128) for number in range(8)])
    worn = degrade(pictures, np.random.default_rng(0))
    assert worn.shape == (8, 3, 128, 128)
    assert float(worn.abs().max()) <= 1
    means = torch.from_numpy(pictures).float().div(127.5).sub(1).mean((1, 2))
    assert float((worn.mean((2, 3)) - means).abs().max()) < 0.5


def test_a_threshold_is_the_lowest_that_is_right_often_enough() -> None:
    levels = np.array([0.99, 0.98, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    all_of_them = np.ones(8, bool)
    shown = np.array([True, True, True, True, True, False, True, False])
    assert suggest_from(levels, shown, all_of_them) == pytest.approx(0.7)
    assert suggest_from(levels, ~shown, all_of_them) is None  # hardly any example, and they come last
    assert suggest_from(levels - 0.5, np.ones(8, bool), all_of_them) == pytest.approx(0.3, abs=0.11)


def test_what_follows_is_read_off_the_data() -> None:
    found = implications([("red_shirt", "shirt"), ("scenery", "no_humans"), ("shirt",)] * 10)
    assert found == {"red_shirt": ("shirt",), "scenery": ("no_humans",)}


def test_the_network_is_small() -> None:
    from generation.bundled.tagger.network import parameters_of

    assert parameters_of(TaggerNetwork(len(TAGS))) < 1_100_000
    assert held_out_from(16) == 14
