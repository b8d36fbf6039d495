"""What tests of the generation floor share: a tiny real model, people, an engine."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gallery.models import User
from generation.models import Checkpoint, GenerationRequest
from tests.factories import make_user
from tests.generation.tiny_model import build_tiny_model


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny bundled model; don't change its files, copy them."""
    return build_tiny_model(tmp_path_factory.mktemp("bundled") / "tiny")


@pytest.fixture
def bundled(settings: Any, tiny_folder: Path) -> Path:
    """The site's bundled model is the tiny one."""
    settings.BUNDLED_MODEL_DIR = tiny_folder
    return tiny_folder


@pytest.fixture
def model(db: None, bundled: Path) -> Checkpoint:
    """The installed tiny model."""
    from generation.checkpoints import install_bundled

    return install_bundled()


@pytest.fixture
def painter(model: Checkpoint, settings: Any, tmp_path: Path) -> Checkpoint:
    """The tiny model, which can do everything."""
    settings.MEDIA_ROOT = tmp_path
    model.abilities = ["txt2img", "img2img", "inpaint"]
    model.save()
    return model


@pytest.fixture
def mira(painter: Checkpoint, client: Client) -> User:
    """A member, signed in, where the model can do everything."""
    user = make_user("mira")
    client.force_login(user)
    return user


@pytest.fixture
def member(db: None) -> Callable[[str], User]:
    """A function that makes a member."""

    def make(name: str) -> User:
        return User.objects.create_user(name, password="correct horse battery")

    return make


@pytest.fixture
def ask(model: Checkpoint) -> Callable[..., GenerationRequest]:
    """A function that submits a small request: `ask(user, count=2, steps=5)`."""
    from generation.requests import submit

    keys = itertools.count()

    def make(user: User, **wanted: Any) -> GenerationRequest:
        return submit(user, {"prompt": "1girl, red hair", "seed": 7, "guidance": 2.0} | wanted, f"key-{next(keys)}")

    return make


@pytest.fixture(scope="session")
def engine(tiny_folder: Path) -> Any:
    """A real engine on the CPU."""
    from generation.engine import Engine

    return Engine(device="cpu")
