"""Which devices get a worker."""

from pathlib import Path

import pytest

from config.embedded import devices
from config.embedded.devices import drawing_devices
from config.embedded.preflight import StartError


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with three GPUs and torch's CUDA build; returns where its driver lists them."""
    gpus, site = tmp_path / "gpus", tmp_path / "site"
    for number in range(3):
        (gpus / f"0000:0{number}:00.0").mkdir(parents=True)
    (site / "torch").mkdir(parents=True)
    (site / "torch" / "version.py").write_text("cuda: Optional[str] = '13.0'\n")
    monkeypatch.setattr(devices, "GPUS", gpus)
    monkeypatch.setattr(devices.sysconfig, "get_path", lambda name: str(site))
    for name in ("IRODORI_DEVICE", "IRODORI_DEVICES", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    return gpus


def test_every_gpu_gets_a_worker(machine: Path) -> None:
    assert drawing_devices() == ["cuda:0", "cuda:1", "cuda:2"]


def test_hidden_gpus_get_none(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,0")
    assert drawing_devices() == ["cuda:0", "cuda:1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert drawing_devices() == ["auto"]


def test_torch_without_cuda_draws_on_no_gpu(machine: Path, tmp_path: Path) -> None:
    (tmp_path / "site" / "torch" / "version.py").write_text("cuda: Optional[str] = None\n")
    assert drawing_devices() == ["auto"]


def test_a_machine_without_gpus_has_one_worker_that_chooses(machine: Path) -> None:
    for folder in machine.iterdir():
        folder.rmdir()
    assert drawing_devices() == ["auto"]


def test_the_operators_choice_counts(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IRODORI_DEVICE", "cuda:1")
    assert drawing_devices() == ["cuda:1"]
    monkeypatch.setenv("IRODORI_DEVICES", "cuda:2, cpu")
    assert drawing_devices() == ["cuda:2", "cpu"]


@pytest.mark.parametrize("text", ["gpu", "cuda:0,cuda:0", ",", "cuda:x", "cuda:0;cuda:1"])
def test_nonsense_stops_the_start(machine: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("IRODORI_DEVICES", text)
    with pytest.raises(StartError, match="IRODORI_DEVICES"):
        drawing_devices()
