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


def test_what_it_says_of_other_servers_is_so(client, settings):
    page = client.get("/privacy").content.decode()
    assert "unless whoever runs this site lets another server draw" in page
    assert "Files of pictures are kept on" not in page
    settings.MEDIA_STORAGE = {"OPTIONS": {"endpoint_url": "https://s3.example:9000", "through_site": False}}
    assert "Files of pictures are kept on s3.example, a server" in client.get("/privacy").content.decode()


def test_what_is_counted_and_banned_by_address_is_told(client):
    page = client.get("/privacy").content.decode()
    for words in ("count no visits", "nothing but the picture and its label"):
        assert words not in page
    for words in ("Looks at posts", "Blocks of addresses that were banned", "its name and digest"):
        assert words in page


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
