"""A whole training of the bundled model at toy size: plans, data that grows, the driver, and what it hands back."""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from generation.bundled import dataset
from generation.bundled.__main__ import build_parser, main, plan_of
from generation.bundled.autoencoder import build_autoencoder
from generation.bundled.collect import MIB, collect, wait_for_end
from generation.bundled.compiling import compiled
from generation.bundled.components import PatchComponents
from generation.bundled.denoiser import build_text_encoder, build_unet
from generation.bundled.driver import Driver
from generation.bundled.growing import GrowingArray, Rows
from generation.bundled.overfit import compare, overfit
from generation.bundled.plans import DEVICES, SIZES, Plan, plan_for
from generation.bundled.rhythm import Budget, demand_finite
from generation.bundled.train import run_part
from generation.bundled.train_data import begin_data, prepare_data, wait_for_data
from generation.bundled.vocabulary import TAGS
from generation.bundled.workplace import Workplace, hold, load_checkpoint, save_checkpoint

ARGUMENTS = ["--size", "32", "--pictures", "40", "--steps", "3", "--batch", "4"]
TOY = plan_of(build_parser().parse_args(["train", *ARGUMENTS, "--minutes", "2"]))
ROOT = Path(__file__).parents[2]


def _weights(plan: Plan) -> int:
    shape, channels = plan.denoiser.shape, plan.denoiser.shape.latent_channels
    components = PatchComponents(plan.patch, np.zeros(48), np.ones((channels, 48)), 1.0)
    with torch.device("meta"):
        parts: list[Any] = [build_unet(shape), build_text_encoder(shape, len(TAGS) + 2)]
    parts.append(build_autoencoder(components, plan.decoder.channels, plan.decoder.blocks))
    return sum(weight.numel() for part in parts for weight in part.parameters())


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("size", SIZES)
def test_a_plan_fits_together_and_its_weights_are_small(device: str, size: int) -> None:
    plan = plan_for(device, size)
    shape = plan.denoiser.shape
    assert (plan.device, plan.size) == (device, size)
    assert shape.latent_size * plan.patch == size
    assert shape.latent_size % 2 ** (len(shape.channels) - 1) == 0
    assert shape.latent_channels == 4  # what stock inpainting wants
    assert _weights(plan) * 2 <= 35_000_000  # bytes in 16 bits
    assert shape == plan_for("cpu", size).denoiser.shape  # a training may change the device
    assert plan.decoder.blocks == plan_for("cpu", size).decoder.blocks


def test_there_is_no_plan_for_other_sizes_and_devices() -> None:
    for device, size in (("cpu", 100), ("abacus", 128)):
        with pytest.raises(ValueError, match="No plan"):
            plan_for(device, size)


def test_the_command_line_changes_a_plan() -> None:
    parse = build_parser().parse_args
    plan = plan_of(parse(["train", "--size", "256", "--device", "cuda", "--minutes", "3", "--compile-minutes", "0"]))
    usual = plan_for("cuda", 256)
    assert plan == replace(usual, minutes=3.0, compile_minutes=0.0)
    assert plan.bf16
    assert plan_of(parse(["train", "--rate", "1e-4"])).denoiser.rate == 1e-4


@pytest.mark.parametrize("device", ["cpu", "cpu:0"])  # the second is copied to, as a GPU would be
def test_a_growing_array_shows_only_complete_rows(tmp_path: Path, device: str) -> None:
    array = GrowingArray(tmp_path / "rows.npy")
    assert array.count() == 0
    assert array.shape() == ()
    array.start((6, 2), np.uint8)
    reader = Rows(GrowingArray(array.path), device)
    assert reader.count == array.count() == 0
    array.rows("r+")[:3] = 7
    assert reader.count == 0
    array.complete(2)
    assert reader.count == 0
    reader.refresh()
    assert reader.count == 2
    array.rows("r+")[2:] = 9
    array.complete(6)
    reader.refresh()
    assert reader.pick(torch.tensor([1, 5])).tolist() == [[7, 7], [9, 9]]


def test_an_array_without_a_counter_is_complete(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.ones((5, 2)))
    assert GrowingArray(tmp_path / "rows.npy").count() == 5


def _render_all(folder: Path) -> None:
    dataset.build(folder, 400, 32)


@pytest.mark.slow
def test_pictures_that_were_being_rendered_when_killed_are_rendered_again(tmp_path: Path) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_render_all, args=(tmp_path,))
    child.start()
    pictures = dataset.pictures_of(tmp_path)
    _wait_until(lambda: pictures.count() >= dataset.COUNT_EVERY)
    child.kill()
    child.join()
    half, tags = dataset.load(tmp_path)
    assert 0 < len(half) == len(tags) < 400
    seeds = dataset.training_seeds(400)
    for row in (0, len(half) - 1):
        np.testing.assert_array_equal(half[row], dataset.render(dataset.sample(seeds[row]), seeds[row], 32))

    rendered: list[int] = []
    first = len(half)
    dataset.build(tmp_path, 400, 32, progress=lambda done, _: rendered.append(done))
    assert rendered[0] > first
    whole, tags = dataset.load(tmp_path)
    assert len(whole) == len(tags) == 400
    np.testing.assert_array_equal(whole[399], dataset.render(dataset.sample(seeds[399]), seeds[399], 32))


@pytest.mark.slow
def test_several_processes_render_the_same_pictures(tmp_path: Path) -> None:
    dataset.build(tmp_path / "one", 40, 32)
    dataset.build(tmp_path / "two", 40, 32, workers=2)
    for one, two in zip(dataset.load(tmp_path / "one"), dataset.load(tmp_path / "two"), strict=True):
        np.testing.assert_array_equal(np.array(one, dtype=object), np.array(two, dtype=object))


def test_pictures_of_another_plan_are_not_taken_for_this_one(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    prepare_data(place, Budget(5), TOY)
    more = replace(TOY, pictures=64)
    begin_data(more, place)
    assert dataset.pictures_of(tmp_path).count() == GrowingArray(place.latents).count() == 0
    assert len(dataset.tags_of(tmp_path)) == 64
    assert not wait_for_data(place, Budget(0.005))
    prepare_data(place, Budget(5), more)
    latents = GrowingArray(place.latents)
    assert latents.count() == 64
    assert np.abs(latents.rows().astype(np.float32)).reshape(64, -1).max(axis=1).min() > 0.1
    assert wait_for_data(place, Budget(5))


def test_as_many_pictures_of_other_drawings_are_not_taken_for_these(tmp_path: Path) -> None:
    dataset.build(tmp_path, 5, 32)
    assert not dataset.begin(tmp_path, 3, 32)
    list_of = tmp_path / "drawings.json"
    drawings = json.loads(list_of.read_text())
    list_of.write_text(json.dumps([*drawings[:4], {"style": "another", "tags": []}]))
    assert not dataset.begin(tmp_path, 4, 32)
    assert dataset.begin(tmp_path, 5, 32)
    assert dataset.pictures_of(tmp_path).count() == 0
    assert json.loads(list_of.read_text()) == drawings


def test_latents_of_forgotten_pictures_are_forgotten_too(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    prepare_data(place, Budget(5), TOY)
    begin_data(TOY, place)
    assert GrowingArray(place.latents).count() == 40
    dataset.pictures_of(tmp_path).complete(0)  # all that a run did before it was killed
    begin_data(TOY, place)
    assert GrowingArray(place.latents).count() == 0


@pytest.mark.slow
def test_a_killed_process_ends_the_rendering_with_a_sentence(tmp_path: Path) -> None:
    def kill_one(*_: int) -> None:
        for child in multiprocessing.active_children()[:1]:
            child.kill()

    with pytest.raises(RuntimeError, match="fewer --workers"):
        dataset.build(tmp_path, 1000, 32, workers=2, progress=kill_one)
    assert 0 < dataset.pictures_of(tmp_path).count() < 1000
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_rendering_in_several_processes_ends_when_told(tmp_path: Path) -> None:
    dataset.build(tmp_path, 400, 32, workers=2, progress=lambda *_: False)
    assert dataset.pictures_of(tmp_path).count() == dataset.COUNT_EVERY
    assert not multiprocessing.active_children()


def test_one_folder_is_for_one_training_at_a_time(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    left = tmp_path / "denoiser.12345.part"
    left.touch()
    with hold(place, "denoiser"), pytest.raises(RuntimeError, match="part denoiser already runs"):
        run_part("denoiser", TOY, place)
    assert left.exists()
    with hold(place, "driver"):
        assert not wait_for_end(place, 0)
        with pytest.raises(RuntimeError, match="whole training already runs"):
            Driver(TOY, place, ARGUMENTS).run()
    place.running.write_text("1\n")  # a number that now belongs to someone else
    assert wait_for_end(place, 0)
    assert not list(tmp_path.glob("*.log"))
    run_part("denoiser", replace(TOY, minutes=1e-6), place)
    assert not left.exists()


def test_a_signal_while_the_parts_start_ends_those_that_run(tmp_path: Path) -> None:
    class Interrupted(Driver):
        def _start(self, part: str) -> None:
            super()._start(part)
            self.first = self.running[part]
            del self.running[part]
            os.kill(os.getpid(), signal.SIGTERM)  # as if it had come before the part was noted
            self.running[part] = self.first

    driver = Interrupted(TOY, Workplace(tmp_path), [*ARGUMENTS, "--minutes", "2", "--work-dir", str(tmp_path)])
    assert driver.run() == 1
    assert driver.first.returncode is not None
    assert not driver.running
    log = driver.place.log("driver").read_text()
    assert "data started" in log
    assert "decoder started" not in log


def test_failing_data_leave_the_first_signal_to_the_person(tmp_path: Path) -> None:
    driver = Driver(TOY, Workplace(tmp_path), ["--size", "no number"])
    assert driver.run() == 1
    assert "data failed" in driver.place.log("driver").read_text()
    assert not driver.stopped


def test_before_the_first_checkpoint_the_logs_are_handed_back(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "work")
    place.folder.mkdir()
    place.log("data").write_text("data\n")
    [bundle] = collect(place, tmp_path / "to", MIB, 32)
    with tarfile.open(bundle) as files:
        assert files.getnames() == ["data.log"]


def test_the_data_part_ends_with_its_budget_and_goes_on(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    budget = Budget(5)
    budget.end_early()
    plan = replace(TOY, pictures=200)
    prepare_data(place, budget, plan)
    assert 0 < dataset.pictures_of(tmp_path).count() < 200
    prepare_data(place, Budget(5), plan)
    assert dataset.pictures_of(tmp_path).count() == GrowingArray(place.latents).count() == 200


def test_where_there_is_no_compiler_a_training_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    inductor = importlib.import_module("torch._inductor.config")
    monkeypatch.setattr(inductor.cpp, "cxx", ("no-such-compiler",))
    monkeypatch.setattr(inductor, "force_disable_caches", True)
    said: list[str] = []
    network, example = nn.Linear(3, 5), torch.ones(7, 3)
    assert compiled(network, lambda some: some(example), 5, said.append) is network
    assert len(said) == 1
    assert "not compiled" in said[0]
    assert "\n" not in said[0]
    assert network.weight.grad is None
    assert compiled(network, lambda some: some(example), 0, said.append) is network
    assert len(said) == 1


def test_compiling_is_given_up_when_it_takes_too_long() -> None:
    said: list[str] = []
    network = nn.Linear(3, 5)

    def forever(_: object) -> torch.Tensor:
        with contextlib.suppress(Exception):  # as the compiler does
            time.sleep(200)
        time.sleep(200)
        raise AssertionError("nobody interrupted it")

    assert compiled(network, forever, 0.005, said.append) is network
    assert "longer than 0.005 minutes" in said[0]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A working folder after a whole training from the command line."""
    place = Workplace(tmp_path_factory.mktemp("whole"))
    assert main(["train", *ARGUMENTS, "--minutes", "2", "--work-dir", str(place.folder)]) == 0
    return place


def test_a_whole_training_leaves_checkpoints_a_sheet_and_a_model(trained: Workplace) -> None:
    for part in ("decoder", "denoiser"):
        state = load_checkpoint(trained.checkpoint(part))
        assert state is not None
        assert state["step"] == 3
        assert "step 3" in trained.log(part).read_text()
    assert trained.sheet("latest").exists()
    assert (trained.export / "model_index.json").exists()
    assert "exported" in trained.log("driver").read_text()
    assert not trained.running.exists()


def test_bfloat16_trains_on_the_processor_too(trained: Workplace) -> None:
    before = load_checkpoint(trained.checkpoint("denoiser"))
    for part in ("decoder", "denoiser"):
        run_part(part, replace(TOY, steps=2, bf16=True), trained)
        state = load_checkpoint(trained.checkpoint(part))
        assert state is not None
        weights = state["average" if part == "decoder" else "average_unet"].values()
        assert all(weight.dtype == torch.float32 and torch.isfinite(weight).all() for weight in weights)
    after = load_checkpoint(trained.checkpoint("denoiser"))
    assert before is not None
    assert after is not None
    assert after["step"] == before["step"] + 2


@pytest.mark.parametrize(("part", "weights"), [("decoder", "model"), ("denoiser", "unet")])
def test_a_training_that_went_wrong_leaves_the_checkpoint(
    trained: Workplace, tmp_path: Path, part: str, weights: str
) -> None:
    place = Workplace(shutil.copytree(trained.folder, tmp_path / "copy"))
    state = load_checkpoint(place.checkpoint(part))
    assert state is not None
    next(iter(state[weights].values())).fill_(float("nan"))
    save_checkpoint(place.checkpoint(part), state)
    before = place.checkpoint(part).read_bytes()
    # The first checkpoint is due long before a line in the log is.
    with pytest.raises(FloatingPointError, match=rf"{part}'s loss or a weight .* step {state['step'] + 1}\."):
        run_part(part, replace(TOY, checkpoint_minutes=0.0), place)
    assert place.checkpoint(part).read_bytes() == before


def test_weights_that_the_last_step_spoiled_are_not_saved() -> None:
    loss = torch.tensor(0.5)
    demand_finite("decoder", 7, loss, [torch.ones(3)])
    with pytest.raises(FloatingPointError, match="step 7"):
        demand_finite("decoder", 7, loss, [torch.ones(3), torch.tensor([1.0, float("inf")])])


@pytest.mark.slow
def test_a_part_that_fails_leaves_the_others_files(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    place.checkpoint("decoder").write_bytes(b"no checkpoint")
    assert Driver(TOY, place, [*ARGUMENTS, "--work-dir", str(tmp_path)]).run() == 1
    log = place.log("driver").read_text()
    assert "decoder failed" in log
    assert "Error" in place.log("decoder").read_text()
    assert "denoiser ended" in log
    assert load_checkpoint(place.checkpoint("denoiser")) is not None
    assert "not exported" in log

    place.checkpoint("decoder").unlink()
    files = collect(place, tmp_path / "to", MIB, 32)  # what there is of the model comes back
    with tarfile.open(files[-1]) as bundle:
        names = bundle.getnames()
    assert "model/unet/config.json" in names
    assert "model/text_encoder/config.json" in names
    assert "decoder.log" in names


@pytest.mark.slow
def test_a_training_that_is_stopped_still_hands_over_its_model(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    arguments = ["train", "--size", "32", "--pictures", "40", "--minutes", "10", "--batch", "4"]
    driver = subprocess.Popen(
        [sys.executable, "-m", "generation.bundled", *arguments, "--work-dir", str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until(lambda: all("step 50," in _read(place.log(part)) for part in ("decoder", "denoiser")))
        assert not wait_for_end(place, 0)
        driver.send_signal(signal.SIGTERM)
        assert wait_for_end(place, 2)
        assert driver.wait(60) == 0
    finally:
        driver.kill()
    assert (place.export / "unet" / "config.json").exists()
    assert wait_for_end(place, 0)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _wait_until(done: Callable[[], bool], seconds: float = 200) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def test_results_come_as_few_files_of_limited_size(trained: Workplace, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(4):
        sheet = trained.sheet(f"samples-{number:06d}")
        sheet.write_bytes(rng.bytes(300_000))
        os.utime(sheet, (2_000_000_000 + number, 2_000_000_000 + number))
    limit = MIB * 3 // 2
    files = collect(trained, tmp_path, limit, 32)
    assert len(files) <= 8
    assert sorted(files) == sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert max(path.stat().st_size for path in files) <= limit
    with tarfile.open(files[-1]) as bundle:
        names = bundle.getnames()
        bundle.extractall(tmp_path, filter="data")
    assert (tmp_path / "model" / "model_index.json").exists()
    assert {"driver.log", "denoiser.log", "sheets/samples-000003.png"} <= set(names)
    assert "sheets/samples-000000.png" not in names  # the oldest has to wait
    assert not (trained.folder / "collected").exists()


def test_overfitting_is_judged_by_the_nearest_picture() -> None:
    known = np.eye(3, dtype=np.float32).reshape(3, 1, 1, 3)
    tags = [("1girl", "red_hair"), ("1girl", "blue_hair"), ("1girl", "blue_hair", "smile")]
    agreement = compare(known[[0, 1, 1]] * 0.9, known, tags, tags)
    assert (agreement.asked, agreement.all_tags, agreement.colours) == (3, 2, 3)
    assert agreement.chance == pytest.approx((4 / 9, 5 / 9))


def test_the_overfit_check_draws_the_training_pictures_again(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    agreement = overfit(place, replace(TOY, steps=2), samples=5)
    own = Workplace(place.folder / "overfit")
    assert agreement.asked == 5
    assert json.loads((own.folder / "overfit.json").read_text())["asked"] == 5
    assert own.sheet("overfit").exists()
    assert "of 5" in agreement.as_text()
    assert not place.checkpoint("denoiser").exists()  # the real training knows nothing of it
