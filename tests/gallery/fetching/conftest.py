from collections.abc import Iterator

import pytest

from tests.gallery.fetching.server import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as here:
        yield here
