"""A case that somebody holds, for tests of the moderators' pages."""

import pytest

from gallery.moderation.cases import claim
from tests.gallery.moderation.reviewing import browser, case_of, moderator


@pytest.fixture
def mine():
    """A moderator with a case, signed in."""
    one = moderator()
    case = claim(one, case_of())
    return one, case, browser(one)
