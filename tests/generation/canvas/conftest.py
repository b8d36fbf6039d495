"""What tests of the canvas share: a member with a take, on a site whose model paints parts of pictures."""

import pytest
from django.test import Client

from gallery.models import User
from generation.models import Checkpoint, Take
from tests.factories import make_take, make_user


@pytest.fixture
def mira(painter: Checkpoint, client: Client) -> User:
    """A member, signed in."""
    user = make_user("mira")
    client.force_login(user)
    return user


@pytest.fixture
def take(mira: User) -> Take:
    return make_take(mira, prompt="1girl, red hair", width=64, height=80)
