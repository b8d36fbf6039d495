"""The privacy page says what the settings make so."""

import re

import pytest
from django.conf import settings as site

pytestmark = pytest.mark.django_db


def test_it_is_open_to_everybody_and_linked_on_every_page(client):
    assert 'href="/privacy"' in client.get("/").content.decode()
    assert client.get("/privacy").status_code == 200


def test_its_times_are_the_settings(client, settings):
    settings.DRAFT_DAYS, settings.EXPORT_DAYS, settings.SESSION_COOKIE_AGE = 11, 23, 37 * 86400
    page = client.get("/privacy").content.decode()
    for days in (11, 23, 37):
        assert f"{days} days" in page


def test_every_cookie_that_the_code_sets_is_named(client):
    from gallery.filters import shown, visitors
    from gallery.labels import zones

    named = set(re.findall(r"<code>(\w+)</code>", client.get("/privacy").content.decode()))
    set_here = {
        site.SESSION_COOKIE_NAME,
        site.CSRF_COOKIE_NAME,
        site.LANGUAGE_COOKIE_NAME,
        "theme",
        "messages",
        shown.COOKIE,
        visitors.COOKIE,
        zones.COOKIE,
    }
    assert named == set_here
