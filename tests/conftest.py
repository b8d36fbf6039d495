"""What every test shares: the database as tests need it, and passwords that are cheap to check."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation

from tests.emptying import let_logs_be_emptied


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The database, which transactional tests may empty."""
    with django_db_blocker.unblock():
        let_logs_be_emptied()


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Half a second a password is for the site, not for hundreds of accounts made in tests; nor need every test client
    look for all static files anew, which only browsers fetch."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_USE_FINDERS=False,
        # Else posts would wait for a rating program on machines that have one.
        RATER="none",
        # A test asks faster than people do; tests/gallery/limits turns them on.
        RATE_LIMITS={},
    ):
        yield


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """A page asked for in Japanese leaves the thread's language behind; each test begins with the site's own."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)
