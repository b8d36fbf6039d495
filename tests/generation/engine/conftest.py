"""Tiny checkpoints, made once a session, and the stock pipeline as the reference."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

from generation.engine import EngineJob
from tests.generation.engine.stock_pipelines import StockPipelines
from tests.generation.tiny_folders import build, build_xl

torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """diffusers' schedulers use numpy in ways numpy 2 deprecates, 48,000 times in these tests."""
    quiet = pytest.mark.filterwarnings("ignore::DeprecationWarning:diffusers|numpy")
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(quiet)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shaped like SD 1.x: four latent channels, a KL autoencoder, noise prediction."""
    return build(tmp_path_factory.mktemp("checkpoints") / "classic", channels=4, tiny_vae=False, seed=1)


@pytest.fixture(scope="session")
def zero_snr_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shaped like the bundled model: 16 latent channels, a tiny autoencoder, v-prediction, zero terminal SNR."""
    return build(
        tmp_path_factory.mktemp("checkpoints") / "zero-snr",
        channels=16,
        tiny_vae=True,
        seed=2,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )


@pytest.fixture(scope="session")
def inpainting_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shaped like SD 1.5's model for inpainting: the denoiser has nine channels."""
    folder = tmp_path_factory.mktemp("checkpoints") / "inpainting"
    return build(folder, channels=4, tiny_vae=False, seed=3, inpainting=True)


@pytest.fixture(scope="session")
def second_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shaped like SD 2.x: a wider text encoder, linear projections, v-prediction."""
    folder = tmp_path_factory.mktemp("checkpoints") / "second"
    return build(folder, channels=4, tiny_vae=False, seed=4, text_width=48, prediction_type="v_prediction")


@pytest.fixture(scope="session")
def xl_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shaped like SD XL: two text encoders, pooled embeddings, time ids."""
    return build_xl(tmp_path_factory.mktemp("checkpoints") / "xl", seed=5)


@pytest.fixture(scope="session")
def xl_inpainting_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shaped like SD XL's model for inpainting."""
    return build_xl(tmp_path_factory.mktemp("checkpoints") / "xl-inpainting", seed=6, inpainting=True)


@pytest.fixture(scope="session")
def stock() -> Callable[[EngineJob], Image.Image]:
    """Draw a job with the stock pipelines, alone: the reference for all the engine does."""
    return StockPipelines().draw


@pytest.fixture(scope="session")
def families(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Build a family's tiny checkpoint when it is first asked for."""
    from tests.generation.engine.tiny_families import build_family  # loads a dozen language models' code

    root = tmp_path_factory.mktemp("families")

    def family(name: str) -> Path:
        return root / name if (root / name).is_dir() else build_family(name, root / name)

    return family
