"""What every test shares: the database as tests need it, and a media folder of the run's own."""

import pytest
from django.db import connection


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The moderation log refuses TRUNCATE, by which the database is emptied after transactional tests: that one
    trigger is off. tests/gallery/test_moderation.py turns it on again and shows that it refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gallery_moderationaction DISABLE TRIGGER moderation_log_no_truncate")
