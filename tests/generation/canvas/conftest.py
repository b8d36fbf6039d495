"""What tests of the canvas share: a member with a take, on a site whose model paints parts of pictures."""

import pytest

from gallery.models import User
from generation.models import Take
from tests.factories import make_take


@pytest.fixture
def take(mira: User) -> Take:
    return make_take(mira, prompt="1girl, red hair", width=64, height=80)
