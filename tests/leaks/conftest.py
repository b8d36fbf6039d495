"""The world and its answers, made once for all tests of the package."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.leaks.answers import Answer, ask_everything
from tests.leaks.routes import ROWS
from tests.leaks.world import World, build_world, numbers_put_back


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """One for all of them; they change nothing, and the end of the transaction takes it away."""
    media: Path = tmp_path_factory.mktemp("media")
    kept = override_settings(MEDIA_ROOT=media, MAX_PUBLIC_RATING="sensitive", POSTS_PER_AUTHOR=0)
    with django_db_blocker.unblock(), kept, numbers_put_back(), quiet(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@contextmanager
def quiet() -> Iterator[None]:
    """Thousands of answers are 404, as they should be; a line in the log for each says nothing."""
    logger = logging.getLogger("django.request")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


class Answers(dict[str, list[Answer]]):
    """The answers of each viewer, asked for when a test first wants them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __missing__(self, kind: str) -> list[Answer]:
        self[kind] = ask_everything(self.world, ROWS, kind)
        return self[kind]


@pytest.fixture(scope="package")
def answers(world: World) -> Answers:
    """All of them, by viewer."""
    return Answers(world)
