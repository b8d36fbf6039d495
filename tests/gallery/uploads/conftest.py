"""A signed-in member with an empty folder of pictures, for the tests of pages."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gallery.models import User
from tests.factories import make_user


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of pictures."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def owner(client: Client, media: Path) -> User:
    """A member who is signed in."""
    member = make_user("mira")
    client.force_login(member, "django.contrib.auth.backends.ModelBackend")
    return member
